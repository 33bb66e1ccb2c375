package config

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"
)

// fillIn returns a file with the values that were given for its markers. What is left is
// remembered: all of it is asked for at once.
func (r *reader) fillIn(native string, f *file) *file {
	found := markersIn(f.text, r.defined)
	if len(found) == 0 {
		return f
	}
	filled := *f
	filled.text = nil
	plain, at := masked(f.text, found), 0
	for _, m := range found {
		value, given := r.tree.set[m.name]
		if m.name == "" || !given {
			r.unset = append(r.unset, unset{m, f.text, native})
			value = m.of(plain)
		}
		filled.text = append(append(filled.text, f.text[at:m.from]...), value...)
		at = m.to
	}
	filled.text = append(filled.text, f.text[at:]...)
	r.tree.files[native] = &filled
	return &filled
}

// unset is a marker that nobody gave a value for.
type unset struct {
	marker
	text   []byte
	native string
}

func (r *reader) where(u unset) string {
	line, column := place(u.text, u.from)
	return fmt.Sprintf("%s:%d:%d", r.tree.show(u.native), line, column)
}

// asWritten is the marker on one line.
func (u unset) asWritten() string {
	text := strings.Join(strings.Fields(u.of(u.text)), " ")
	if len(text) > 60 {
		text = text[:57] + "..."
	}
	return text
}

// maxDetail is how many places are told: more is no template to give values to by hand.
const maxDetail = 1000

// quoteFlag writes a flag's value as a shell wants it.
func quoteFlag(text string) string {
	if strings.Contains(text, " ") {
		return "'" + text + "'"
	}
	return text
}

// values asks for all values that are missing, nil where none is.
func (r *reader) values() error {
	if len(r.unset) == 0 {
		return nil
	}
	if i := slices.IndexFunc(r.unset, func(u unset) bool { return u.name == "" }); i >= 0 {
		u := r.unset[i]
		return refuse("render it with what it is written for, and hand over the result",
			"%s: a template, with more in it than values: %s", r.where(u), u.asWritten())
	}
	var names, detail []string
	seen := map[string]bool{}
	for _, u := range r.unset[:min(len(r.unset), maxDetail)] {
		if !seen[u.name] {
			names = append(names, "--set "+quoteFlag(u.name+"=..."))
		}
		seen[u.name] = true
		detail = append(detail, r.where(u)+": "+u.asWritten())
	}
	p := refuse("give each a value: "+strings.Join(names, " "),
		"%s: the placeholder %s has no value", r.where(r.unset[0]), r.unset[0].asWritten())
	p.Detail = detail
	return p
}

// unpackTemplates puts templates where the vendor's image puts them when it starts: what is
// below templates/ into conf.d, and into /etc/nginx itself where a main file is among them.
func (r *reader) unpackTemplates() {
	const from = "/etc/nginx/templates/"
	into := "/etc/nginx/conf.d"
	if _, main := r.tree.files[from+"nginx.conf.template"]; main {
		into = "/etc/nginx"
	}
	for _, p := range r.tree.paths() {
		rel, below := strings.CutPrefix(p, from)
		if rel, template := strings.CutSuffix(rel, ".template"); below && template {
			r.adopt(p, path.Join(into, rel))
		}
	}
}

// define learns which variables in upper case the configuration has itself.
func (r *reader) define() {
	r.defined = map[string]bool{}
	for _, f := range r.tree.files {
		if bytes.IndexByte(f.text, 0) < 0 {
			definedIn(f.text, r.defined)
		}
	}
}
