package config

import (
	"maps"
	"path"
	"slices"
	"strings"
)

// A Tree is the files that were handed over, by their native path: where they are installed.
// Nothing outside of them exists for it.
type Tree struct {
	files map[string]*file
	// below is the names in each folder; folders are there because files are in them.
	below map[string]map[string]bool
	asked string // the path that the user gave
	// single is the native path of the file that PATH is, "" where PATH is a folder.
	single string
	told   string
	set    map[string]string
	drop   []string
}

// A file is a regular one or a symbolic link.
type file struct {
	text []byte
	link string // where it points to, as it says; "": no link
	// denied says that it is there and could not be read, as a key of root's.
	denied bool
	// shown is how the user would name it, "" for a file of this package's making.
	shown string
}

func newTree(asked string, o Options) *Tree {
	return &Tree{asked: asked, files: map[string]*file{}, below: map[string]map[string]bool{}, set: o.Set, drop: o.Without}
}

// String says how the tree was understood, in one sentence.
func (t *Tree) String() string { return t.told }

// clone is a tree of its own with the same files.
func (t *Tree) clone() *Tree {
	c := *t
	c.files, c.below = map[string]*file{}, map[string]map[string]bool{}
	for p, f := range t.files {
		c.put(p, f)
	}
	return &c
}

func (t *Tree) put(native string, f *file) {
	t.files[native] = f
	for p := native; p != "/"; p = path.Dir(p) {
		if t.below[path.Dir(p)] == nil {
			t.below[path.Dir(p)] = map[string]bool{}
		}
		t.below[path.Dir(p)][path.Base(p)] = true
	}
}

// move puts a file elsewhere. Folders that it leaves empty stay.
func (t *Tree) move(from, to string) {
	f := t.files[from]
	delete(t.files, from)
	delete(t.below[path.Dir(from)], path.Base(from))
	t.put(to, f)
}

// paths returns all of them, sorted.
func (t *Tree) paths() []string { return sortedKeys(t.files) }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// maxLinks is how many links are followed in one path, as Linux does it (path_resolution(7)).
const maxLinks = 40

// resolve follows the links in a path within the tree. It returns "" where they go round in
// circles; what it returns need not be there.
func (t *Tree) resolve(native string) string {
	links, at, todo := 0, "/", parts(native)
	for len(todo) > 0 {
		next := path.Join(at, todo[0]) // .. leads up from where the links led to
		todo = todo[1:]
		f := t.files[next]
		if f == nil || f.link == "" {
			at = next
			continue
		}
		if links++; links > maxLinks {
			return ""
		}
		if path.IsAbs(f.link) {
			at = "/"
		}
		todo = append(parts(f.link), todo...)
	}
	return at
}

func parts(p string) []string {
	return slices.DeleteFunc(strings.Split(p, "/"), func(s string) bool { return s == "" || s == "." })
}

// open returns a regular file and where it really is, nil where there is none.
func (t *Tree) open(native string) (string, *file) {
	at := t.resolve(native)
	return at, t.files[at]
}

// folder says whether there is a folder of that path.
func (t *Tree) folder(native string) bool {
	at := t.resolve(native)
	return at == "/" || t.below[at] != nil
}

// show names a file as the user would. A link to a file is named as the link.
func (t *Tree) show(native string) string {
	if f := t.files[native]; f != nil && f.shown != "" {
		return f.shown
	}
	return native
}
