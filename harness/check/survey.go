// Package check breaks a configuration that a team runs: it finds the routes through it by
// asking, plays faults on each, and holds what clients saw against rules. It makes no lab
// itself and writes no report.
package check

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/nginx"
	"github.com/badgateway/badgateway/harness/nginx/routes"
)

// Survey is what was found of a configuration's routes.
type Survey struct {
	Routes []*harness.Route
	// Ways are those that the routes are on, by the route's ID.
	Ways map[string]routes.Way
	// Unreached are the ways to an upstream that no request came to.
	Unreached []Unreached
	// Blind are the locations that lead to no upstream.
	Blind []routes.Blind
	// Version and Source are the gateway's.
	Version, Source string
	// Warnings is what it logged as it started.
	Warnings []string
}

// Unreached is a way that no request was proven to come to, and why.
type Unreached struct {
	Way routes.Way
	Why string
}

// patience is how long a healthy answer may take: it takes milliseconds.
const patience = 3 * time.Second

// Look boots the configuration with nothing broken, asks for every route, and has the
// upstreams tell what came to them.
func Look(ctx context.Context, rt harness.Runtime, gw nginx.Configured) (s *Survey, err error) {
	s = &Survey{Ways: map[string]routes.Way{}}
	ways, blind := routes.Find(gw.Config)
	s.Blind = blind
	lab, err := harness.Open(ctx, rt, gw, harness.Plot{Name: "survey"})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, lab.Close()) }()
	s.Version, s.Source, s.Warnings = lab.Gateway.Version(), lab.Gateway.Source(), lab.Gateway.Log().Lines()
	p := prober{lab: lab, names: map[string]netip.Addr{}, asked: map[string]bool{}, config: gw}
	for _, way := range ways {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if at, is := way.Itself(gw.Config); is {
			s.Blind = append(s.Blind, routes.Blind{Location: way.Location, Why: "it passes requests to this NGINX itself, at " + at})
			continue
		}
		route, why, err := p.find(ctx, way)
		if err != nil {
			return nil, err
		}
		if route == nil {
			s.Unreached = append(s.Unreached, Unreached{way, why})
			continue
		}
		s.add(route, way, gw)
	}
	return s, nil
}

// add keeps a route under a name that no other has.
func (s *Survey) add(route *harness.Route, way routes.Way, gw nginx.Configured) {
	if _, taken := s.Ways[route.ID]; taken {
		route.ID += " (" + gw.Config.Position(way.Pass) + ")"
	}
	if _, taken := s.Ways[route.ID]; taken { // a file that is included twice
		for n := 2; ; n++ {
			id := fmt.Sprintf("%s #%d", route.ID, n)
			if _, taken := s.Ways[id]; !taken {
				route.ID = id
				break
			}
		}
	}
	s.Routes, s.Ways[route.ID] = append(s.Routes, route), way
}

// prober asks a healthy gateway.
type prober struct {
	lab    *harness.OpenLab
	config nginx.Configured
	names  map[string]netip.Addr // what each upstream's name is given in the labs to come
	asked  map[string]bool       // names that were looked up after the start
}

// find plays a way's visits until one comes to its upstream.
func (p *prober) find(ctx context.Context, way routes.Way) (route *harness.Route, why string, err error) {
	if len(way.Visits) == 0 {
		return nil, way.Hindrance, nil
	}
	for _, visit := range way.Visits {
		found, said, err := p.try(ctx, way, visit)
		if err != nil {
			return nil, "", err
		}
		if found != nil {
			return found, "", nil
		}
		if why == "" || !strings.Contains(why, said) && len(why) < 200 {
			why = join(why, said)
		}
	}
	return nil, why, nil
}

func join(why, said string) string {
	if why == "" {
		return said
	}
	return why + "; " + said
}

// mostHops is how many redirections a client follows.
const mostHops = 4

// try plays a visit, and where it is redirected the one that it is told to make.
func (p *prober) try(ctx context.Context, way routes.Way, visit harness.Visit) (route *harness.Route, why string, err error) {
	for range mostHops {
		seen, err := p.ask(ctx, visit)
		if err != nil {
			return nil, "", err
		}
		if hit := p.hit(way, seen); hit != nil {
			if saw, ok := seen.healthy(); !ok {
				return nil, routes.ID(visit) + " came to the upstream, and the client got " + saw + p.logged(seen), nil
			}
			return p.route(way, visit, seen, hit), "", nil
		}
		next, ok := redirected(visit, seen.exchange.Response, way.Server)
		if !ok {
			return nil, p.missed(visit, seen), nil
		}
		visit = next
	}
	return nil, routes.ID(visit) + " is redirected without an end", nil
}

// seen is a visit from both sides.
type seen struct {
	exchange agent.Exchange
	requests []agent.Event // that came to upstreams
	log      []string
}

func (s seen) healthy() (saw string, ok bool) {
	e := harness.Evidence{Exchange: s.exchange, Outcome: harness.OutcomeOf(s.exchange)}
	status := s.exchange.Response.Status
	return e.Saw(), e.Outcome == harness.Answered && status/100 != 5
}

