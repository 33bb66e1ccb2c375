package check

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/badgateway/badgateway/faults"
	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/nginx"
)

// Left is a cell that is not played, and why.
type Left struct {
	Fault, Route string
	Why          string
	Long         bool // it would take longer than anybody wants to wait here
}

// Wish is what is to be played.
type Wish struct {
	// Faults are scenarios of the catalogue, of which each route gets what it gives occasion
	// for. Families says that each cause is to be there once: the first of it that fits.
	Faults   []harness.Scenario
	Families bool
	// MaxWait is how long a cell may be expected to wait by the machine's clock. Virtual says that
	// there is another, for what no timer of the kernel's may decide.
	MaxWait time.Duration
	Virtual bool
	Budgets Budgets
	// Strength is what a rule that does not hold means, off where it is not looked at.
	Strength func(rule string) (s harness.Strength, off bool)
	// Skip says why a cell is not to be played, if it is not.
	Skip func(route, fault string) (why string, skip bool)
}

// Plan is what to play, and what not.
type Plan struct {
	Play []harness.Scenario
	Left []Left
	// Read are cells that are judged by reading: they are about the policy alone.
	Read []harness.Cell
}

// Bound leaves out what is more than a check can be waited for: a lab is made in milliseconds, but
// not for all of ten thousand servers and all that can befall them.
func (p Plan) Bound() Plan {
	const most = 2000
	if len(p.Play) <= most {
		return p
	}
	for _, f := range p.Play[most:] {
		p.Left = append(p.Left, Left{Fault: f.ID, Route: f.Route.ID,
			Why: fmt.Sprintf("a check plays %d cells at most; --only and --faults choose which", most)})
	}
	p.Play = p.Play[:most]
	return p
}

// Plan lays out the cells: each fault on each route.
func (s *Subject) Plan(w Wish) (Plan, error) {
	p := planner{Wish: w, gateway: s.Gateway()}
	for _, route := range s.Survey.Routes {
		if err := p.route(route); err != nil {
			return Plan{}, err
		}
	}
	return p.Plan, nil
}

type planner struct {
	Plan
	Wish
	gateway nginx.Configured
	waited  map[string]bool // the routes of which a cell waits for recovery
}

func (p *planner) route(route *harness.Route) error {
	policy, err := p.gateway.Policy(harness.Boot{}, harness.Site{Route: route})
	if err != nil {
		return err
	}
	p.Read = append(p.Read, p.ladder(route, policy)...)
	done, from := map[harness.Cause]bool{}, len(p.Play)
	why := map[harness.Cause]string{}
	for _, f := range p.inOrder() {
		if p.Families && (done[f.Fault.Cause] || !p.documented(f.Fault.Cause)) { // network, say, is in nobody's list of causes
			continue
		}
		f.Route = route
		if err := p.gateway.Fits(f); err != nil {
			if p.Families {
				if why[f.Fault.Cause] == "" {
					why[f.Fault.Cause] = err.Error()
				}
				continue
			}
			p.left(f, err.Error())
			continue
		}
		done[f.Fault.Cause] = true
		p.add(f, policy, held{route: *route, budgets: p.Budgets})
	}
	for _, f := range p.Faults {
		if reason := why[f.Fault.Cause]; p.Families && reason != "" && !done[f.Fault.Cause] && f.Documented {
			f.Route = route
			p.left(f, reason)
		}
	}
	if p.Families {
		p.besides(route, policy, from)
	}
	p.several(route, policy)
	return nil
}

// documented says whether one of the faults stands for the cause.
func (p *planner) documented(c harness.Cause) bool {
	return slices.ContainsFunc(p.Faults, func(f harness.Scenario) bool { return f.Documented && f.Fault.Cause == c })
}

// alsoPlayed are scenarios of the catalogue that stand for no cause, and without which a rule
// would have nothing to look at: errors of the upstream's own, and bodies.
var alsoPlayed = []string{shedding, "malformed/short-body"}

const shedding = "overload/shedding"

func (p *planner) besides(route *harness.Route, policy harness.Policy, from int) {
	for _, f := range p.Faults {
		f.Route = route
		stands := slices.ContainsFunc(p.Play[from:], func(o harness.Scenario) bool { return o.ID == f.ID }) // for its cause already
		if slices.Contains(alsoPlayed, f.ID) && !stands && p.gateway.Fits(f) == nil {
			p.add(f, policy, held{route: *route, budgets: p.Budgets})
		}
	}
}

// inOrder has what stands for its cause first.
func (p *planner) inOrder() []harness.Scenario {
	sorted := slices.Clone(p.Faults)
	slices.SortStableFunc(sorted, func(a, b harness.Scenario) int {
		switch {
		case a.Documented == b.Documented:
			return 0
		case a.Documented:
			return -1
		}
		return 1
	})
	return sorted
}

