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
// its counter can be relied upon, and which counts are lost is drawn here.
func (s *side) share(t *nftables.Table, l agent.Loss) ([]expr.Any, error) {
	if l == (agent.Loss{}) {
		return nil, nil
	}
	set := &nftables.Set{Table: t, Anonymous: true, Constant: true, KeyType: nftables.TypeInteger}
	var lost []nftables.SetElement
	for _, i := range l.Indices() {
		lost = append(lost, nftables.SetElement{Key: binaryutil.NativeEndian.PutUint32(uint32(i))})
	}
	if err := s.nft.AddSet(set, lost); err != nil {
		return nil, fmt.Errorf("the set of those that are lost: %w", err)
	}
	return []expr.Any{
		&expr.Numgen{Register: 1, Type: unix.NFT_NG_INCREMENTAL, Modulus: uint32(l.Of)},
		&expr.Lookup{SourceRegister: 1, SetName: set.Name, SetID: set.ID},
	}, nil
}
