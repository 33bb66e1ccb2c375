package config

import (
	"path"
	"slices"
	"strings"
)

// maxMatches is how many files one include takes: more are not handed over either.
const maxMatches = maxFiles

// isPattern says whether NGINX takes an include for a pattern (ngx_conf_include).
func isPattern(p string) bool { return strings.ContainsAny(p, "*?[") }

// glob returns the paths in the tree that match, sorted, as glob(3) does: * matches no
// beginning dot and no slash, and a link is as good as what it leads to.
func (t *Tree) glob(pattern string) []string {
	found := []string{"/"}
	for _, part := range parts(pattern) {
		var next []string
		for _, in := range found {
			next = append(next, t.match(in, part)...)
		}
		if len(next) > maxMatches {
			next = next[:maxMatches]
		}
		found = next
	}
	slices.Sort(found)
	return found
}

func (t *Tree) match(in, part string) (found []string) {
	if !isPattern(part) {
		if p := path.Join(in, part); t.files[p] != nil || t.folder(p) {
			return []string{p}
		}
		return nil
	}
	for name := range t.below[t.resolve(in)] {
		if matches(part, name) {
			found = append(found, path.Join(in, name))
		}
	}
	return found
}

// matches says whether a name matches a part of a pattern of glob(7), which says [!a] where
// Go says [^a].
func matches(part, name string) bool {
	if strings.HasPrefix(name, ".") && !strings.HasPrefix(part, ".") {
		return false
	}
	ok, err := path.Match(strings.ReplaceAll(part, "[!", "[^"), name)
	return ok && err == nil
}
