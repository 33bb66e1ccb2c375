// Package config reads the NGINX configuration that a team has, as NGINX would read it where
// it is installed. It reads files below a path and nothing else: it starts no process, opens
// no socket and writes nothing.
package config

import (
	"fmt"
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/badgateway/badgateway/harness"
)

// A Config is what NGINX makes of a tree.
type Config struct {
	// Entry is the native path of the main file; Stock says that it is one of this package's
	// making, because none was handed over.
	Entry string
	Stock bool
	Main  []*Directive
	// Missing are the includes that lead to no file.
	Missing []Missing
	// Adopted are the files that a configuration of this shape has elsewhere, or that nothing
	// included, and where they were taken for.
	Adopted []Adopted
	// Unread are the files that look like NGINX's and that nothing includes, as the user
	// names them: what they say is not covered.
	Unread []string
	// Globs are the includes by pattern, whatever they lead to.
	Globs []Glob
	// Dropped are the directives of the modules that were to be left out.
	Dropped []*Directive

	tree *Tree
}

// Glob is an include by pattern.
type Glob struct {
	Pattern string // native, absolute
	In      string // the name of the block that it stands in, "" at the top
}

// Patterns are those by which a block of that name includes files.
func (c *Config) Patterns(in string) (found []string) {
	for _, g := range c.Globs {
		if g.In == in {
			found = append(found, g.Pattern)
		}
	}
	return found
}

// Missing is an include whose file is not there.
type Missing struct {
	Directive *Directive
	Path      string // native, absolute; a pattern as it stands
	// Stock says that NGINX or its package brings such a file.
	Stock bool
	// Pattern says that it is one: then NGINX starts without.
	Pattern bool
}

// Adopted is a file that was taken for one of another place.
type Adopted struct {
	File string // as the user names it
	As   string // native
}

// Walk yields all directives, as written.
func (c *Config) Walk() iter.Seq[*Directive] { return walk(c.Main) }

// Find returns the directives of that name at the top.
func (c *Config) Find(name string) []*Directive { return find(c.Main, name) }

// Position is where a directive is, as the user names the file: deploy/nginx.conf:41:9.
func (c *Config) Position(d *Directive) string {
	return fmt.Sprintf("%s:%d:%d", c.tree.show(d.File), d.Line, d.Column)
}

// Show names a native path as the user would.
func (c *Config) Show(native string) string { return c.tree.show(native) }

// Has says whether a file was handed over, and could be read, for that native path. What is
// not absolute is meant from the main file's folder.
func (c *Config) Has(native string) bool {
	_, f := c.tree.open(c.Absolute(native))
	return f != nil && !f.denied
}

// Absolute returns the path of what a directive names (ngx_conf_full_name: from the folder of
// the main file).
func (c *Config) Absolute(native string) string {
	if path.IsAbs(native) {
		return path.Clean(native)
	}
	return path.Join(path.Dir(c.Entry), native)
}

// Files are all that were handed over, with values for placeholders, at their native paths.
// A link within the tree is a copy of what it leads to.
func (c *Config) Files() (files []harness.File) {
	for _, p := range c.tree.paths() {
		files = c.tree.copies(files, p, c.tree.files[p])
	}
	slices.SortFunc(files, func(a, b harness.File) int { return strings.Compare(a.Path, b.Path) })
	return files
}
