package own

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// answer is how a name is answered.
type answer struct {
	agent.Name
	at   []func(int) netip.Addr
	says []string
}

func (r *reader) nameKeys(a *answer) []key {
	return []key{
		{"rcode", "The error that queries are answered with.", among(rcodes), r.OneOf(rcodes, func(word string) { a.RCode = word })},
		{"silent", "Queries are read and never answered.", truth, r.Bool(&a.Silent)},
		{"addrs", "The addresses that it leads to: IPv4, or host (where the upstream is), moved, idle (a host that lives, with nothing on the port) or nobody.", oneOrMore(text), r.addresses(a)},
		{"ttl", "How long an answer may be kept, in seconds.", number(0, mostTTL), func(n *yaml.Node) {
			if ttl, ok := r.Number(n, "a number of seconds", 0, mostTTL); ok {
				a.TTL = uint32(ttl)
			}
		}},
	}
}

// mostTTL is a week: longer than anybody runs a lab.
const mostTTL = 7 * 24 * 60 * 60

// rcodes are the errors that the lab's resolver knows (RFC 1035 4.1.1).
var rcodes = []string{"FORMERR", "SERVFAIL", "NXDOMAIN", "REFUSED"}

// places are what an upstream's host has addresses for.
var places = map[string]func(int) netip.Addr{
	"host": agent.HostAddr, "moved": agent.MovedAddr, "idle": agent.IdleAddr, "nobody": agent.NobodyAddr,
}

func (r *reader) addresses(a *answer) func(*yaml.Node) {
	return func(n *yaml.Node) {
		for _, item := range r.Several(n, "an address") {
			literal, err := netip.ParseAddr(item.Value)
			switch at, known := places[item.Value]; {
			case item.Kind != yaml.ScalarNode:
				r.Wants(item, "an address")
			case known:
				a.at = append(a.at, at)
			case err != nil || !literal.Is4():
				r.Wrong(item, "write host, moved, idle, nobody or 10.1.2.3", "%.40q is no IPv4 address", item.Value)
			default:
				a.Addrs = append(a.Addrs, literal)
			}
			a.says = append(a.says, item.Value)
		}
	}
}

func (r *reader) names(d *draft) func(*yaml.Node) {
	return func(n *yaml.Node) {
		for _, p := range r.Pairs(n, "names with what they are answered") {
			d.names = append(d.names, p.Key)
			a, said := answer{}, r.Mistakes()
			r.keys(p.Value, r.nameKeys(&a))
			if r.Mistakes() > said {
				continue
			}
			if ways := howMany(a.RCode != "", a.Silent, a.says != nil); ways != 1 {
				r.Wrong(p.Key, "write one of rcode, silent and addrs", "a name is answered in one way")
				continue
			}
			d.orders = append(d.orders, a.order())
		}
	}
}

// howMany of them are so.
func howMany(so ...bool) (n int) {
	for _, is := range so {
		if is {
			n++
		}
	}
	return n
}

// order is that of the name. The two that lead nowhere have a proof of their own.
func (a answer) order() order {
	o := order{cause: harness.DNS, phase: harness.PhaseResolve}
	if slices.ContainsFunc(a.says, func(where string) bool { return where != "host" && where != "moved" && where != "idle" }) {
		o.kernel = harness.ByARP // for all that is known of an address, nobody is there
	}
	switch says := strings.Join(a.says, ", "); {
	case a.Silent:
		o.says, o.verb = "the resolver does not answer", (*harness.Bay).AnswerNothing
	case a.RCode != "":
		o.says = "the resolver answers " + a.RCode
		o.verb = func(b *harness.Bay, ctx context.Context) error { return b.AnswerAs(ctx, a.Name) }
	case says == "nobody" && a.TTL == 0:
		o.says, o.verb, o.phase = "the resolver answers with a dead address", (*harness.Bay).AnswerDeadAddress, harness.PhaseConnect
	case says == "idle" && a.TTL == 0:
		o.says, o.verb, o.phase = "the resolver answers with a host whose port is closed", (*harness.Bay).AnswerIdleHost, harness.PhaseConnect
	default:
		o.says, o.phase = "the resolver answers with "+says, harness.PhaseConnect
		o.verb = func(b *harness.Bay, ctx context.Context) error { return b.AnswerAs(ctx, a.Name, a.at...) }
	}
	return o
}
