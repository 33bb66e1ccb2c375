package harness

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/badgateway/badgateway/harness/agent"
)

// AnswerAs lets the resolver treat queries for the upstream's name like that, whatever name is
// in the order. at are further addresses, of the upstream's host: agent.HostAddr and its like.
func (b *Bay) AnswerAs(ctx context.Context, n agent.Name, at ...func(host int) netip.Addr) error {
	return b.resolve(ctx, "answers queries in another way", func(host int) agent.Name {
		said := n
		said.Addrs = slices.Clone(n.Addrs)
		for _, addr := range at {
			said.Addrs = append(said.Addrs, addr(host))
		}
		return said
	})
}

// Of lets a verb break one of the bay's upstream hosts, by its place among them, where it would
// break all. It is delivered once that host has met it. (A firewall is the whole bay's.)
func (b *Bay) Of(host int, verb func() error) error {
	if host < 0 || host >= len(b.machines) {
		return &Problem{Blame: Usage, What: fmt.Sprintf("the bay has no upstream host %d", host+1)}
	}
	all, before := b.machines, len(b.changes)
	b.machines = all[host : host+1]
	defer func() { b.machines = all }() // reverting heals all of them
	err := verb()
	for i := range b.changes[before:] {
		c := &b.changes[before+i]
		c.Delivered = onlyAt(all[host].index, c.Delivered)
	}
	return err
}

// onlyAt is a proof that is looked for at one host.
func onlyAt(index int, proof Proof) Proof {
	return func(e *Evidence) (string, error) {
		if e.host() != index {
			return "", errors.New("it was ordered of another host")
		}
		return proof(e)
	}
}
