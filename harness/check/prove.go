package check

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/nginx"
	"github.com/badgateway/badgateway/harness/nginx/config"
)

// A Mutation is what came of playing cells with one directive altered.
type Mutation struct {
	Alteration
	// Noticed is the first cell that came out otherwise, "" where none did; Became says in what.
	Noticed, Became string
	// Refused says that NGINX does not start with it.
	Refused bool
	// Would is a cell that is not among those that are guarded and that comes out otherwise; Decides
	// says of a timeout that some cell's time is what it says.
	Would   string
	Decides bool
}

// Prover plays cells again with one directive of the configuration altered at a time, and sees
// what moves.
type Prover struct {
	Subject *Subject
	// Run is how cells are played; its gateway and its scenarios are the prover's.
	Run harness.Plan
	// Guarded are the cells that hold the configuration, with what they were.
	Guarded []harness.Scenario
	Was     map[string]harness.Record // by key
	// Others are those that would be played for an alteration that no guarded cell notices.
	Others []harness.Scenario
	// Done is told of each; nil is deaf.
	Done func(Mutation)

	mu     sync.Mutex // held while it is found out what the others are
	others map[string]harness.Record
	played map[string]bool
}

// Prove plays all alterations, as many at once as there are cores.
func (p *Prover) Prove(ctx context.Context) ([]Mutation, error) {
	all := p.Subject.Alterations()
	found := make([]Mutation, len(all))
	errs := make([]error, len(all))
	places := make(chan struct{}, runtime.NumCPU())
	var wg sync.WaitGroup
	var telling sync.Mutex
	for i, a := range all {
		places <- struct{}{}
		wg.Go(func() {
			defer func() { <-places }()
			if found[i], errs[i] = p.one(ctx, a); errs[i] == nil && p.Done != nil {
				telling.Lock()
				defer telling.Unlock()
				p.Done(found[i])
			}
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return found, errors.Join(errs...)
}

// Proof plays a cell once more with a directive altered that is said to decide it, by its place, and
// says what became of it: "with proxy_read_timeout 5s time proxy_read_timeout = 10s became ...". It
// is "" where no alteration of it moves the cell.
func (p *Prover) Proof(ctx context.Context, s harness.Scenario, at harness.Position) (string, error) {
	gw := p.Subject.Gateway()
	for _, a := range p.Subject.Alterations() {
		if a.At.File != at.File || a.At.Line != at.Line || a.At.Column != at.Column {
			continue
		}
		m, altered := Mutation{Alteration: a}, gw
		altered.Place, _ = a.on(gw.Place)
		if err := p.play(ctx, altered, []harness.Scenario{s}, p.Was, &m); err != nil {
			return "", err
		}
		if m.Became != "" && !strings.HasPrefix(m.Became, inDoubt) {
			return "with " + cmp.Or(a.To, "it left out") + ": " + m.Became, nil
		}
	}
	return "", nil
}

const inDoubt = "in doubt: "

// one plays those cells first that its directive decides: as a rule they notice it.
func (p *Prover) one(ctx context.Context, a Alteration) (m Mutation, err error) {
	m = Mutation{Alteration: a}
	gw := p.Subject.Gateway()
	altered := gw
	altered.Place, _ = a.on(gw.Place)
	var first, rest []harness.Scenario
	for _, s := range p.Guarded {
		switch {
		case !reaches(a.Directive, gw, s):
		case p.Was[s.Key()].Decided == a.Directive.Name:
			m.Decides = true
			first = append(first, s)
		default:
			rest = append(rest, s)
		}
	}
	for _, cells := range [][]harness.Scenario{first, rest} {
		if err := p.play(ctx, altered, cells, p.Was, &m); err != nil || m.Refused || m.Noticed != "" {
			return m, err
		}
	}
	return m, p.would(ctx, gw, altered, &m)
}

// play plays cells on a gateway until it is known whether one of them is another than it was.
func (p *Prover) play(ctx context.Context, gw nginx.Configured, cells []harness.Scenario, was map[string]harness.Record, m *Mutation) error {
	if len(cells) == 0 {
		return nil
	}
	sum, err := p.run(ctx, gw, cells)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil && len(saidBy(err)) > 0 {
		m.Refused = true
		return nil
	}
	if err != nil {
		return err
	}
	for _, c := range sum.Cells {
		before, known := was[c.Key()]
		became := ""
		switch {
		case !known || c.Verdict == harness.Unsupported:
		case c.Verdict == harness.Inconclusive:
			became = inDoubt + c.Reason
		default:
			became = before.Became(c.Record())
		}
		if became != "" {
			m.Noticed, m.Became = c.Key(), became
			return nil
		}
	}
	return nil
}

func (p *Prover) run(ctx context.Context, gw nginx.Configured, cells []harness.Scenario) (harness.Summary, error) {
	plan := p.Run
	plan.Gateway, plan.Scenarios, plan.OnCell, plan.Say, plan.Confirm = gw, cells, nil, nil, harness.ConfirmNone
	return harness.Run(ctx, plan)
}

// would looks among the others for a cell that the alteration changes: they are played without it
// and with it.
func (p *Prover) would(ctx context.Context, gw, altered nginx.Configured, m *Mutation) error {
	var cells []harness.Scenario
	for _, s := range p.Others {
		one := len(cells) == 0 || cells[0].Route.ID == s.Route.ID // of one route, for all of them are alike
		if one && reaches(m.Directive, gw, s) && related(m.Directive.Name, s.Fault.Phase) {
			cells = append(cells, s)
		}
	}
	if len(cells) == 0 {
		return nil
	}
	was, err := p.unaltered(ctx, gw, cells)
	if err != nil {
		return err
	}
	for _, s := range cells {
		m.Decides = m.Decides || was[s.Key()].Decided == m.Directive.Name
	}
	seen := Mutation{}
	err = p.play(ctx, altered, cells, was, &seen)
	m.Would = seen.Noticed
	return err
}

// unaltered are the records of cells without any alteration. What was played once is known.
func (p *Prover) unaltered(ctx context.Context, gw nginx.Configured, cells []harness.Scenario) (map[string]harness.Record, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.others == nil {
		p.others = map[string]harness.Record{}
		p.played = map[string]bool{}
	}
	cells = slices.DeleteFunc(slices.Clone(cells), func(s harness.Scenario) bool { return p.played[s.Key()] })
	if len(cells) > 0 {
		sum, err := p.run(ctx, gw, cells)
		if err != nil {
			return nil, err
		}
		for _, c := range sum.Cells {
			if p.played[c.Key()] = true; c.Verdict != harness.Inconclusive && c.Verdict != harness.Unsupported {
				p.others[c.Key()] = c.Record()
			}
		}
	}
	return maps.Clone(p.others), nil
}

// reaches says whether a directive is said of a cell's route: in a block that the route is in, or in
// one that names a group of servers.
func reaches(d *config.Directive, gw nginx.Configured, s harness.Scenario) bool {
	if d.Parent == nil || d.Parent.Name == "upstream" {
		return true
	}
	way, known := gw.Ways[s.Route.ID]
	return !known || slices.Contains(slices.Collect(way.Pass.Up()), d.Parent)
}

// related says whether a fault of a phase can be decided by a directive: a timeout ends its own
// phase, a buffer is filled by an answer, and so on. Of other directives nothing is looked for.
func related(name string, phase harness.Phase) bool {
	for suffix, phases := range map[string][]harness.Phase{
		"_connect_timeout": {harness.PhaseConnect, harness.PhaseTLS}, "_send_timeout": {harness.PhaseSend}, "resolver_timeout": {harness.PhaseResolve},
		"_read_timeout": {harness.PhaseWait, harness.PhaseHeader, harness.PhaseBody}, "_buffering": {harness.PhaseBody, harness.PhaseSend},
		"_buffer_size": {harness.PhaseHeader}, "_intercept_errors": {harness.PhaseHeader}, "_next_upstream": {harness.PhaseHeader, harness.PhasePool},
		"_next_upstream_tries": {harness.PhasePool}, "_next_upstream_timeout": {harness.PhasePool, harness.PhaseConnect}, "keepalive": {harness.PhaseReuse},
		"keepalive_timeout": {harness.PhaseReuse}, "_ignore_client_abort": {harness.PhaseLocal}, "server": {harness.PhasePool},
	} {
		if strings.HasSuffix(name, suffix) && slices.Contains(phases, phase) {
			return true
		}
	}
	return false
}

// Dead says whether a directive is a timeout that no cell can make decisive: whatever it says, and
// none takes as long as it says.
func Dead(found []Mutation, d *config.Directive) bool {
	return IsTimeout(d.Name) && !slices.ContainsFunc(found, func(m Mutation) bool {
		return m.Directive == d && (m.Decides || m.Refused || m.Noticed != "" || m.Would != "")
	})
}