// several plays what only concerns routes to several servers: whether a spare is used, and
// what is not to be repeated.
func (p *planner) several(route *harness.Route, policy harness.Policy) {
	if policy.Retry.Servers < 2 {
		return
	}
	for _, f := range spares {
		one := *route
		one.Servers = route.Servers[:1]
		f.Route, f.Insist = &one, true
		p.add(f, policy, held{route: *route, budgets: p.Budgets, spare: true})
	}
	post := p.posted(route)
	for _, f := range p.Faults {
		if slices.Contains(posts, f.ID) {
			f.Route, f.Traffic.Method = post, "POST"
			p.add(f, policy, held{route: *post, budgets: p.Budgets, post: true})
		}
	}
}

// spares break one server of several.
var spares = []harness.Scenario{
	{ID: "spare/refused", Title: "a server that is gone is covered for by another", Fault: faults.Refused, World: harness.World{Process: true},
		Why: "One of several servers refuses connections. The others are healthy, so no client needs to notice."},
	{ID: "spare/never", Title: "a server that does not answer is covered for by another", Fault: faults.Never,
		Why: "One of several servers takes the request and says nothing. After the read timeout another can be asked, if the configuration says so."},
}

// Own are the IDs of the cells that the catalogue has not.
func Own() []string {
	ids := []string{Ladder}
	for _, s := range spares {
		ids = append(ids, s.ID)
	}
	return ids
}

// posts are the faults that a POST meets after it may have been carried out.
var posts = []string{"crash/killed", "slow/never"}

// posted is a route by which a POST is sent.
func (p *planner) posted(route *harness.Route) *harness.Route {
	one := *route
	_, rest, _ := strings.Cut(route.ID, " ")
	one.ID = "POST " + rest
	p.gateway.Ways[one.ID] = p.gateway.Ways[route.ID]
	return &one
}

func (p *planner) left(f harness.Scenario, why string) {
	p.Left = append(p.Left, Left{Fault: f.ID, Route: f.Route.ID, Why: why})
}

// add plans a cell, if it may be played and does not take too long.
func (p *planner) add(f harness.Scenario, policy harness.Policy, s held) {
	if why, skip := p.Skip(f.Route.ID, f.ID); skip {
		p.left(f, "skipped: "+why)
		return
	}
	wait, says := expected(f, policy)
	most := p.MaxWait
	if p.Virtual && !f.Kernel().Decides(policy) {
		most = math.MaxInt64
	}
	if learned := policy.Learned; f.Fault.Cause == harness.DNS && f.Route.Resolves && learned.Value > 0 {
		if learned.Value > most {
			p.left(f, fmt.Sprintf("NGINX goes by what it learned for %v: %s", learned.Value, learned))
			return
		}
		wait += learned.Value // until then nothing of the fault is felt
	}
	if wait > most {
		p.left(f, fmt.Sprintf("a client would wait %v: %s", wait, says))
		p.Left[len(p.Left)-1].Long = true
		return
	}
	f.Waits = wait
	// Where there are several servers NGINX leaves failed ones alone for a while. The first cell of
	// a route waits for that to end; it would be the same for all.
	f.Hasty = policy.Retry.Servers > 1 && p.waited[f.Route.ID]
	if p.waited == nil {
		p.waited = map[string]bool{}
	}
	p.waited[f.Route.ID] = true
	// Far more than it needs: whoever is kept longer than twice what the policy comes to is kept
	// by something that the policy does not know.
	f.Patience = 2*wait + 10*time.Second
	s.fault = f.ID
	f.Expect = nil // what the catalogue promises is of its own configuration
	for _, r := range Rules() {
		if r.judge == nil {
			continue
		}
		if strength, off := p.Strength(r.Name); !off {
			f.Expect = append(f.Expect, r.check(s, strength))
		}
	}
	p.Play = append(p.Play, f)
}

// expected is how long a cell will take by the policy, and how that is said.
func expected(f harness.Scenario, p harness.Policy) (time.Duration, string) {
	if instantly(f) {
		return 0, ""
	}
	set := p.Read
	switch f.Fault.Phase {
	case harness.PhaseResolve:
		set = p.Resolve
	case harness.PhaseConnect:
		set = p.Connect
	}
	if f.Insist || f.Traffic.Method == "POST" && !p.Retry.Passes("non_idempotent") {
		p.Retry.Count = 1 // the next server answers, or none is asked
	}
	wait, says := worstOf(set, p)
	return wait, says + " (" + set.Where() + ")"
}

// instantly says whether a fault is known to the gateway as it happens: no timeout has to end.
func instantly(f harness.Scenario) bool {
	switch f.Fault.Cause {
	case harness.Crash, harness.Malformed:
		return true
	case harness.DNS:
		return !strings.HasSuffix(f.ID, "/silent") && !strings.HasSuffix(f.ID, "/dead-address") && !strings.HasSuffix(f.ID, "/stale-address")
	}
	return slices.ContainsFunc(f.Expect, func(c harness.Check) bool {
		return c.Term != nil && c.Term.Text == harness.Immediately.Text
	})
}
