package runtimes

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
)

// pretended is a runtime that says what it can do, and makes no lab.
type pretended struct {
	harness.Runtime
	name   string
	denied error // no lab at all
	lacks  harness.Needs
	takes  error
	closed *[]string
}

func (p pretended) Name() string       { return p.name }
func (p pretended) Takes(string) error { return p.takes }
func (p pretended) Close() error       { *p.closed = append(*p.closed, p.name); return nil }
func (p pretended) Supports(_ context.Context, n harness.Needs) error {
	if p.denied != nil {
		return p.denied
	}
	if n&p.lacks != 0 {
		return &harness.Problem{Lack: true, What: "it lacks " + (n & p.lacks).String()}
	}
	return nil
}

func needing(needs ...harness.Needs) (scenarios []harness.Scenario) {
	for _, n := range needs {
		scenarios = append(scenarios, harness.Scenario{World: harness.World{Needs: n}})
	}
	return scenarios
}

func TestTheRuntimeThatCanPlayMostIsChosen(t *testing.T) {
	const memory, latency, bandwidth = harness.LimitedMemory, harness.Latency, harness.Bandwidth
	gone := &harness.Problem{What: "it is gone", Hint: "bring it back"}
	image := &harness.Problem{Blame: harness.Usage, What: "it runs no images", Hint: "ask another"}
	for name, c := range map[string]struct {
		one, other pretended
		absent     error // why one cannot be opened
		scenarios  []harness.Scenario
		chosen     string
		why        string
		closed     string
		blame      harness.Blame
	}{
		"of equals the first":             {scenarios: needing(0, memory), chosen: "one", why: "all of this"},
		"who can do more":                 {one: pretended{lacks: memory}, scenarios: needing(0, memory), chosen: "other", why: "one cannot play 1 of 2: it lacks limited memory", closed: "one"},
		"who can do most":                 {one: pretended{lacks: memory}, other: pretended{lacks: latency}, scenarios: needing(0, memory, latency, latency), chosen: "one", why: "one cannot play 1 of 4: it lacks limited memory; other cannot play 2 of 4: it lacks latency", closed: "other"},
		"of equals that can do less":      {one: pretended{lacks: memory}, other: pretended{lacks: bandwidth}, scenarios: needing(memory, bandwidth), chosen: "one", why: "one cannot play 1 of 2", closed: "other"},
		"what nobody asks for is no lack": {one: pretended{lacks: memory}, scenarios: needing(0), chosen: "one", why: "all of this"},
		"who is there":                    {absent: gone, scenarios: needing(0), chosen: "other", why: "one: it is gone"},
		"who may make labs":               {one: pretended{denied: gone}, scenarios: needing(0), chosen: "other", why: "one: it is gone", closed: "one"},
		"who takes the gateway":           {one: pretended{takes: image}, scenarios: needing(0), chosen: "other", why: "one: it runs no images", closed: "one"},
		"nobody":                          {absent: gone, other: pretended{denied: gone}, scenarios: needing(0), closed: "other", why: "bring it back"},
		"nobody for that gateway":         {one: pretended{takes: image}, other: pretended{takes: image}, scenarios: needing(0), closed: "one other", why: "ask another", blame: harness.Usage},
	} {
		t.Run(name, func(t *testing.T) {
			var closed []string
			candidateOf := func(name string, p pretended, absent error) candidate {
				p.name, p.closed = name, &closed
				return candidate{name, func(func(string)) (harness.Runtime, error) {
					if absent != nil {
						return nil, absent
					}
					return p, nil
				}}
			}
			rt, why, err := choose(t.Context(), []candidate{candidateOf("one", c.one, c.absent), candidateOf("other", c.other, nil)}, Want{Scenarios: c.scenarios}, nil)
			if c.chosen == "" {
				if err == nil || !strings.Contains(harness.Hint(err), c.why) || harness.BlameOf(err) != c.blame {
					t.Errorf("%v, blame %v, hint %q", err, harness.BlameOf(err), harness.Hint(err))
				}
			} else if err != nil || rt.Name() != c.chosen || !strings.Contains(why, c.why) {
				t.Errorf("%v because %q, %v", rt, why, err)
			}
			if slices.Sort(closed); strings.Join(closed, " ") != c.closed {
				t.Errorf("%v are closed, want %q", closed, c.closed)
			}
		})
	}
}

func TestARuntimeIsNamed(t *testing.T) {
	_, _, err := Open(t.Context(), "podman", Want{}, nil)
	if err == nil || harness.BlameOf(err) != harness.Usage || !strings.Contains(harness.Hint(err), "auto, docker, local") {
		t.Errorf("%v, hint %q", err, harness.Hint(err))
	}
	rt, why, err := Open(t.Context(), "local", Want{}, nil)
	if err != nil || rt.Name() != "local" || why != "" || rt.Close() != nil {
		t.Errorf("%v because %q, %v", rt, why, err)
	}
	if _, _, err := Open(t.Context(), "local", Want{From: "image:nginx:1"}, nil); err == nil || harness.BlameOf(err) != harness.Usage {
		t.Errorf("an image for a runtime that runs none: %v", err)
	}
}
