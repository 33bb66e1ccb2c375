//go:build linux

package server

import (
	"fmt"
	"sync"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// ledger counts on the far side, before every rule of the firewall: for each host the
// connections that the gateway began to open, whatever became of them, and those that
// were answered with a reset. A SYN that is sent again counts once: a set remembers
// which ones were counted. (The set itself is not read: what a dump of it shows while
// packets fill it may be short or double.)
type ledger struct {
	mu    sync.Mutex
	nft   *nftables.Conn
	hosts []books
}

// books are the two chains of a host, of one rule each.
type books struct{ syns, resets *nftables.Chain }

func newLedger(far *space, hosts int) (*ledger, error) {
	nft, err := nftables.New(nftables.AsLasting(), nftables.WithNetNSFd(far.fd))
	if err != nil {
		return nil, err
	}
	l := &ledger{nft: nft}
	table := nft.AddTable(&nftables.Table{Family: nftables.TableFamilyIPv4, Name: "ledger"})
	// A SYN comes in, and its source's port is the gateway's; a RST goes out, and its
	// destination's is. A port may be used again, with another sequence number (RFC 9293 3.4.1).
	syns := book{name: "syns", hook: nftables.ChainHookPrerouting, link: expr.MetaKeyIIFNAME, match: isFlags(tcpSYN|tcpACK, tcpSYN), key: []tcpField{sourcePort, sequenceNumber}}
	resets := book{name: "resets", hook: nftables.ChainHookOutput, link: expr.MetaKeyOIFNAME, match: isFlags(tcpRST, tcpRST), key: []tcpField{destinationPort}}
	for _, b := range []*book{&syns, &resets} {
		if err := b.open(nft, table); err != nil {
			return nil, err
		}
	}
	for i := range hosts {
		l.hosts = append(l.hosts, books{syns.page(nft, table, i), resets.page(nft, table, i)})
		// A transaction a host: one for all would be more than a socket's buffer holds.
		if err := nft.Flush(); err != nil {
			return nil, fmt.Errorf("the ledger of host %d: %w", i, err)
		}
	}
	return l, nil
}

// book is one kind of packet that is counted.
type book struct {
	name  string
	hook  *nftables.ChainHook
	link  expr.MetaKey
	match []expr.Any
	key   []tcpField // by what a connection is known, besides the two addresses
	seen  *nftables.Set
}

// tcpField is one of a TCP header.
type tcpField struct {
	offset, len uint32
	is          nftables.SetDatatype
}

var (
	sourcePort      = tcpField{0, 2, nftables.TypeInetService}
	destinationPort = tcpField{2, 2, nftables.TypeInetService}
	sequenceNumber  = tcpField{4, 4, nftables.TypeInteger}
)

// open makes the set of connections that were counted, by source, destination, and the key.
func (b *book) open(nft *nftables.Conn, t *nftables.Table) error {
	types := []nftables.SetDatatype{nftables.TypeIPAddr, nftables.TypeIPAddr}
	for _, f := range b.key {
		types = append(types, f.is)
	}
	key, err := nftables.ConcatSetType(types...)
	if err != nil {
		return err
	}
	b.seen = &nftables.Set{Table: t, Name: b.name, KeyType: key, Concatenation: true, Dynamic: true, Size: 1 << 16}
	return nft.AddSet(b.seen, nil)
}

// page is the host's chain: a packet of the kind whose connection is not in the set
// puts it there and is counted.
func (b *book) page(nft *nftables.Conn, t *nftables.Table, host int) *nftables.Chain {
	chain := nft.AddChain(&nftables.Chain{
		Name: fmt.Sprintf("%s%d", b.name, host), Table: t,
		Type: nftables.ChainTypeFilter, Hooknum: b.hook, Priority: nftables.ChainPriorityRaw,
	})
	e := append(onLink(b.link, host), isTCP()...)
	e = append(e, b.match...)
	e = append(e,
		&expr.Payload{DestRegister: unix.NFT_REG32_00, Base: expr.PayloadBaseNetworkHeader, Offset: 12, Len: 4},
		&expr.Payload{DestRegister: unix.NFT_REG32_01, Base: expr.PayloadBaseNetworkHeader, Offset: 16, Len: 4},
	)
	for i, f := range b.key {
		e = append(e, &expr.Payload{DestRegister: unix.NFT_REG32_02 + uint32(i), Base: expr.PayloadBaseTransportHeader, Offset: f.offset, Len: f.len})
	}
	e = append(e,
		&expr.Lookup{SourceRegister: unix.NFT_REG32_00, SetName: b.name, SetID: b.seen.ID, Invert: true},
		&expr.Dynset{SrcRegKey: unix.NFT_REG32_00, SetName: b.name, SetID: b.seen.ID, Operation: uint32(unix.NFT_DYNSET_OP_ADD)},
		&expr.Counter{})
	nft.AddRule(&nftables.Rule{Table: t, Chain: chain, Exprs: e})
	return chain
}

// count returns how many connections the gateway began to open to the host, and how
// many of them the host reset.
func (l *ledger) count(host int) (attempts, resets int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range []struct {
		chain *nftables.Chain
		to    *int
	}{{l.hosts[host].syns, &attempts}, {l.hosts[host].resets, &resets}} {
		counts, err := countsOf(l.nft, c.chain)
		if err != nil || len(counts) != 1 {
			return 0, 0, fmt.Errorf("reading the ledger: %d counters: %w", len(counts), err)
		}
		*c.to = int(counts[0])
	}
	return attempts, resets, nil
}

// countsOf returns the packets that each rule of a chain has counted.
func countsOf(nft *nftables.Conn, c *nftables.Chain) (counts []uint64, err error) {
	rules, err := nft.GetRules(c.Table, c)
	if err != nil {
		return nil, err
	}
	for _, r := range rules {
		for _, e := range r.Exprs {
			if n, ok := e.(*expr.Counter); ok {
				counts = append(counts, n.Packets)
			}
		}
	}
	return counts, nil
}
