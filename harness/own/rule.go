package own

import (
	"context"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/document"
)

func (r *reader) ruleKeys(rule *agent.Rule) []key {
	return []key{
		{"where", "On a packet's way to the host, or back to the gateway.", among(words(wheres)), r.OneOf(words(wheres), func(w string) { rule.Where = agent.Where(w) })},
		{"action", "What becomes of the packets that it matches.", among(words(actions)), r.OneOf(words(actions), func(w string) { rule.Action = agent.Action(w) })},
		{"syn_only", "It matches only the opening of connections.", truth, r.Bool(&rule.SYNOnly)},
		{"after", "How many bytes pass first.", count(), r.Count(&rule.After, "a number of bytes")},
		{"loss", "The share of what is left that it takes.", object(r.lossKeys(&rule.Loss), "lost", "of"), r.loss(&rule.Loss)},
	}
}

var (
	wheres  = []agent.Where{agent.Arriving, agent.Returning}
	actions = []agent.Action{agent.Drop, agent.RejectReset, agent.RejectPort, agent.RejectHost, agent.RejectForbidden}
)

// mostOf is how many packets a share is of at most.
const mostOf = 1000

func (r *reader) lossKeys(l *agent.Loss) []key {
	return []key{
		{"lost", "How many packets are lost.", number(1, mostOf), r.number(&l.Lost, "a number of packets", 1, mostOf)},
		{"of", "Of how many.", number(1, mostOf), r.number(&l.Of, "a number of packets", 1, mostOf)},
		{"seed", "Which they are.", count(), r.Count(&l.Seed, "a number")},
	}
}

func (r *reader) number(into *int, what string, least, most int) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if got, ok := r.Number(n, what, least, most); ok {
			*into = got
		}
	}
}

func (r *reader) loss(l *agent.Loss) func(*yaml.Node) {
	return func(n *yaml.Node) {
		said := r.Mistakes()
		if r.keys(n, r.lossKeys(l)); r.Mistakes() > said {
			return
		}
		if l.Lost == 0 || l.Lost > l.Of {
			r.Wrong(n, "write {lost: 1, of: 10}", "this is no share: %d lost of %d", l.Lost, l.Of)
		}
	}
}

func (r *reader) rules(d *draft) func(*yaml.Node) {
	return func(n *yaml.Node) {
		var rules []agent.Rule
		var said []string
		mistakes := r.Mistakes()
		for _, item := range r.Several(n, "a rule") {
			rule := r.rule(item)
			rules = append(rules, rule)
			said = append(said, saysRule(rule))
		}
		if r.Mistakes() > mistakes {
			return
		}
		var kernel harness.Kernel
		for _, rule := range rules {
			switch {
			case rule.Loss.Lost > 0:
				kernel = harness.ByTCP
			case rule.Action == agent.Drop && !kernel.Always():
				kernel = harness.ByEither
			}
		}
		says := "a firewall has the rule: " + strings.Join(said, ", then ")
		d.orders = append(d.orders, order{says: says, cause: harness.Firewall, phase: harness.PhaseConnect, kernel: kernel,
			verb: func(b *harness.Bay, ctx context.Context) error { return b.Filter(ctx, says, rules...) }})
	}
}

func (r *reader) rule(n *yaml.Node) (rule agent.Rule) {
	said := r.Mistakes()
	r.keys(n, r.ruleKeys(&rule))
	for _, must := range []string{"where", "action"} {
		if !document.Has(n, must) && r.Mistakes() == said {
			r.Wrong(n, "write {where: arriving, action: drop}", "this rule has no %s", must)
		}
	}
	return rule
}

func saysRule(r agent.Rule) string {
	said := string(r.Action)
	if r.SYNOnly {
		said += " SYNs"
	}
	said += " " + string(r.Where)
	if r.After > 0 {
		said += fmt.Sprintf(" after %d bytes", r.After)
	}
	if r.Loss.Of > 0 {
		said += fmt.Sprintf(", %d of %d", r.Loss.Lost, r.Loss.Of)
	}
	return said
}