func (p *prober) ask(ctx context.Context, visit harness.Visit) (s seen, err error) {
	logged := len(p.lab.Gateway.Log().Lines())
	if !p.runs() {
		lines := p.lab.Gateway.Log().Lines()
		return s, &harness.Problem{What: "the gateway ended while it was asked for its routes: " + lastOf(lines), Detail: lines[max(0, len(lines)-20):]}
	}
	a := visit.Ask(visit.Client(0, 2), harness.Traffic{})
	a.Patience = patience
	if s.exchange, err = p.lab.Agent.Ask(ctx, a); err != nil {
		return s, err
	}
	v, err := p.lab.Agent.Look(ctx, agent.Look{Hosts: []int{agent.Elsewhere}, All: true, Since: s.exchange.Began})
	if err != nil {
		return s, err
	}
	for _, e := range v.Events {
		switch e.Kind {
		case agent.Request:
			s.requests = append(s.requests, e)
		case agent.Answered: // by then the gateway has started: it looks up as requests come
			p.asked[e.Name] = true
		}
	}
	s.log = p.said(ctx, logged, s)
	return s, nil
}

// runs says whether the gateway is there.
func (p *prober) runs() bool {
	select {
	case <-p.lab.Gateway.Exited():
		return false
	default:
		return true
	}
}

// said is what the gateway logged of a visit. The log comes by another way than the answer:
// where something went wrong it is given a moment.
func (p *prober) said(ctx context.Context, logged int, s seen) (lines []string) {
	const moment = 200 * time.Millisecond
	ctx, cancel := context.WithTimeout(ctx, moment)
	defer cancel()
	_, smooth := s.healthy()
	p.lab.Gateway.Log().Until(ctx, func(all []string) bool {
		lines = all[logged:]
		return smooth || len(lines) > 0
	})
	return lines
}

// hit is the request that came to the way's upstream, nil if none did. Where what is written
// does not say which that is, it is the last: what a request is checked by comes before.
func (p *prober) hit(way routes.Way, s seen) *agent.Event {
	for i, e := range slices.Backward(s.requests) {
		if way.Upstream.Variable() || slices.ContainsFunc(way.Upstream.Members, func(m routes.Member) bool { return is(m.Server, e) }) {
			return &s.requests[i]
		}
	}
	return nil
}

// is says whether a request came to a server.
func is(s harness.Server, e agent.Event) bool {
	switch {
	case s.Socket != "":
		return e.Name == "unix:"+s.Socket
	case s.Name != "":
		return e.Name == s.Name && e.To.Port() == s.Addr.Port()
	}
	return e.To == s.Addr
}

// route is what is known of a way that a visit came by.
func (p *prober) route(way routes.Way, visit harness.Visit, s seen, hit *agent.Event) *harness.Route {
	r := &harness.Route{
		ID: routes.ID(visit), Visit: visit, Where: p.where(way),
		Protocol: hit.Protocol, TLS: hit.Over == "tls", Healthy: s.exchange.Response.Status,
	}
	servers := way.Upstream.Servers()
	if len(servers) == 0 {
		servers = []harness.Server{serverOf(hit)}
	}
	for _, server := range servers {
		r.Resolves = r.Resolves || way.Upstream.Variable() && p.asked[server.Name]
		if server.Name != "" {
			server.Addr = netip.AddrPortFrom(p.addressOf(server.Name), server.Addr.Port())
		}
		r.Servers = append(r.Servers, server)
	}
	return r
}

// serverOf is where a request came to, as the configuration meant it.
func serverOf(e *agent.Event) harness.Server {
	if path, is := strings.CutPrefix(e.Name, "unix:"); is {
		return harness.Server{Socket: path}
	}
	return harness.Server{Name: e.Name, Addr: e.To}
}

// addressOf is the address that a name has in the labs in which it is broken.
func (p *prober) addressOf(name string) netip.Addr {
	if _, known := p.names[name]; !known {
		p.names[name] = agent.ElsewhereAddr(len(p.names))
	}
	return p.names[name]
}

func (p *prober) where(way routes.Way) harness.Setting {
	return harness.Setting{
		Directive: way.Pass.Name, Text: strings.Join(way.Pass.Args, " "),
		File: p.config.Config.Show(way.Pass.File), Line: way.Pass.Line, Column: way.Pass.Column,
	}
}

// missed says why a visit did not come to the upstream.
func (p *prober) missed(visit harness.Visit, s seen) string {
	saw, _ := s.healthy()
	if s.exchange.Err != "" {
		saw += " (" + s.exchange.Err + ")"
	}
	text := routes.ID(visit) + " got " + saw
	if len(s.requests) > 0 {
		var others []string
		for _, e := range s.requests {
			others = append(others, serverOf(&e).String())
		}
		text += ", and came to " + strings.Join(others, ", ") + " instead"
	}
	return text + p.logged(s)
}

// logged is what the gateway's log says of a visit, in a few words.
func (p *prober) logged(s seen) string {
	for _, line := range s.log {
		if l, ok := p.config.Read(line); ok {
			said, _, _ := strings.Cut(l.Text, ", client: ")
			return ": " + said
		}
	}
	return ""
}
