//go:build linux

package server

import (
	"bytes"
	"fmt"
	"sync"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
)

// ledger counts on the far side, by nftables sets that the packets themselves fill:
// the connections that the gateway began to open, whatever becomes of them, and those
// that were answered with a reset. It sits before every rule of the firewall.
type ledger struct {
	mu           sync.Mutex
	nft          *nftables.Conn
	syns, resets *nftables.Set
}

func newLedger(far *space) (*ledger, error) {
	nft, err := nftables.New(nftables.AsLasting(), nftables.WithNetNSFd(far.fd))
	if err != nil {
		return nil, err
	}
	l := &ledger{nft: nft}
	table := nft.AddTable(&nftables.Table{Family: nftables.TableFamilyIPv4, Name: "ledger"})
	// A SYN without ACK comes from 12.. to 16.., its port is the source's; a RST goes
	// from 12.. to 16.., the gateway's port is the destination's.
	l.syns, err = l.book(table, "syns", nftables.ChainHookPrerouting, isFlags(tcpSYN|tcpACK, tcpSYN), 0)
	if err != nil {
		return nil, err
	}
	l.resets, err = l.book(table, "resets", nftables.ChainHookOutput, isFlags(tcpRST, tcpRST), 2)
	if err != nil {
		return nil, err
	}
	if err := nft.Flush(); err != nil {
		return nil, fmt.Errorf("the ledger: %w", err)
	}
	return l, nil
}

// book adds a set of (source, destination, gateway's port) that packets of a kind fill.
func (l *ledger) book(t *nftables.Table, name string, hook *nftables.ChainHook, match []expr.Any, port uint32) (*nftables.Set, error) {
	key, err := nftables.ConcatSetType(nftables.TypeIPAddr, nftables.TypeIPAddr, nftables.TypeInetService)
	if err != nil {
		return nil, err
	}
	set := &nftables.Set{Table: t, Name: name, KeyType: key, Concatenation: true, Dynamic: true, Size: 1 << 16}
	if err := l.nft.AddSet(set, nil); err != nil {
		return nil, err
	}
	chain := l.nft.AddChain(&nftables.Chain{
		Name: name, Table: t, Type: nftables.ChainTypeFilter, Hooknum: hook, Priority: nftables.ChainPriorityRaw,
	})
	e := append(isTCP(), match...)
	e = append(e,
		&expr.Payload{DestRegister: unix.NFT_REG32_00, Base: expr.PayloadBaseNetworkHeader, Offset: 12, Len: 4},
		&expr.Payload{DestRegister: unix.NFT_REG32_01, Base: expr.PayloadBaseNetworkHeader, Offset: 16, Len: 4},
		&expr.Payload{DestRegister: unix.NFT_REG32_02, Base: expr.PayloadBaseTransportHeader, Offset: port, Len: 2},
		&expr.Dynset{SrcRegKey: unix.NFT_REG32_00, SetName: name, SetID: set.ID, Operation: uint32(unix.NFT_DYNSET_OP_UPDATE)})
	l.nft.AddRule(&nftables.Rule{Table: t, Chain: chain, Exprs: e})
	return set, nil
}

// count returns how many connections the gateway began to open to the host's network,
// and how many of its connections the host reset.
func (l *ledger) count(host int) (attempts, resets int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	gateway := agent.NearAddr(host).AsSlice()
	syns, err := l.nft.GetSetElements(l.syns)
	if err != nil {
		return 0, 0, fmt.Errorf("reading the ledger: %w", err)
	}
	for _, e := range syns {
		if bytes.HasPrefix(e.Key, gateway) {
			attempts++
		}
	}
	rsts, err := l.nft.GetSetElements(l.resets)
	if err != nil {
		return 0, 0, fmt.Errorf("reading the ledger: %w", err)
	}
	for _, e := range rsts {
		if bytes.HasPrefix(e.Key[4:], gateway) {
			resets++
		}
	}
	return attempts, resets, nil
}
