package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
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

	mu    sync.Mutex
	known map[string]func() (map[string]harness.Record, error) // what cells were in a row, by who is in it
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
		if err := p.play(ctx, altered, []harness.Scenario{s}, &m); err != nil {
			return "", err
		}
		if m.Became != "" && !strings.HasPrefix(m.Became, inDoubt) {
			return "with " + cmp.Or(a.To, "it left out") + ": " + m.Became, nil
		}
	}
	return "", nil
}

const inDoubt = "in doubt: "

// one plays all cells that the directive reaches, with the alteration.
func (p *Prover) one(ctx context.Context, a Alteration) (m Mutation, err error) {
	m = Mutation{Alteration: a}
	altered := p.Subject.Gateway()
	altered.Place, _ = a.on(altered.Place)
	var cells, first []harness.Scenario
	for _, s := range p.Guarded {
		if !reaches(a.Directive, altered, s) {
			continue
		}
		if len(first) == 0 && p.Was[s.Key()].Decided == a.Directive.Name {
			m.Decides = true
			first = append(first, s) // as a rule that notices it, and there is no need of others
		}
		s.Hasty = s.Hasty || !forgives(a.Directive.Name) && !slices.Contains(p.Was[s.Key()].Breaks, servesAgain)
		cells = append(cells, s)
	}
	for _, some := range [][]harness.Scenario{first, cells} {
		if err := p.play(ctx, altered, some, &m); err != nil || m.Refused || m.Noticed != "" {
			return m, err
		}
	}
	return m, p.would(ctx, altered, &m)
}

// play plays cells on a gateway, and tells of the first that is another than it was. Those that
// differ in a row are played alone before it is said of them: that one met what another left
// behind is no difference.
func (p *Prover) play(ctx context.Context, gw nginx.Configured, cells []harness.Scenario, m *Mutation) error {
	found, err := p.moved(ctx, gw, cells)
	if len(cells) > 1 {
		for _, d := range found {
			if found, err = p.moved(ctx, gw, []harness.Scenario{d.scenario}); err != nil || len(found) > 0 {
				break
			}
		}
	}
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil && len(saidBy(err)) > 0:
		m.Refused = true
		return nil
	case err == nil && len(found) > 0:
		m.Noticed, m.Became = found[0].scenario.Key(), found[0].became
	}
	return err
}

// difference is a cell that is another than it was.
type difference struct {
	scenario harness.Scenario
	became   string
}

// moved plays cells in rows, and returns those that are others than they were, in their order.
func (p *Prover) moved(ctx context.Context, gw nginx.Configured, cells []harness.Scenario) (found []difference, err error) {
	was, err := p.unaltered(ctx, cells)
	if err != nil {
		return nil, err
	}
	sum, err := p.run(ctx, gw, cells)
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
			i := slices.IndexFunc(cells, func(s harness.Scenario) bool { return s.Key() == c.Key() })
			found = append(found, difference{cells[i], became})
		}
	}
	return found, err
}

// unaltered is what cells are without any alteration, where that is certain. Rows are held against
// rows: a pool takes turns, say. What was played once is known.
func (p *Prover) unaltered(ctx context.Context, cells []harness.Scenario) (map[string]harness.Record, error) {
	row := ""
	for _, s := range cells {
		row += fmt.Sprintf("%s %v\n", s.Key(), s.Hasty)
	}
	p.mu.Lock()
	if p.known == nil {
		p.known = map[string]func() (map[string]harness.Record, error){}
	}
	known := p.known[row]
	if known == nil {
		known = sync.OnceValues(func() (map[string]harness.Record, error) { return p.records(ctx, cells) })
		p.known[row] = known
	}
	p.mu.Unlock()
	return known()
}

func (p *Prover) records(ctx context.Context, cells []harness.Scenario) (map[string]harness.Record, error) {
	if len(cells) == 1 {
		if was, guarded := p.Was[cells[0].Key()]; guarded {
			return map[string]harness.Record{cells[0].Key(): was}, nil
		}
	}
	sum, err := p.run(ctx, p.Subject.Gateway(), cells)
	records := map[string]harness.Record{}
	for _, c := range sum.Cells {
		if c.Verdict != harness.Inconclusive && c.Verdict != harness.Unsupported {
			records[c.Key()] = c.Record()
		}
	}
	return records, err
}

func (p *Prover) run(ctx context.Context, gw nginx.Configured, cells []harness.Scenario) (harness.Summary, error) {
	if len(cells) == 0 {
		return harness.Summary{}, nil
	}
	plan := p.Run
	plan.Gateway, plan.Scenarios, plan.OnCell, plan.Say, plan.Confirm, plan.InRows = gw, cells, nil, nil, harness.ConfirmNone, true
	return harness.Run(ctx, plan)
}

// would looks among the others for a cell that the alteration changes.
func (p *Prover) would(ctx context.Context, altered nginx.Configured, m *Mutation) error {
	var cells []harness.Scenario
	for _, s := range p.Others {
		one := len(cells) == 0 || cells[0].Route.ID == s.Route.ID // of one route, for all of them are alike
		if one && reaches(m.Directive, altered, s) && related(m.Directive.Name, s.Fault.Phase) {
			cells = append(cells, s)
		}
	}
	was, err := p.unaltered(ctx, cells)
	if err != nil {
		return err
	}
	for _, s := range cells {
		m.Decides = m.Decides || was[s.Key()].Decided == m.Directive.Name
	}
	seen := Mutation{}
	err = p.play(ctx, altered, cells, &seen)
	m.Would = seen.Noticed
	return err
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

// forgives says whether a directive may have a say in how soon a gateway serves again.
func forgives(name string) bool {
	return name == "server" || name == "keepalive" || strings.Contains(name, "_next_upstream")
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
