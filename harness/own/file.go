package own

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/document"
)

func (r *reader) file(n *yaml.Node) {
	said := r.Mistakes()
	r.keys(n, r.fileKeys())
	if len(r.scenarios) == 0 && r.Mistakes() == said {
		r.Wrong(n, "write scenarios: and a list of them", "there is no scenario in this file")
	}
}

func (r *reader) fileKeys() []key {
	return append([]key{
		{"version", "The version of this format.", shape{"const": version}, r.version},
	}, append(r.configurationKeys(&r.shared, "of all scenarios that bring none"),
		key{"scenarios", "Promises about a gateway, each under one fault.", listOf(object(r.scenarioKeys(&draft{}), "id", "inject", "expect")), r.list},
	)...)
}

func (r *reader) version(n *yaml.Node) {
	if n.Value != fmt.Sprint(version) {
		r.Wrong(n, "this badgateway reads version 1", "there is no version %.40s of this file", n.Value)
	}
}

func (r *reader) list(n *yaml.Node) {
	for _, item := range r.Items(n, "scenarios") {
		r.scenario(item)
	}
}

func (r *reader) scenarioKeys(d *draft) []key {
	return append([]key{
		{"id", "How reports call it: a group and a name.", matching(idPattern, "shop/checkout-slow"), r.id(d)},
		{"title", "The promise, a sentence in the present tense.", text, r.Sentence(&d.Title)},
		{"why", "What happens here and what it means, for someone on call.", text, r.Sentence(&d.Why)},
		{"while", "What goes wrong. It completes \"while ...\"; what is injected says it otherwise.", text, r.Sentence(&d.while)},
		{"cause", "The family of the fault, for filters.", among(words(causes)), r.OneOf(words(causes), func(w string) { d.cause = harness.Cause(w) })},
		{"phase", "Where in the exchange it goes wrong, for filters.", among(words(phases)), r.OneOf(words(phases), func(w string) { d.phase = harness.Phase(w) })},
		{"world", "What stands around the gateway.", object(r.worldKeys(&d.World)), func(n *yaml.Node) { d.world = n; r.keys(n, r.worldKeys(&d.World)) }},
		{"request", "What the client asks for. Without it that is one GET.", object(r.requestKeys(&d.Traffic)), func(n *yaml.Node) { r.keys(n, r.requestKeys(&d.Traffic)) }},
		{"patience", "How long the client waits. Without it that is as long as the gateway may need.", duration, r.Duration(&d.Patience)},
		{"inject", "What goes wrong.", object(r.injectKeys(d)), r.inject(d)},
		{"expect", "What the gateway does then.", object(r.expectKeys(d)), r.expect(d)},
	}, r.configurationKeys(&d.brings, "of one's own")...)
}

var (
	causes = []harness.Cause{harness.Crash, harness.Overload, harness.DNS, harness.Firewall, harness.Malformed, harness.Slow, harness.Network}
	phases = []harness.Phase{harness.PhaseStart, harness.PhaseResolve, harness.PhaseConnect, harness.PhaseSend, harness.PhaseWait, harness.PhaseHeader, harness.PhaseBody}
)

func words[W ~string](of []W) (words []string) {
	for _, w := range of {
		words = append(words, string(w))
	}
	return words
}

// idPattern is what labels, host names and shells take without a quote.
const idPattern = `^[a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9-]*$`

func (r *reader) id(d *draft) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if r.Text(&d.ID)(n); d.ID == "" {
			return
		}
		switch before := r.lines[d.ID]; {
		case !isID(d.ID):
			r.Wrong(n, "write it like shop/checkout-slow", "%.60q is no ID: a group, a slash and a name, of small letters, digits and dashes", d.ID)
		case before > 0:
			r.Wrong(n, "", "the scenario %s is told already in line %d", d.ID, before)
		default:
			r.lines[d.ID] = n.Line
		}
	}
}

func isID(id string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	group, name, _ := strings.Cut(id, "/")
	word := func(w string) bool { return w != "" && w[0] != '-' && strings.Trim(w, letters+"-") == "" }
	return word(group) && word(name)
}

func (r *reader) scenario(n *yaml.Node) {
	d, said := &draft{brings: r.shared}, r.Mistakes()
	r.keys(n, r.scenarioKeys(d))
	for _, must := range []string{"id", "inject", "expect"} {
		if !document.Has(n, must) && r.Mistakes() == said {
			r.Wrong(n, "write "+must+": ...", "this scenario has no %s", must)
		}
	}
	r.configured(d)
	if r.Mistakes() == said {
		r.agree(n, d)
	}
	if r.Mistakes() > said {
		return
	}
	r.scenarios = append(r.scenarios, d.finished())
}

// finished is the scenario that was told.
func (d *draft) finished() harness.Scenario {
	s := d.Scenario
	orders := d.orders
	s.Fault = harness.Fault{
		Title: cmp.Or(d.while, d.goesWrong()), Cause: cmp.Or(d.cause, orders[0].cause), Phase: cmp.Or(d.phase, orders[0].phase),
		Inject: func(ctx context.Context, b *harness.Bay) error {
			for _, o := range orders {
				if err := o.verb(b, ctx); err != nil {
					return err
				}
			}
			return nil
		},
	}
	s.Family = s.Fault.Cause
	s.Insist = s.World.Spared > 0 // the first request may come to one that is spared
	for _, o := range orders {
		s.Fault.HTTP = s.Fault.HTTP || o.http
		s.World.Process = s.World.Process || o.takes.Process
		s.World.Alone = s.World.Alone || o.takes.Alone
		s.World.Needs |= o.takes.Needs
		if s.Fault.Kernel.By == "" || o.kernel.Always() {
			s.Fault.Kernel = o.kernel
		}
	}
	if s.Title == "" && len(s.Expect) > 0 {
		s.Title = "the gateway " + s.Expect[0].Title + " while " + s.Fault.Title
	}
	return s
}

func (d *draft) goesWrong() string {
	var said []string
	for _, o := range d.orders {
		said = append(said, o.says)
	}
	return strings.Join(said, ", and ")
}
