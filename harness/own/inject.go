package own

import (
	"context"
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

func (r *reader) injectKeys(d *draft) []key {
	return []key{
		{"hosts", "An order to each upstream host. One alone is to all of them.", oneOrMore(object(r.hostKeys(&order{}, &order{}))), r.hosts(d)},
		{"names", "How the resolver answers for an upstream's name, which is called app in the reference configuration.",
			shape{"type": "object", "additionalProperties": object(r.nameKeys(&answer{}))}, r.names(d)},
		{"rules", "The firewall between the gateway and its upstream.", oneOrMore(object(r.ruleKeys(&agent.Rule{}), "where", "action")), r.rules(d)},
	}
}

func (r *reader) inject(d *draft) func(*yaml.Node) {
	return func(n *yaml.Node) {
		said := r.Mistakes()
		r.keys(n, r.injectKeys(d))
		if len(d.orders) == 0 && r.Mistakes() == said {
			r.Wrong(n, "write hosts, names or rules", "this injects nothing")
		}
	}
}

func (r *reader) hosts(d *draft) func(*yaml.Node) {
	return func(n *yaml.Node) {
		items := r.Several(n, "an order to a host")
		if have := hosts(d.World); len(items) > 1 && have > 0 && len(items) != have {
			r.Wrong(n, "write one order, which is to all of them", "there are %d orders to %d upstream hosts", len(items), have)
			return
		}
		for i, item := range items {
			for _, o := range r.host(item) {
				if len(items) > 1 {
					o = o.to(i)
				}
				d.orders = append(d.orders, o)
			}
		}
	}
}

// host reads what is ordered of a host, of the way to it, or of both: in either, one thing.
func (r *reader) host(n *yaml.Node) (orders []order) {
	said := r.Mistakes()
	var self, way order
	keys := r.hostKeys(&self, &way)
	r.keys(n, keys)
	for _, o := range []order{self, way} {
		if o.verb != nil {
			orders = append(orders, o)
		}
	}
	if r.Mistakes() == said && (orders == nil || len(orders) < len(n.Content)/2) {
		r.Wrong(n, "write one of script, process, machine and busy, or one of link and route, or one of each", "an order says one thing of a host, and one of the way to it")
	}
	return orders
}

// to is the order to one of several hosts.
func (o order) to(host int) order {
	verb := o.verb
	o.verb = func(b *harness.Bay, ctx context.Context) error {
		return b.Of(host, func() error { return verb(b, ctx) })
	}
	o.says = fmt.Sprintf("of host %d %s", host+1, o.says)
	return o
}
