package document

import (
	"cmp"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/badgateway/badgateway/harness"
)

// mistake is one thing that is wrong with a file.
type mistake struct {
	line, column int // from 1; column 0 where it is not known
	what, hint   string
}

// text is the mistake in a line, with its place as editors and terminals know to follow it.
func (m mistake) text(file string) string {
	if m.column == 0 {
		return fmt.Sprintf("%s:%d: %s", file, m.line, m.what)
	}
	return fmt.Sprintf("%s:%d:%d: %s", file, m.line, m.column, m.what)
}

// MostTold is how many mistakes are told at once: who has more begins at the top anyway.
const MostTold = 20

// problem is an error that tells all mistakes, in the file's order; nil where there are none.
func problem(file string, mistakes []mistake) error {
	if len(mistakes) == 0 {
		return nil
	}
	slices.SortStableFunc(mistakes, func(a, b mistake) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.column, b.column))
	})
	mistakes = slices.Compact(mistakes) // what several parts share is told once
	first, others := mistakes[0], mistakes[1:]
	p := &harness.Problem{Blame: harness.Usage, What: first.text(file), Hint: first.hint}
	if len(others) > 0 {
		p.What += fmt.Sprintf(" (and %d more)", len(others))
	}
	for _, m := range others[:min(len(others), MostTold-1)] {
		text := m.text(file)
		if m.hint != "" {
			text += " (" + m.hint + ")"
		}
		p.Detail = append(p.Detail, text)
	}
	if untold := len(others) - len(p.Detail); untold > 0 {
		p.Detail = append(p.Detail, fmt.Sprintf("and %d more", untold))
	}
	return p
}

// Wrong notes a mistake at a node.
func (r *Reader) Wrong(n *yaml.Node, hint, format string, args ...any) {
	r.mistakes = append(r.mistakes, mistake{n.Line, n.Column, fmt.Sprintf(format, args...), hint})
}

// Wants notes that something else stands at a node than what belongs there.
func (r *Reader) Wants(n *yaml.Node, what string) {
	hint := ""
	if n.Kind == yaml.AliasNode {
		hint = "write it out; a pattern that begins with * wants quotes"
	}
	r.Wrong(n, hint, "instead of %s there is %s here", what, describe(n))
}

// describe says in a few words what a node is.
func describe(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.AliasNode:
		return fmt.Sprintf("the alias *%s", n.Value)
	case n.Kind == yaml.MappingNode:
		return "keys with values"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case IsNothing(n):
		return "nothing"
	case n.Tag == "!!str":
		return fmt.Sprintf("the text %.40q", n.Value)
	case kinds[n.Tag] != "":
		return fmt.Sprintf("the %s %.40s", kinds[n.Tag], n.Value)
	}
	return fmt.Sprintf("%.40q with the tag %.40s", n.Value, n.Tag)
}

var kinds = map[string]string{
	"!!int": "number", "!!float": "number", "!!bool": "word", "!!timestamp": "date",
}

// IsNothing says whether nothing stands at a node.
func IsNothing(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }
