package settings

import (
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/document"
)

func (r *reader) expect(n *yaml.Node) {
	for _, item := range r.Items(n, "expectations") {
		r.settings.Expect = append(r.settings.Expect, r.expectation(item))
	}
}

func (r *reader) expectation(n *yaml.Node) Expectation {
	e, said := Expectation{At: r.At(n)}, r.Mistakes()
	r.Fields(n,
		document.Key("route", r.Text(&e.Route)),
		document.Key("fault", r.faults(&e.Fault, false)),
		document.Key("status", r.statuses(&e.Status)),
		document.Key("outcome", r.outcomes(&e.Outcome)),
		document.Key("within", r.within(&e.Within)),
		document.Key("attempts", r.attempts(&e.Attempts)),
		document.Key("reason", r.Sentence(&e.Reason)),
	)
	switch {
	case r.Mistakes() > said: // what is missing was meant to be there
	case e.Status == nil && e.Outcome == nil && e.Within == 0 && e.Attempts == nil:
		r.Wrong(n, "write status, outcome, within or attempts", "this expects nothing")
	case e.Status != nil && e.Outcome != nil && !slices.ContainsFunc(e.Outcome, hasStatus):
		r.Wrong(n, "leave one of them out", "this cannot come true: %s has no status", e.Outcome[0])
	}
	return e
}

// hasStatus says whether an exchange that comes out so may have a status.
func hasStatus(o harness.Outcome) bool {
	return o != harness.Closed && o != harness.RawBytes && o != harness.DidNotStart
}

// within refuses what could not be seen to be broken.
func (r *reader) within(into *time.Duration) func(*yaml.Node) {
	return func(n *yaml.Node) {
		r.Duration(into)(n)
		if most := r.settings.MaxWait; *into > most {
			r.Wrong(n, "raise max_wait", "nobody waits for longer than max_wait, which is %v", most)
		}
	}
}

func (r *reader) skip(n *yaml.Node) {
	for _, item := range r.Items(n, "what is to be skipped") {
		r.settings.Skip = append(r.settings.Skip, r.skipped(item))
	}
}

func (r *reader) skipped(n *yaml.Node) Skip {
	s, said := Skip{At: r.At(n)}, r.Mistakes()
	r.Fields(n,
		document.Key("route", r.Text(&s.Route)),
		document.Key("fault", r.faults(&s.Fault, false)),
		document.Key("reason", r.Sentence(&s.Reason)),
	)
	switch {
	case r.Mistakes() > said:
	case s.Route == "" && s.Fault == nil:
		r.Wrong(n, "name a route or a fault", "this would skip everything")
	case s.Reason == "":
		r.Wrong(n, `write reason: "..."`, "what is skipped wants a reason")
	}
	return s
}
