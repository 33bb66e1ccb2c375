package settings

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/badgateway/badgateway/harness/document"
)

// whole reads the file. One of another version is of a format that is not known here, so
// nothing else in it is judged.
func (r *reader) whole(n *yaml.Node) {
	s := r.settings
	if r.otherVersion(n) {
		return
	}
	r.Fields(n,
		document.Key("version", func(*yaml.Node) {}),
		document.Key("budgets", r.budgets),
		document.Key("faults", r.faults(&s.Faults, true)),
		document.Key("max_wait", r.Duration(&s.MaxWait)),
		document.Key("rules", r.rules),
		document.Key("expect", r.expect),
		document.Key("skip", r.skip),
		document.Key("configuration", r.configuration),
	)
}

func (r *reader) otherVersion(n *yaml.Node) bool {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value != "version" {
			continue
		}
		switch is := n.Content[i+1]; {
		case is.Tag != "!!int":
			r.Wants(is, "the number 1")
			return true
		case is.Value != strconv.Itoa(version):
			r.Wrong(is, "this badgateway reads version 1", "there is no version %.40s of this file", is.Value)
			return true
		}
	}
	return false
}

func (r *reader) budgets(n *yaml.Node) {
	b := &r.settings.Budgets
	r.Fields(n, document.Key("client", r.Duration(&b.Client)), document.Key("cdn", r.Duration(&b.CDN)))
}

func (r *reader) rules(n *yaml.Node) {
	for _, p := range r.Pairs(n, "names of rules, each with fail, warn or off") {
		name := p.Key.Value
		if r.known.Rules != nil && !slices.Contains(r.known.Rules, name) {
			r.Wrong(p.Key, document.Meant(name, r.known.Rules, "the rules are "+strings.Join(r.known.Rules, ", ")), "there is no rule %.60q", name)
		}
		rule := r.rule(p.Value)
		rule.At = r.At(p.Key)
		r.settings.Rules[name] = rule
	}
}

// rule reads a level, or one with its reason.
func (r *reader) rule(n *yaml.Node) (rule Rule) {
	if n.Kind != yaml.MappingNode {
		r.level(&rule.Level)(n)
	} else {
		said := r.Mistakes()
		r.Fields(n, document.Key("level", r.level(&rule.Level)), document.Key("reason", r.Sentence(&rule.Reason)))
		if !document.Has(n, "level") && r.Mistakes() == said {
			r.Wrong(n, "write level: fail, warn or off", "this rule has no level")
		}
	}
	if rule.Level == Off && rule.Reason == "" && !document.Has(n, "reason") {
		r.Wrong(n, `write {level: off, reason: "..."}`, "a rule that is off wants a reason")
	}
	return rule
}

func (r *reader) configuration(n *yaml.Node) {
	c := &r.settings.Configuration
	r.Fields(n,
		document.Key("path", r.Text(&c.Path)),
		document.Key("at", r.installed),
		document.Key("set", r.set),
		document.Key("without_modules", r.Words(&c.WithoutModules, "the name of a module", func(*yaml.Node) {})),
		document.Key("gateway", r.Text(&c.Gateway)),
	)
}

func (r *reader) installed(n *yaml.Node) {
	at := &r.settings.Configuration.At
	r.Text(at)(n)
	if *at != "" && !path.IsAbs(*at) {
		r.Wrong(n, "write it as on the server: /etc/nginx", "%.60q is no whole path", *at)
	}
}

func (r *reader) set(n *yaml.Node) {
	c := &r.settings.Configuration
	for _, p := range r.Pairs(n, "names of placeholders with their values") {
		if p.Value.Kind != yaml.ScalarNode || document.IsNothing(p.Value) {
			r.Wants(p.Value, "a value")
			continue
		}
		if c.Set == nil {
			c.Set = map[string]string{}
		}
		c.Set[p.Key.Value] = p.Value.Value // as it is written: 8080 and true are texts here
	}
}
