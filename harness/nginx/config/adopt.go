package config

import (
	"path"
	"strings"
)

// enableSites takes what is in sites-available for enabled where nothing is: the links are
// made on the server, and a project holds the files.
func (r *reader) enableSites() {
	if r.tree.single != "" && r.outlines[r.tree.single].kind != whole {
		return // it is what was asked for
	}
	for _, p := range r.tree.paths() {
		home, name, found := strings.Cut(p, "-available/")
		if !found || strings.Contains(name, "/") || r.outlines[p].kind < ofStream {
			continue
		}
		if enabled := home + "-enabled"; len(r.tree.below[enabled]) == 0 || r.enabledHere(enabled) {
			r.tree.put(path.Join(enabled, name), &file{link: p})
			r.took(p, path.Join(enabled, name))
		}
	}
}

// enabledHere says whether all in a folder are links of enableSites.
func (r *reader) enabledHere(folder string) bool {
	for name := range r.tree.below[folder] {
		if f := r.tree.files[path.Join(folder, name)]; f == nil || f.link == "" || f.shown != "" {
			return false
		}
	}
	return true
}

// maxRounds bounds how often reading finds more to adopt: a file that was adopted may include
// others.
const maxRounds = 5

// enterMain reads from a main file that was handed over. What it includes and what is not at
// that place, but elsewhere in the tree, is taken for it: a folder of a project is often
// flat, and the image's recipe puts the files where they belong.
func (r *reader) enterMain(main string) error {
	for round := 0; ; round++ {
		if err := r.from(main); err != nil {
			return err
		}
		if round == maxRounds || !r.bring() {
			return nil
		}
	}
}

// bring moves files to where an include looked for them in vain.
func (r *reader) bring() (brought bool) {
	for _, m := range r.config.Missing {
		if m.Pattern && m.Directive.Parent == nil {
			continue // modules and the like
		}
		for _, p := range sortedKeys(r.outlines) {
			if r.tree.files[p] == nil || r.read[p] || !r.wanted(m, p) {
				continue
			}
			to := m.Path
			if m.Pattern {
				to = path.Join(path.Dir(m.Path), rendered(p))
			}
			r.adopt(p, to)
			brought = true
		}
	}
	return brought
}

// wanted says whether a file may be what an include meant: by its name, and for a pattern
// also by what is in it.
func (r *reader) wanted(m Missing, p string) bool {
	if !m.Pattern {
		return rendered(p) == path.Base(m.Path) && r.only(path.Base(p))
	}
	k := map[string]kind{"http": ofHTTP, "stream": ofStream}[m.Directive.Parent.Name]
	return k != foreign && k == r.outlines[p].kind && !isPattern(path.Dir(m.Path)) && matches(path.Base(m.Path), rendered(p))
}

// rendered is the name that a template gets when it has its values.
func rendered(p string) string { return strings.TrimSuffix(path.Base(p), ".template") }

// only says whether one file alone has that name.
func (r *reader) only(name string) bool {
	n := 0
	for p := range r.tree.files {
		if path.Base(p) == name {
			n++
		}
	}
	return n == 1
}
