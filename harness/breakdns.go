package harness

import (
	"context"
	"net/netip"

	"github.com/badgateway/badgateway/harness/agent"
)

// Verbs of a bay that let the resolver answer, and the answer be of no use.

// AnswerNoAddress lets the name exist and lead to no address (RFC 2308 2.2).
func (b *Bay) AnswerNoAddress(ctx context.Context) error {
	return b.resolve(ctx, "answers that the name has no address", func(int) agent.Name { return agent.Name{} })
}

// AnswerIPv6 lets the name lead to an IPv6 address and to no other.
func (b *Bay) AnswerIPv6(ctx context.Context) error {
	return b.resolve(ctx, "answers with an IPv6 address", func(int) agent.Name { return agent.Name{IPv6: []netip.Addr{unreached}} })
}

// unreached is an address that no network uses (RFC 3849).
var unreached = netip.MustParseAddr("2001:db8::1")

// AnswerAliasOfItself lets the name be an alias of itself, the shortest of loops.
func (b *Bay) AnswerAliasOfItself(ctx context.Context) error {
	return b.resolve(ctx, "answers that the name is an alias of itself", func(host int) agent.Name {
		for _, m := range b.machines {
			if m.index == host {
				return agent.Name{Alias: m.healthy.name.Name}
			}
		}
		return agent.Name{}
	})
}

// AnswerCut lets the resolver say over UDP that the answer is too long for that (RFC 1035
// 4.2.1), and give it over TCP.
func (b *Bay) AnswerCut(ctx context.Context) error {
	cut := func(host int) agent.Name { return agent.Name{Cut: true, Addrs: []netip.Addr{agent.HostAddr(host)}} }
	return b.resolve(ctx, "answers that the rest is to be had over TCP", cut)
}

// AnswerAstray lets the answers have another ID than their queries.
func (b *Bay) AnswerAstray(ctx context.Context) error {
	return b.resolve(ctx, "answers other queries than those that were made", func(host int) agent.Name {
		return agent.Name{Astray: true, Addrs: []netip.Addr{agent.HostAddr(host)}}
	})
}

// AnswerIdleHostToo lets the name lead to a host that does not serve it, and then to the one
// that does. Which is tried first is the gateway's to choose.
func (b *Bay) AnswerIdleHostToo(ctx context.Context) error {
	both := func(host int) agent.Name {
		return agent.Name{Addrs: []netip.Addr{agent.IdleAddr(host), agent.HostAddr(host)}}
	}
	return b.resolve(ctx, "answers with two hosts, and one of them does not serve it", both, refused)
}
