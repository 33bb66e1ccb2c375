package main

import (
	"cmp"
	"context"
	"errors"
	"path"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/check"
	"github.com/badgateway/badgateway/harness/holder"
	"github.com/badgateway/badgateway/harness/runtimes"
)

// wished is a lab by hand before it is there.
type wished struct {
	*app
	labWish
	say     func(string)
	from    string // of the gateway, in provision's words
	plot    harness.Plot
	gateway harness.Gateway
	subject *check.Subject // nil without a configuration
}

// labOpen makes the lab that is wished for.
func (a *app) labOpen(ctx context.Context, w labWish, say func(string)) (h holder.Held, err error) {
	l := &wished{app: a, labWish: w, say: say, from: cmp.Or(w.Gateway, "nginx")}
	if err := l.read(); err != nil {
		return h, err
	}
	want := runtimes.Want{From: l.from, Scenarios: []harness.Scenario{{World: harness.World{Needs: l.needs()}}}}
	rt, why, err := a.runtime(ctx, w.Runtime, want, say)
	if err != nil {
		return h, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, rt.Close())
		}
	}()
	if why != "" {
		say("the lab is made by " + rt.Name() + ": " + why)
	}
	if err := l.fit(ctx, rt); err != nil {
		return h, err
	}
	lab, err := harness.Open(ctx, rt, l.gateway, l.plot)
	if err != nil {
		return h, err
	}
	return holder.Held{OpenLab: lab, Runtime: rt.Name(), Gateway: l.gateway.Name(), Close: rt.Close}, nil
}

// read finds out what is to be booted, in which world. Without a scenario that is one in which as
// much as possible can be injected: whoever looks names up feels what befalls addresses too, and
// a process can do all that a part of the agent can.
func (l *wished) read() (err error) {
	l.plot = harness.Plot{Name: l.Name, World: harness.World{Resolve: harness.AtRequest, Needs: harness.Bandwidth}}
	switch {
	case l.Config != "":
		if l.subject, err = check.Open(l.Config, check.Options{Gateway: l.Gateway}); err != nil {
			return err
		}
		l.hider.Hide(l.subject.Config.Secrets())
		l.say(l.subject.Told)
		l.from, l.plot.World.Resolve = l.subject.Place.Boot.From, harness.Literal // the rest is the configuration's affair
	case l.Scenario != "":
		s, err := l.meant(holder.Inject{Scenario: l.Scenario, File: l.File}, l.from)
		if err != nil {
			return err
		}
		l.plot.World, l.gateway = s.World, s.Gateway
	}
	l.plot.World.Process, l.plot.World.Alone = true, true
	if l.gateway == nil {
		l.gateway, err = l.app.gateway(l.from)
	}
	return err
}

// needs are those without which there is no such lab.
func (l *wished) needs() harness.Needs {
	switch {
	case l.subject != nil:
		return l.subject.Needs()
	case l.Scenario != "":
		return l.plot.World.Needs
	}
	return 0
}

// fit leaves out what the runtime cannot do and nobody asked for, and finds the route of a
// configuration.
func (l *wished) fit(ctx context.Context, rt harness.Runtime) error {
	if err := rt.Supports(ctx, l.plot.World.Needs|l.needs()); harness.IsLack(err) {
		l.plot.World.Needs = l.needs()
	} else if err != nil {
		return err
	}
	if err := rt.Supports(ctx, l.plot.World.Needs); err != nil || l.subject == nil {
		return err
	}
	if err := l.subject.Find(ctx, rt, l.say); err != nil {
		return err
	}
	route, err := l.route(l.subject.Survey.Routes)
	if err != nil {
		return err
	}
	l.say("what can be broken is behind " + route.ID)
	l.gateway, l.plot.Name, l.plot.Route = l.subject.Gateway(), route.ID, route
	return nil
}

// route is the one that can be broken: the first, or the first that is meant.
func (l *wished) route(routes []*harness.Route) (*harness.Route, error) {
	var ids []string
	for _, r := range routes {
		is, err := path.Match(flat(cmp.Or(l.Route, "*")), flat(r.ID))
		if err != nil {
			return nil, usage("a pattern is made of *, ? and [sets]", "the pattern %q cannot be understood", l.Route)
		}
		if is {
			return r, nil
		}
		ids = append(ids, r.ID)
	}
	if ids == nil {
		return nil, usage("`badgateway check --routes` says why", "no route of this configuration leads to an upstream")
	}
	return nil, usage("there are: "+strings.Join(ids, ", "), "no route is like %s", l.Route)
}
