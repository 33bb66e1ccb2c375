package harness

import (
	"context"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

var shop = Application{Packages: []string{"php-fpm"}, Program: "/usr/sbin/php-fpm*"}

// staged is a runtime in memory whose labs can have applications.
type staged struct{ *play }

func (s staged) Open(ctx context.Context, spec LabSpec) (*Lab, error) {
	lab, err := s.play.Open(ctx, spec)
	if len(spec.Applications) == 1 {
		lab.Program = func(a Application) (agent.Program, error) { return agent.Program{Dies: a.Dies}, nil }
	}
	return lab, err
}

func TestAnApplicationPlaysNoScript(t *testing.T) {
	inMemory(t, func(t *testing.T, p *play) {
		lab, err := Open(t.Context(), staged{p}, p, Plot{Name: "a/b", Application: &shop})
		if err != nil {
			t.Fatal(err)
		}
		defer lab.Close()
		b := lab.Bays[0]
		if h := p.hosts[0]; h.Program == nil || h.Script != "" || h.Process != agent.Running || !b.Site.World.Needs.Has(Applications) {
			t.Errorf("its host is %+v, its world %+v", h, b.Site.World)
		}
		for name, err := range map[string]error{
			"Play": b.Play(t.Context(), script.MustParse("hold")), "PlayAndDie": b.PlayAndDie(t.Context(), script.MustParse("die")),
			"FillBacklog": b.FillBacklog(t.Context()), "Occupy": b.Occupy(t.Context()), "UseUpDescriptors": b.UseUpDescriptors(t.Context()),
		} {
			if err == nil || !strings.Contains(err.Error(), "plays no script") || BlameOf(err) != Usage {
				t.Errorf("%s: %v", name, err)
			}
		}
		if e, err := b.While(t.Context(), Fault{Inject: func(ctx context.Context, b *Bay) error { return b.Kill(ctx) }}); err != nil || e.Outcome != Answered || e.Exchange.Response.Status != 502 {
			t.Errorf("it was killed: %+v, %v", e, err)
		}
		if h := p.hosts[0]; h.Process != agent.Running || h.Program == nil {
			t.Errorf("healed, its host is %+v", h)
		}
	})
}

func TestOnlyAnApplicationIsDeployed(t *testing.T) {
	inMemory(t, func(t *testing.T, p *play) {
		lab, err := Open(t.Context(), p, p)
		if err != nil {
			t.Fatal(err)
		}
		defer lab.Close()
		b := lab.Bays[0]
		for name, err := range map[string]error{"Deploy": b.Deploy(t.Context(), shop, "x"), "Orphan": b.Orphan(t.Context()), "Gather": b.Gather(t.Context(), shop, Crowd{})} {
			if err == nil || !strings.Contains(err.Error(), "is no application") || Hint(err) == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := Open(t.Context(), p, p, Plot{Name: "a/b", Application: &shop}); !IsLack(err) {
			t.Errorf("a runtime that cannot: %v", err)
		}
	})
}

// heard is evidence of a host with that condition, whose application said that.
func heard(v agent.HostView, lines ...string) *Evidence {
	e := &Evidence{Hosts: []int{0}, Before: agent.View{Hosts: []agent.HostView{{}}}, After: agent.View{Hosts: []agent.HostView{v}}}
	for _, line := range lines {
		e.After.Events = append(e.After.Events, agent.Event{Kind: agent.Said, Text: line})
	}
	e.After.Events = append(e.After.Events, agent.Event{Kind: agent.Said, Host: 1, Text: "elsewhere"})
	return e
}

func TestWhatAnApplicationSaysIsProof(t *testing.T) {
	logged := heard(agent.HostView{})
	logged.Log = []LogLine{{Text: `FastCGI sent in stderr: "out of luck"`}}
	for name, c := range map[string]struct {
		of   *Evidence
		word string
		ok   bool
	}{
		"to its log":           {heard(agent.HostView{}, "at work", "out of luck"), "luck", true},
		"by the gateway's log": {logged, "luck", true},
		"something else":       {heard(agent.HostView{}, "at work"), "luck", false},
		"of another host":      {heard(agent.HostView{}), "elsewhere", false},
	} {
		if _, err := said(c.word)(c.of); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestACrowdIsProvenByWhereTheVisitorIs(t *testing.T) {
	refused := heard(agent.HostView{Socket: "/s", Queue: 2})
	refused.Log = []LogLine{{Phase: PhaseConnect}}
	for name, c := range map[string]struct {
		of    *Evidence
		crowd Crowd
		ok    bool
	}{
		"with them":                     {heard(agent.HostView{Queue: 1}), Crowd{}, true},
		"nowhere":                       {heard(agent.HostView{}), Crowd{}, false},
		"with a worker":                 {heard(agent.HostView{Queue: 1}, "at work"), Crowd{}, false},
		"turned away":                   {heard(agent.HostView{Dropped: 1}), Crowd{Full: true}, true},
		"with them, and should not":     {heard(agent.HostView{Queue: 1}), Crowd{Full: true}, false},
		"turned away at a socket":       {refused, Crowd{Full: true}, true},
		"not turned away at the socket": {heard(agent.HostView{Socket: "/s", Queue: 2}), Crowd{Full: true}, false},
	} {
		c.crowd.Word = "at work"
		if _, err := c.crowd.met(c.of); (err == nil) != c.ok {
			t.Errorf("the visitor is %s: %v", name, err)
		}
	}
}
