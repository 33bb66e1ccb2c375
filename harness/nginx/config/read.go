package config

import (
	"slices"
	"strings"
)

// maxDirectives bounds what includes make of a tree: each may be taken many times over.
const maxDirectives = maxStatements

// Read reads the tree from its main file, or from one of this package's making around what
// was handed over. The tree itself stays as it is.
func (t *Tree) Read() (*Config, error) {
	without, err := leftOut(t.drop)
	if err != nil {
		return nil, err
	}
	r := &reader{tree: t.clone(), without: without}
	r.look()
	r.define()
	r.unpackTemplates()
	r.enableSites()
	if err := r.enter(); err != nil {
		return nil, err
	}
	return r.config, r.values()
}

// A reader makes a Config. What it moves and adds is in its own tree.
type reader struct {
	tree     *Tree
	outlines map[string]outline // by native path
	config   *Config
	adopted  []Adopted
	parsed   map[string][]*Directive
	read     map[string]bool // the files that were included, where they really are
	stack    []string        // the files being read, the outermost first
	count    int             // of directives
	includes int
	defined  map[string]bool // variables in upper case
	unset    []unset
	without  []module
	dropped  []*Directive
}

// look takes a glance at all files.
func (r *reader) look() {
	r.outlines = map[string]outline{}
	for p, f := range r.tree.files {
		if p == r.tree.single {
			r.outlines[p] = outlineOf(f.text)
		} else if o := glance(p, f); o.known > 0 || o.kind != foreign {
			r.outlines[p] = o
		}
	}
}

// from reads all that NGINX reads when it starts with that file.
func (r *reader) from(entry string) error {
	r.config = &Config{Entry: entry, tree: r.tree, Stock: r.tree.files[entry].shown == ""}
	r.parsed, r.read, r.stack = map[string][]*Directive{}, map[string]bool{}, nil
	r.count, r.includes = 0, 0
	main, err := r.file(entry, nil)
	if err != nil {
		return err
	}
	r.config.Main, r.config.Adopted, r.config.Dropped = main, r.adopted, r.dropped
	for _, p := range sortedKeys(r.outlines) {
		if _, there := r.tree.files[p]; there && !r.read[p] {
			r.config.Unread = append(r.config.Unread, r.tree.show(p))
		}
	}
	return nil
}

// file reads one file into what included it.
func (r *reader) file(native string, parent *Directive) (found []*Directive, err error) {
	at, f := r.tree.open(native)
	if f.denied {
		return nil, refuse("let this user read it", "%s may not be read", f.shown)
	}
	if slices.Contains(r.stack, at) {
		return nil, refuse("NGINX would not come to an end either", "%s includes itself: %s", r.tree.show(at), r.circle(at))
	}
	parsed, seen := r.parsed[at]
	if !seen {
		if parsed, err = r.parse(at, f); err != nil {
			return nil, err
		}
		r.parsed[at] = parsed
	}
	r.read[at] = true
	r.stack = append(r.stack, at)
	defer func() { r.stack = r.stack[:len(r.stack)-1] }()
	return r.expand(parsed, parent)
}

// parse reads one file with its placeholders filled in. What is wrong with a template that has
// not all of its values is no fault of NGINX's.
func (r *reader) parse(at string, f *file) ([]*Directive, error) {
	before := len(r.unset)
	f = r.leaveOut(at, r.fillIn(at, f))
	parsed, wrong := parse(at, f.text)
	if wrong != nil && len(r.unset) == before {
		return nil, broken(r.tree.show(at), f.text, wrong)
	}
	return parsed, nil
}

func (r *reader) circle(at string) string {
	var names []string
	for _, p := range append(r.stack[slices.Index(r.stack, at):], at) {
		names = append(names, r.tree.show(p))
	}
	if len(names) > 6 {
		names = append(append(names[:3:3], "..."), names[len(names)-2:]...)
	}
	return strings.Join(names, " -> ")
}
