package own

import (
	"go.yaml.in/yaml/v3"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/nginx"
)

// agree notes what contradicts itself in a scenario each part of which makes sense.
func (r *reader) agree(n *yaml.Node, d *draft) {
	own, brings := d.Gateway.(nginx.Own)
	known := "app"
	if brings {
		known = own.Site(harness.Site{}).Upstream
	}
	for _, name := range d.names {
		if name.Value != known {
			r.Wrong(name, "the upstream's is "+known, "the gateway asks for no name %.60q", name.Value)
		}
	}
	if d.World.Spared >= d.World.Hosts() {
		r.Wrong(d.world, "write servers: too, of which some are not spared", "of %d upstreams %d are spared, so nothing goes wrong", d.World.Hosts(), d.World.Spared)
	}
	if d.World.Spared > 0 && brings || d.World.Hosts() > 1 && brings {
		r.Wrong(d.world, "leave servers and spared out", "how many upstreams there are is the configuration's own affair")
	}
	at := d.world
	if at == nil {
		at = n
	}
	switch resolve := d.World.Resolve; {
	case brings && resolve != harness.Literal:
		r.Wrong(at, "leave resolve out", "when a name is resolved is the configuration's own affair")
	case !brings && d.names != nil && resolve == harness.Literal:
		r.Wrong(d.names[0], "write world: {resolve: at-request}", "in this world the gateway asks for no name: the upstream's address is written in its configuration")
	case !brings && d.names != nil && resolve == harness.AtStart && !d.World.Restart:
		r.Wrong(d.names[0], "write world: {resolve: at-start, restart: true}, or at-request", "in this world the gateway asked for the name at its start, before this")
	}
	if d.outcome != nil && !d.World.Restart {
		r.Wrong(d.outcome, "write world: {restart: true}", "a gateway that is not started anew does not fail to start")
	}
}
