package faults_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

// obedient is a lab in memory whose agent takes every order and does nothing about it:
// the gateway in it is always well. It is its own Runtime, Gateway and Process.
type obedient struct {
	policy harness.Policy
	log    harness.Log
	exited chan struct{}

	mu     sync.Mutex
	asked  []agent.Ask
	orders []any      // agent.Host, agent.Name, agent.Rules, agent.Link and agent.Route, as they were given
	load   agent.Load // the last
}

func (o *obedient) Name() string                                              { return "obedient" }
func (o *obedient) Fits(harness.Scenario) error                               { return nil }
func (o *obedient) Capacity() int                                             { return 0 }
func (o *obedient) Site(s harness.Site) harness.Site                          { return s }
func (o *obedient) Boot([]harness.Site) (harness.Boot, error)                 { return harness.Boot{}, nil }
func (o *obedient) Policy(harness.Boot, harness.Site) (harness.Policy, error) { return o.policy, nil }
func (o *obedient) Read(string) (harness.LogLine, bool)                       { return harness.LogLine{}, false }
func (o *obedient) Deviations(string) []harness.Deviation                     { return nil }
func (*obedient) Footprint() harness.Footprint                                { return harness.Footprint{} }
func (*obedient) Takes(string) error                                          { return nil }
func (o *obedient) Supports(context.Context, harness.Needs) error             { return nil }
func (o *obedient) Close() error                                              { return nil }
func (o *obedient) Version() string                                           { return "" }
func (o *obedient) Source() string                                            { return "" }
func (o *obedient) Start(context.Context) error                               { return nil }
func (o *obedient) Stop(context.Context) error                                { return nil }
func (o *obedient) Exited() <-chan struct{}                                   { return o.exited }
func (o *obedient) Log() *harness.Log                                         { return &o.log }

// Open makes the lab.
func (o *obedient) Open(ctx context.Context, _ harness.LabSpec) (*harness.Lab, error) {
	calls, orders := io.Pipe()
	replies, out := io.Pipe()
	go func() {
		fmt.Fprintf(out, `{"id":0,"result":{"version":%d}}`+"\n", agent.Version)
		for lines := json.NewDecoder(calls); ; {
			var call agent.Call
			if lines.Decode(&call) != nil {
				out.Close()
				return
			}
			result, err := o.obey(call)
			reply := agent.Reply{ID: call.ID, Result: result}
			if err != nil {
				reply.Err = err.Error()
			}
			line, _ := json.Marshal(reply)
			out.Write(append(line, '\n'))
		}
	}()
	c, err := agent.NewClient(ctx, replies, orders)
	return &harness.Lab{Agent: c, Gateway: o, Destroy: func() error { err := c.Close(); <-c.Done(); return err }}, err
}

func (o *obedient) obey(call agent.Call) (json.RawMessage, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch call.Op {
	case "host":
		var h agent.Host
		json.Unmarshal(call.Args, &h)
		if _, err := script.Parse(h.Script); err != nil { // as the real agent does
			return nil, err
		}
		o.orders = append(o.orders, h)
	case "name":
		var n agent.Name
		json.Unmarshal(call.Args, &n)
		o.orders = append(o.orders, n)
	case "rules":
		var r agent.Rules
		json.Unmarshal(call.Args, &r)
		o.orders = append(o.orders, r)
	case "link":
		var l agent.Link
		json.Unmarshal(call.Args, &l)
		o.orders = append(o.orders, l)
	case "route":
		var r agent.Route
		json.Unmarshal(call.Args, &r)
		o.orders = append(o.orders, r)
	case "ask":
		var a agent.Ask
		json.Unmarshal(call.Args, &a)
		o.asked = append(o.asked, a)
		return json.Marshal(agent.Exchange{End: agent.EndComplete, Response: agent.Response{
			Status: 200, Whole: true, Bytes: 1, Start: []byte(script.Page), Tail: []byte(script.Page),
		}})
	case "load":
		return nil, json.Unmarshal(call.Args, &o.load)
	case "loaded":
		return json.Marshal(make([]agent.Arrival, len(o.load.At)))
	case "look":
		return json.Marshal(agent.View{Hosts: []agent.HostView{{}}})
	}
	return nil, nil
}

// condition is what a host, its name, its firewall and the way to it were ordered to be.
type condition struct {
	host  agent.Host
	name  agent.Name
	rules []agent.Rule
	link  agent.Link
	route agent.Route
	visit visit
}

// visit is how a client sends the body of its request.
type visit struct {
	fill   int
	manner agent.Manner
}

// visits are those of the clients in their order: the prober, the visitor, the prober again.
func (o *obedient) visits() (all [3]visit) {
	o.mu.Lock()
	defer o.mu.Unlock()
	visitor := harness.Visit{}.Client(0, 1)
	for i, a := range o.asked {
		v := visit{a.Fill, a.Manner}
		switch {
		case a.From == visitor:
			all[1] = v
		case i == 0:
			all[0] = v
		default:
			all[2] = v
		}
	}
	return all
}

// last is the condition after some orders.
func last(orders []any) (c condition) {
	for _, o := range orders {
		switch o := o.(type) {
		case agent.Host:
			c.host = o
		case agent.Name:
			c.name = o
		case agent.Rules:
			c.rules = o.Rules
		case agent.Link:
			c.link = o
		case agent.Route:
			c.route = o
		}
	}
	return c
}

// while injects a fault into the lab and returns what was ordered before it, with it,
// and after it.
func (o *obedient) while(t *testing.T, world harness.World, f harness.Fault) (before, with, after condition, err error) {
	t.Helper()
	lab, err := harness.Open(t.Context(), o, o, harness.Plot{Name: "a/b", World: world})
	if err != nil {
		t.Fatal(err)
	}
	defer lab.Close()
	before = last(o.orders)
	inject := f.Inject
	f.Inject = func(ctx context.Context, b *harness.Bay) error {
		err := inject(ctx, b)
		o.mu.Lock()
		defer o.mu.Unlock()
		with = last(o.orders)
		return err
	}
	_, err = lab.Bays[0].While(t.Context(), f)
	after, visits := last(o.orders), o.visits()
	before.visit, with.visit, after.visit = visits[0], visits[1], visits[2]
	return before, with, after, err
}

func (c condition) equal(d condition) bool {
	return c.visit == d.visit && c.host == d.host && c.link == d.link && c.route == d.route && slices.Equal(c.rules, d.rules) && c.name.Says() == d.name.Says() && c.name.Name == d.name.Name
}
