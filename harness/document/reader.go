package document

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/badgateway/badgateway/harness"
)

// Reader reads a file's text and notes what is wrong with it.
type Reader struct {
	file     string
	lines    []string
	mistakes []mistake
}

// New is a reader of a text that is the file's of that name.
func New(file string, text []byte) *Reader {
	return &Reader{file: file, lines: strings.SplitAfter(string(text), "\n")}
}

// Mistakes is how many were noted so far.
func (r *Reader) Mistakes() int { return len(r.mistakes) }

// Problem is an error of the user's that tells all mistakes, nil where there are none.
func (r *Reader) Problem() error { return problem(r.file, r.mistakes) }

// Field is a key that a place knows, and how its value is read.
type Field struct {
	Key  string
	Read func(*yaml.Node)
}

// Key is a Field.
func Key(key string, read func(*yaml.Node)) Field { return Field{key, read} }

// Fields reads the values of the keys that belong at a place, in the fields' order and not
// the file's: one may depend on another.
func (r *Reader) Fields(n *yaml.Node, known ...Field) {
	var names []string
	for _, f := range known {
		names = append(names, f.Key)
	}
	pairs := r.Pairs(n, "keys with values: "+strings.Join(names, ", "))
	for _, p := range pairs {
		if !slices.Contains(names, p.Key.Value) {
			r.Wrong(p.Key, unknownKey(p.Key.Value, names), "there is no key %.40q here", p.Key.Value)
		}
	}
	for _, f := range known {
		for _, p := range pairs {
			if p.Key.Value == f.Key {
				f.Read(p.Value)
			}
		}
	}
}

func unknownKey(key string, names []string) string {
	if key == "<<" {
		return "nothing is merged into this file: write it out"
	}
	return Meant(key, names, "the keys here are "+strings.Join(names, ", "))
}

// Pair is a key of a mapping with its value.
type Pair struct{ Key, Value *yaml.Node }

// Pairs are a mapping's, each key once. Nothing at all is an empty mapping: so a section
// stays whose lines are all commented out.
func (r *Reader) Pairs(n *yaml.Node, what string) (pairs []Pair) {
	if IsNothing(n) {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		r.Wants(n, what)
		return nil
	}
	first := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			r.Wants(key, "a key")
			continue
		}
		if before := first[key.Value]; before != nil {
			r.Wrong(key, "", "%.40q is said already in line %d", key.Value, before.Line)
			continue
		}
		if first[key.Value] = key; IsNothing(value) { // which is nowhere
			value.Line, value.Column = key.Line, key.Column
		}
		pairs = append(pairs, Pair{key, value})
	}
	return pairs
}

// Items are a list's. Nothing at all is an empty list.
func (r *Reader) Items(n *yaml.Node, what string) []*yaml.Node {
	if IsNothing(n) {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		r.Wants(n, "a list of "+what)
		return nil
	}
	return n.Content
}

// Several are the items of a list that is not empty, or the one that stands there by itself.
func (r *Reader) Several(n *yaml.Node, what string) []*yaml.Node {
	if n.Kind != yaml.SequenceNode {
		return []*yaml.Node{n}
	}
	if len(n.Content) == 0 {
		r.Wrong(n, "leave the key out", "this list is empty: here belongs %s", what)
	}
	return n.Content
}

// At is where a node is, and the line that stands there.
func (r *Reader) At(n *yaml.Node) harness.Position {
	p := harness.Position{File: r.file, Line: n.Line, Column: n.Column}
	if n.Line >= 1 && n.Line <= len(r.lines) {
		p.Says = strings.TrimSpace(r.lines[n.Line-1])
	}
	return p
}
