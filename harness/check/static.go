package check

import (
	"net/netip"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/nginx/routes"
)

// Read finds the routes as far as the text tells, and boots nothing: whether a request comes
// by them is not known then.
func (s *Subject) Read() {
	ways, blind := routes.Find(s.Config)
	s.Survey = &Survey{Ways: map[string]routes.Way{}, Blind: blind}
	gw := s.Place.Gateway()
	p := prober{config: gw, names: map[string]netip.Addr{}}
	for _, way := range ways {
		if at, is := way.Itself(s.Config); is {
			s.Survey.Blind = append(s.Survey.Blind, routes.Blind{Location: way.Location, Why: "it passes requests to this NGINX itself, at " + at})
			continue
		}
		if len(way.Visits) == 0 {
			s.Survey.Unreached = append(s.Survey.Unreached, Unreached{way, way.Hindrance})
			continue
		}
		servers := way.Upstream.Servers()
		if len(servers) == 0 {
			servers = []harness.Server{{Name: way.Pass.Arg(0), Addr: netip.AddrPortFrom(netip.Addr{}, 0)}}
		}
		s.Survey.add(&harness.Route{
			ID: routes.ID(way.Visits[0]), Visit: way.Visits[0], Where: p.where(way), Servers: servers,
			Protocol: agent.Protocol(way.Upstream.Protocol), TLS: way.Upstream.TLS, Resolves: way.Upstream.Variable(),
		}, way, gw)
	}
}

// Ladders are the cells that are judged by reading.
func (s *Subject) Ladders(w Wish) (Plan, error) {
	p := planner{Wish: w, gateway: s.Gateway()}
	for _, route := range s.Survey.Routes {
		policy, err := p.gateway.Policy(harness.Boot{}, harness.Site{Route: route})
		if err != nil {
			return Plan{}, err
		}
		p.Plan.Read = append(p.Plan.Read, p.ladder(route, policy)...)
	}
	return p.Plan, nil
}
