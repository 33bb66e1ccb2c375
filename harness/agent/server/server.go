//go:build linux

// Package server is the agent: what runs in a lab and owns everything there that is
// not the gateway. It takes orders from one stream, holds both network namespaces,
// plays upstreams, resolver, firewall and clients, and keeps the history of it all on
// one clock. It never touches anything outside the namespaces that it was started in
// or made, and it ends when its input does.
package server

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"sync"
	"sync/atomic"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/clock"
)

// Serve takes orders from in and answers on out until in ends.
func Serve(in io.Reader, out io.Writer) error { return serve(in, out, nil) }

func serve(in io.Reader, out io.Writer, own *inside) error {
	s := &server{clock: clock.Real(), out: out, inside: own}
	s.history = &history{clock: s.clock}
	defer s.close()
	greeting, err := json.Marshal(agent.Hello{Version: agent.Version})
	if err != nil {
		return err
	}
	if err := s.reply(agent.Reply{Result: greeting}); err != nil {
		return err
	}
	lines := bufio.NewReaderSize(in, 64<<10)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		var call agent.Call
		if err := json.Unmarshal(line, &call); err != nil {
			return fmt.Errorf("an order that is no JSON: %w", err)
		}
		go s.answer(call)
	}
}

type server struct {
	clock   clock.Clock
	history *history
	world   atomic.Pointer[world] // nil until built
	inside  *inside               // nil in a container
	// conductor lets the clock jump; nil where that is the machine's.
	conductor *conductor

	building sync.Mutex

	mu  sync.Mutex // guards out
	out io.Writer
}

func (s *server) close() {
	if w := s.world.Load(); w != nil {
		w.close()
	}
}

func (s *server) answer(call agent.Call) {
	reply := agent.Reply{ID: call.ID}
	result, err := s.timed(call)
	if err == nil && result != nil {
		reply.Result, err = json.Marshal(result)
	}
	if err != nil {
		reply.Err = err.Error()
	}
	s.reply(reply)
}

func (s *server) reply(r agent.Reply) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err = s.out.Write(append(line, '\n'))
	return err
}

// timed obeys while the clock stands still, or may jump where the order waits for what the
// time will bring.
func (s *server) timed(call agent.Call) (any, error) {
	obey := func() (any, error) { return s.obey(call) }
	c := s.conductor
	if c == nil {
		return obey()
	}
	switch call.Op {
	case "ask":
		if isAside(call) {
			return obey()
		}
		fallthrough
	case "sleep", "load", "loaded":
		result, err := c.during(&c.waiting, obey)
		return result, errors.Join(err, c.failed())
	case "ended", "hear":
		return obey()
	}
	return c.during(&c.busy, obey)
}

// isAside says whether nobody who plays waits for an answer.
func isAside(call agent.Call) bool {
	var a struct{ Aside bool }
	return json.Unmarshal(call.Args, &a) == nil && a.Aside
}

func (s *server) obey(call agent.Call) (any, error) {
	ctx := context.Background()
	switch call.Op {
	case "build":
		return order(call, s.build)
	case "launch", "stop", "ended":
		return s.gateway(ctx, call)
	}
	w := s.world.Load()
	if w == nil {
		return nil, errors.New("nothing is built yet")
	}
	switch call.Op {
	case "host":
		return order(call, func(h agent.Host) (any, error) { return nil, w.setHost(ctx, h) })
	case "name":
		return order(call, func(n agent.Name) (any, error) { return nil, w.resolver.set(n) })
	case "rules":
		return order(call, func(r agent.Rules) (any, error) { return nil, w.firewall.set(r) })
	case "link":
		return order(call, func(l agent.Link) (any, error) { return nil, w.setLink(ctx, l) })
	case "route":
		return order(call, func(r agent.Route) (any, error) { return nil, w.setRoute(r) })
	case "ask":
		return order(call, func(a agent.Ask) (any, error) { return w.ask(a) })
	case "load":
		return order(call, func(l agent.Load) (any, error) { return nil, w.load(ctx, l) })
	case "loaded":
		return order(call, func(bay int) (any, error) { return w.loaded(bay) })
	case "reach":
		return order(call, func(r agent.Reach) (any, error) { return nil, w.reach(ctx, r) })
	case "listening":
		return order(call, func(at netip.AddrPort) (any, error) { return nil, w.listening(ctx, at) })
	case "try":
		return order(call, func(ability string) (any, error) { return nil, w.try(ability) })
	case "ports":
		return order(call, func(o agent.Ports) (any, error) { return nil, w.ports.set(o) })
	case "signal":
		return order(call, func(o agent.Signal) (any, error) { return nil, s.signal(o) })
	case "connect":
		return order(call, func(c agent.Connect) (any, error) { return w.connect(c) })
	case "say":
		return order(call, func(p agent.Piece) (any, error) { return nil, w.relays.say(p) })
	case "hear":
		return order(call, func(p agent.Piece) (any, error) { return w.relays.hear(p) })
	case "hangup":
		return order(call, func(p agent.Piece) (any, error) { return nil, w.relays.hangup(p) })
	case "play":
		return order(call, s.play)
	case "sleep":
		return order(call, s.sleep)
	case "look":
		return order(call, func(l agent.Look) (any, error) { return w.look(l) })
	}
	return nil, fmt.Errorf("no order is called %q", call.Op)
}

// gateway obeys the orders about the gateway's process.
func (s *server) gateway(ctx context.Context, call agent.Call) (any, error) {
	if s.inside == nil {
		return nil, errors.New("the gateway is not this agent's")
	}
	l := &s.inside.launcher
	if call.Op == "launch" {
		hear := func(p []byte) { s.reply(agent.Reply{Output: p}) }
		return order(call, func(o agent.Launch) (any, error) { return nil, l.launch(o, hear) })
	}
	g, err := l.current()
	if err != nil {
		return nil, err
	}
	if call.Op == "stop" {
		return nil, g.stop(ctx)
	}
	<-g.ended
	return g.how, nil
}

// order reads a call's arguments and obeys it.
func order[A any](call agent.Call, do func(A) (any, error)) (any, error) {
	var args A
	if err := json.Unmarshal(call.Args, &args); err != nil {
		return nil, fmt.Errorf("reading the order: %w", err)
	}
	return do(args)
}

func (s *server) build(b agent.Build) (any, error) {
	s.building.Lock()
	defer s.building.Unlock()
	if s.world.Load() != nil {
		return nil, errors.New("the world is built already")
	}
	if b.Virtual {
		v := clock.NewVirtual()
		s.clock, s.history.clock, s.conductor = v, v, newConductor(v)
		if s.inside != nil {
			s.inside.launcher.clock = v
		}
	}
	w, built, err := buildWorld(b, s.clock, s.history, s.inside)
	if err != nil {
		return nil, err
	}
	s.world.Store(w)
	if v, virtual := s.clock.(*clock.Virtual); virtual && s.inside == nil {
		err = s.lendClock(v)
	}
	return built, err
}
