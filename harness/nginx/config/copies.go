package config

import (
	"path"
	"strings"

	"github.com/badgateway/badgateway/harness"
)

// copies adds a file to files, or what a link leads to: a file, or all that is in a folder.
// Links in that folder are left out, or two that lead to each other would have no end.
func (t *Tree) copies(files []harness.File, at string, f *file) []harness.File {
	switch {
	case f.denied || len(files) >= 2*maxFiles:
		return files
	case f.link == "":
		return append(files, harness.File{Path: at, Text: f.text})
	}
	to, target := t.open(at)
	if target != nil && target.link == "" {
		return t.copies(files, at, target)
	}
	for _, p := range t.paths() {
		if rel, in := strings.CutPrefix(p, to+"/"); in && to != "" && t.files[p].link == "" {
			files = t.copies(files, path.Join(at, rel), t.files[p])
		}
	}
	return files
}
