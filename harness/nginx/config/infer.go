package config

import (
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// inferFolder says where a folder is installed, by what is in it.
func inferFolder(asked string, found map[string]*file) (string, error) {
	l := layoutOf(found)
	switch native := nativePath(asked); {
	case len(l.kinds) == 0:
		return "", l.nothing(asked, found)
	case native != "":
		return native, nil
	case l.isHome():
		return likeliest(found, l.includes, l.hasAtTop(whole), "/etc/nginx"), nil
	case l.isSystem():
		return "/", nil
	case l.hasAtTop(foreign + 1):
		return likeliest(found, l.includes, false, path.Join("/etc/nginx", l.serverFolder(asked)), "/etc/nginx"), nil
	}
	return "", l.deeper(asked)
}

// A layout is what a folder looks like before anyone knows what it is.
type layout struct {
	kinds    map[string]kind // of the files that are NGINX's, by their path from the folder
	includes []string        // of all of them
	top      []string        // the folders in it
}

func layoutOf(found map[string]*file) layout {
	l := layout{kinds: map[string]kind{}}
	for rel, f := range found {
		if o := glance(rel, f); o.kind != foreign {
			l.kinds[rel] = o.kind
			l.includes = append(l.includes, o.includes...)
		}
		if first, _, deeper := strings.Cut(rel, "/"); deeper && !slices.Contains(l.top, first) {
			l.top = append(l.top, first)
		}
	}
	slices.Sort(l.includes)
	l.includes = slices.Compact(l.includes)
	l.includes = l.includes[:min(len(l.includes), maxGlance)]
	return l
}

// homeFolders are those that only /etc/nginx has in it.
var homeFolders = []string{"conf.d", "sites-enabled", "sites-available", "snippets", "templates", "modules-enabled", "http.d", "vhosts.d", "stream.d", "streams-enabled", "site-confs", "proxy-confs"}

func (l layout) isHome() bool {
	return l.hasAtTop(whole) || slices.ContainsFunc(homeFolders, func(name string) bool { return slices.Contains(l.top, name) })
}

// hasAtTop says whether a file of at least that kind is in the folder itself.
func (l layout) hasAtTop(least kind) bool {
	for rel, k := range l.kinds {
		if k >= least && !strings.Contains(rel, "/") {
			return true
		}
	}
	return false
}

// systemFolders are in the root of a system or of an image.
var systemFolders = []string{"etc", "usr", "opt", "var", "srv", "home", "root", "data", "app", "config"}

// isSystem says whether a configuration is in a folder of a file system's root.
func (l layout) isSystem() bool {
	for rel := range l.kinds {
		if first, _, deeper := strings.Cut(rel, "/"); deeper && slices.Contains(systemFolders, first) {
			return !l.hasAtTop(foreign + 1)
		}
	}
	return false
}

// serverFolder is the folder of /etc/nginx that has server files in it, by the user's name
// for it where that is one.
func (l layout) serverFolder(asked string) string {
	if abs, err := filepath.Abs(asked); err == nil && slices.Contains(homeFolders, filepath.Base(abs)) {
		return filepath.Base(abs)
	}
	return "conf.d"
}

// likeliest returns the place, of those given and those that the includes speak of, at which
// most of the includes find their file. main says that the main file is in the folder.
func likeliest(found map[string]*file, includes []string, main bool, places ...string) string {
	places = append(places, spokenOf(found, includes, main)...)
	best, most := places[0], -1
	for _, at := range places[:min(len(places), maxPlaces)] {
		if n := satisfied(found, includes, at, main); n > most {
			best, most = at, n
		}
	}
	return best
}

// maxPlaces bounds the places that are tried: each costs a tree.
const maxPlaces = 30

// spokenOf are the folders in which an absolute include would find a file of ours. A main
// file is in none of those that are beside one, as conf.d is.
func spokenOf(found map[string]*file, includes []string, main bool) (places []string) {
	there := map[string]bool{}
	for rel := range found {
		for ; rel != "."; rel = path.Dir(rel) {
			there[rel] = true
		}
	}
	for _, inc := range includes {
		if !path.IsAbs(inc) {
			continue
		}
		if isPattern(path.Base(inc)) {
			inc = path.Dir(inc)
		}
		rel := path.Base(inc)
		for at := path.Dir(inc); len(at) > 1; at = path.Dir(at) {
			if there[rel] && !slices.Contains(places, at) && !(main && beside(at)) {
				places = append(places, at)
			}
			rel = path.Join(path.Base(at), rel)
		}
	}
	return places
}

// beside says whether a folder is one within a home.
func beside(at string) bool {
	return slices.ContainsFunc(homes, func(home string) bool { return strings.HasPrefix(at, home+"/") })
}

// satisfied counts the includes that find a file when the folder is installed there.
func satisfied(found map[string]*file, includes []string, at string, main bool) (n int) {
	t := newTree("", Options{})
	t.fill(at, found)
	base := "/etc/nginx"
	if main {
		base = at
	}
	for _, inc := range includes {
		if !path.IsAbs(inc) {
			inc = path.Join(base, inc)
		}
		if len(t.glob(inc)) > 0 {
			n++
		}
	}
	return n
}
