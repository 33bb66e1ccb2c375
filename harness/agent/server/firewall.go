//go:build linux

package server

import (
	"fmt"
	"sync"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
)

// firewall is one nftables table for each bay and side, replaced as a whole.
type firewall struct {
	mu     sync.Mutex
	sides  map[agent.Where]*side
	placed map[int][]agent.Rule
}

// side is where rules of one direction sit: what comes to the hosts is met where it
// arrives, what goes back to the gateway before its kernel has seen it.
type side struct {
	nft    *nftables.Conn
	hook   *nftables.ChainHook
	tables map[int]*nftables.Table
	chains map[int]*nftables.Chain
}

func newFirewall(near, far *space) (*firewall, error) {
	f := &firewall{sides: map[agent.Where]*side{}, placed: map[int][]agent.Rule{}}
	for where, at := range map[agent.Where]struct {
		space *space
		hook  *nftables.ChainHook
	}{
		agent.Arriving:  {far, nftables.ChainHookInput},
		agent.Returning: {near, nftables.ChainHookPrerouting},
	} {
		nft, err := nftables.New(nftables.AsLasting(), nftables.WithNetNSFd(at.space.fd))
		if err != nil {
			return nil, fmt.Errorf("opening nftables: %w", err)
		}
		f.sides[where] = &side{nft: nft, hook: at.hook, tables: map[int]*nftables.Table{}, chains: map[int]*nftables.Chain{}}
	}
	return f, nil
}

// set replaces the rules of a bay. Each side changes at once, as one transaction.
func (f *firewall) set(r agent.Rules) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, rule := range r.Rules { // before anything of a transaction is written
		if f.sides[rule.Where] == nil {
			return fmt.Errorf("no side of a host is called %q", rule.Where)
		}
		if _, err := actionOf(rule.Action); err != nil {
			return err
		}
		if err := checkLoss(rule.Loss); err != nil {
			return err
		}
	}
	for where, s := range f.sides {
		var rules []agent.Rule
		for _, rule := range r.Rules {
			if rule.Where == where {
				rules = append(rules, rule)
			}
		}
		if err := s.replace(r.Bay, rules); err != nil {
			return fmt.Errorf("rules %s: %w", where, err)
		}
	}
	f.placed[r.Bay] = r.Rules
	return nil
}

func (s *side) replace(bay int, rules []agent.Rule) error {
	if t := s.tables[bay]; t != nil {
		s.nft.DelTable(t)
		delete(s.tables, bay)
	}
	if len(rules) > 0 {
		t := s.nft.AddTable(&nftables.Table{Family: nftables.TableFamilyIPv4, Name: fmt.Sprintf("bay%d", bay)})
		c := s.nft.AddChain(&nftables.Chain{
			Name: "rules", Table: t, Type: nftables.ChainTypeFilter, Hooknum: s.hook, Priority: nftables.ChainPriorityFilter,
		})
		for _, r := range rules {
			share, err := s.share(c, r)
			if err != nil {
				return err
			}
			e, err := expressions(r, share)
			if err != nil {
				return err
			}
			s.nft.AddRule(&nftables.Rule{Table: t, Chain: c, Exprs: e})
		}
		s.tables[bay], s.chains[bay] = t, c
	}
	return s.nft.Flush()
}

// counts returns how many packets met each rule of a bay, in the order of its order.
func (f *firewall) counts(bay int) (counts []uint64, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	met := map[agent.Where][]uint64{}
	for where, s := range f.sides {
		if met[where], err = s.counts(bay); err != nil {
			return nil, err
		}
	}
	for _, r := range f.placed[bay] {
		counts = append(counts, met[r.Where][0])
		met[r.Where] = met[r.Where][1:]
	}
	return counts, nil
}

func (s *side) counts(bay int) (counts []uint64, err error) {
	if s.tables[bay] == nil {
		return nil, nil
	}
	return countsOf(s.nft, s.chains[bay])
}

// tcpFlags loads the flags of a TCP header into register 1, under a mask.
func tcpFlags(mask byte) []expr.Any {
	return []expr.Any{
		&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: 13, Len: 1},
		&expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: 1, Mask: []byte{mask}, Xor: []byte{0}},
	}
}

// The bits of a TCP header's flags (RFC 9293 3.1).
const (
	tcpSYN = 0x02
	tcpRST = 0x04
	tcpACK = 0x10
)

// onLink matches the interface of a host, of one direction.
func onLink(direction expr.MetaKey, host int) []expr.Any {
	name := make([]byte, unix.IFNAMSIZ)
	copy(name, hostLink(host))
	return []expr.Any{
		&expr.Meta{Key: direction, Register: 1},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: name},
	}
}

func isTCP() []expr.Any {
	return []expr.Any{
		&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: 1},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{unix.IPPROTO_TCP}},
	}
}

func isFlags(mask, want byte) []expr.Any {
	return append(tcpFlags(mask), &expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{want}})
}

// expressions is the rule in nftables' own: TCP on the host's link, what it matches, the
// share of that, a counter, the action.
func expressions(r agent.Rule, share []expr.Any) ([]expr.Any, error) {
	e := append(onLink(expr.MetaKeyIIFNAME, r.Host), isTCP()...)
	if r.SYNOnly {
		e = append(e, isFlags(tcpSYN|tcpACK, tcpSYN)...)
	}
	if r.After > 0 {
		e = append(e, &expr.Quota{Bytes: r.After, Over: true})
	}
	e = append(e, share...)
	action, err := actionOf(r.Action)
	return append(e, &expr.Counter{}, action), err
}

func actionOf(a agent.Action) (expr.Any, error) {
	switch a {
	case agent.Drop:
		return &expr.Verdict{Kind: expr.VerdictDrop}, nil
	case agent.RejectReset:
		return &expr.Reject{Type: unix.NFT_REJECT_TCP_RST}, nil
	case agent.RejectPort:
		return &expr.Reject{Type: unix.NFT_REJECT_ICMP_UNREACH, Code: 3}, nil
	case agent.RejectHost:
		return &expr.Reject{Type: unix.NFT_REJECT_ICMP_UNREACH, Code: 1}, nil
	case agent.RejectForbidden:
		return &expr.Reject{Type: unix.NFT_REJECT_ICMP_UNREACH, Code: 13}, nil
	}
	return nil, fmt.Errorf("no action is called %q", a)
}
