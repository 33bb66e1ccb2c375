//go:build linux

package server

import (
	"fmt"

	"github.com/google/nftables"
	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
)

// maxLossOf bounds the set that a rule holds. A thousandth is a small loss.
const maxLossOf = 1000

func checkLoss(l agent.Loss) error {
	if l == (agent.Loss{}) {
		return nil
	}
	if l.Of < 1 || l.Of > maxLossOf || l.Lost < 1 || l.Lost > l.Of {
		return fmt.Errorf("a loss of %d packets of %d: it takes some of at most %d", l.Lost, l.Of, maxLossOf)
	}
	return nil
}

// share matches the packets that are lost. nftables' own random numbers cannot be seeded;
// its counter can be relied upon, and which counts are lost is drawn here. Only those of
// connections that began under the rule are counted: the last packets of older ones come
// when they come, and would move the others' numbers.
func (s *side) share(c *nftables.Chain, r agent.Rule) ([]expr.Any, error) {
	if r.Older {
		return s.older(c, r)
	}
	if r.Loss == (agent.Loss{}) {
		return nil, nil
	}
	begun, err := s.begun(c, r)
	if err != nil {
		return nil, err
	}
	set := &nftables.Set{Table: c.Table, Anonymous: true, Constant: true, KeyType: nftables.TypeInteger}
	var lost []nftables.SetElement
	for _, i := range r.Loss.Indices() {
		lost = append(lost, nftables.SetElement{Key: binaryutil.NativeEndian.PutUint32(uint32(i))})
	}
	if err := s.nft.AddSet(set, lost); err != nil {
		return nil, fmt.Errorf("the set of those that are lost: %w", err)
	}
	return append(begun,
		&expr.Numgen{Register: 1, Type: unix.NFT_NG_INCREMENTAL, Modulus: uint32(r.Loss.Of)},
		&expr.Lookup{SourceRegister: 1, SetName: set.Name, SetID: set.ID},
	), nil
}

// older matches packets of connections that were there before the rule.
func (s *side) older(c *nftables.Chain, r agent.Rule) ([]expr.Any, error) {
	begun, err := s.begun(c, r)
	if err != nil {
		return nil, err
	}
	begun[len(begun)-1].(*expr.Lookup).Invert = true
	return begun, nil
}

// begun matches packets of connections that began since the rule is there. It knows them by
// the gateway's port, which a rule before it notes when it sees a SYN.
func (s *side) begun(c *nftables.Chain, r agent.Rule) ([]expr.Any, error) {
	set := &nftables.Set{Table: c.Table, Name: fmt.Sprintf("begun%d", r.Host), KeyType: nftables.TypeInetService, Dynamic: true, Size: 1 << 16}
	if err := s.nft.AddSet(set, nil); err != nil {
		return nil, fmt.Errorf("the set of connections: %w", err)
	}
	port := &expr.Payload{DestRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: 0, Len: 2} // the source's
	if r.Where == agent.Returning {
		port.Offset = 2 // the destination's
	}
	note := append(onLink(expr.MetaKeyIIFNAME, r.Host), isTCP()...)
	note = append(note, isFlags(tcpSYN, tcpSYN)...)
	note = append(note, port, &expr.Dynset{SrcRegKey: 1, SetName: set.Name, SetID: set.ID, Operation: uint32(unix.NFT_DYNSET_OP_ADD)})
	s.nft.AddRule(&nftables.Rule{Table: c.Table, Chain: c, Exprs: note})
	return []expr.Any{port, &expr.Lookup{SourceRegister: 1, SetName: set.Name, SetID: set.ID}}, nil
}
