package config

import (
	"iter"
	"slices"
	"strings"
)

// A Directive is one, with what is in its block. Where it was included from another file,
// File is that one, and Parent what it takes effect in.
type Directive struct {
	Name string
	// Args are as NGINX sees them, without quotes. Those of an if have no parentheses.
	Args   []string
	Block  []*Directive // nil: it has none
	Parent *Directive   // nil: the top level
	File   string       // native
	Line   int
	Column int // in bytes, from 1
}

// Walk yields the directive and all that is in it, as written.
func (d *Directive) Walk() iter.Seq[*Directive] { return walk([]*Directive{d}) }

// Find returns the directives of that name in the block itself.
func (d *Directive) Find(name string) []*Directive { return find(d.Block, name) }

// Up yields what the directive is in, the innermost first.
func (d *Directive) Up() iter.Seq[*Directive] {
	return func(yield func(*Directive) bool) {
		for p := d.Parent; p != nil && yield(p); p = p.Parent {
		}
	}
}

// In says whether the directive is in a block of that name, however deep.
func (d *Directive) In(name string) bool {
	for p := range d.Up() {
		if p.Name == name {
			return true
		}
	}
	return false
}

// in is the name of the block that the directive stands in, "" at the top.
func (d *Directive) in() string {
	if d.Parent == nil {
		return ""
	}
	return d.Parent.Name
}

// Arg returns an argument, "" where there are fewer.
func (d *Directive) Arg(i int) string {
	if i < len(d.Args) {
		return d.Args[i]
	}
	return ""
}

// String is the directive on one line, without what is in its block.
func (d *Directive) String() string {
	end := ";"
	if d.Block != nil {
		end = " {"
	}
	return strings.Join(append([]string{d.Name}, d.Args...), " ") + end
}

func find(in []*Directive, name string) []*Directive {
	return slices.DeleteFunc(slices.Clone(in), func(d *Directive) bool { return d.Name != name })
}

func walk(in []*Directive) iter.Seq[*Directive] {
	return func(yield func(*Directive) bool) { walkInto(in, yield) }
}

func walkInto(in []*Directive, yield func(*Directive) bool) bool {
	for _, d := range in {
		if !yield(d) || !walkInto(d.Block, yield) {
			return false
		}
	}
	return true
}
