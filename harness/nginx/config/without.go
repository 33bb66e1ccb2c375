package config

import (
	"bytes"
	"slices"
	"strings"
)

// leftOut are the modules that Without names.
func leftOut(names []string) (found []module, err error) {
	for _, name := range names {
		i := slices.IndexFunc(modules, func(m module) bool { return m.called(name) })
		if i < 0 {
			return nil, refuse("those that can be left out are "+strings.Join(slices.Collect(Modules()), ", "), "no module is known that is called %q", name)
		}
		found = append(found, modules[i])
		if modules[i].name == "brotli" {
			found = append(found, modules[i-1]) // brotli-static: one product, two modules
		}
	}
	return found, nil
}

// leaveOut returns a file without the directives of some modules: with white space in their
// place, so that all else stays where it is.
func (r *reader) leaveOut(native string, f *file) *file {
	if len(r.without) == 0 {
		return f
	}
	statements, _ := scan(f.text)
	left := *f
	left.text = bytes.Clone(f.text)
	upTo := 0
	var around []string // the names of the blocks that are open
	for _, s := range statements {
		name := s.name(f.text)
		around = append(around[:s.depth], name)
		if s.words[0].from < upTo || s.end == 0 || !r.isLeftOut(name, s, f.text) || inTable(around[:s.depth]) {
			continue
		}
		upTo = s.end
		blank(left.text[s.words[0].from:s.end])
		r.dropped = append(r.dropped, s.directive(native, f.text))
	}
	r.tree.files[native] = &left
	return &left
}

func (r *reader) isLeftOut(name string, s statement, text []byte) bool {
	return slices.ContainsFunc(r.without, func(m module) bool {
		return m.is.MatchString(name) || name == "load_module" && len(s.words) == 2 && m.loads(unquote(s.words[1].of(text)))
	})
}

// tables are the blocks in which no directives are but what they assign.
var tables = []string{"map", "geo", "types", "split_clients", "charset_map"}

func inTable(around []string) bool {
	return len(around) > 0 && slices.Contains(tables, around[len(around)-1])
}

// directive is the statement by itself, as dropped ones are told of.
func (s statement) directive(native string, text []byte) *Directive {
	d := &Directive{Name: s.name(text), File: native, Line: s.line, Column: s.column}
	for _, w := range s.words[1:] {
		d.Args = append(d.Args, unquote(w.of(text)))
	}
	return d
}
