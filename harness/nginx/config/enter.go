package config

import (
	"cmp"
	"path"
	"slices"
)

// enter finds the main file, or makes one, and reads from it.
func (r *reader) enter() error {
	if main := r.main(); main != "" {
		return r.enterMain(main)
	}
	if o, there := r.outlines[stockMain]; there && o.kind != foreign {
		r.adopt(stockMain, "/etc/nginx/conf.d/default.conf")
	}
	streams := r.loose(ofStream)
	for i, p := range streams { // the stock main file has no place for them
		streams[i] = path.Join("/etc/nginx/streams-enabled", path.Base(p))
		r.adopt(p, streams[i])
	}
	if err := r.fromStock(streams); err != nil {
		return err
	}
	if r.hasRead(ofHTTP) {
		return nil
	}
	return r.around(streams)
}

func (r *reader) fromStock(files []string) error {
	r.tree.put(stockMain, &file{text: []byte(r.stockText(files))})
	return r.from(stockMain)
}

// loose are the files of a kind that no other includes, sorted.
func (r *reader) loose(k kind) (files []string) {
	included := r.included()
	for _, p := range sortedKeys(r.outlines) {
		if r.outlines[p].kind == k && !included[p] {
			files = append(files, p)
		}
	}
	return files
}

// main returns the path of the main file, by content: "" where there is none. Of several it
// is the one that was named, then one called nginx.conf, then one that no other includes.
func (r *reader) main() string {
	var mains []string
	for p, o := range r.outlines {
		if o.kind == whole {
			mains = append(mains, p)
		}
	}
	if len(mains) == 0 {
		return ""
	}
	if slices.ContainsFunc(r.outlines[stockMain].includes, func(inc string) bool { return slices.Contains(mains, inc) }) {
		return stockMain // it only says where the main file is
	}
	included := r.included()
	rank := func(p string) int {
		switch {
		case p == r.tree.single:
			return 0
		case p == stockMain:
			return 1
		case path.Base(p) == "nginx.conf":
			return 2
		case !included[p]:
			return 3
		}
		return 4
	}
	return slices.MinFunc(mains, func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
}

// included are the files that others include, whoever reads those.
func (r *reader) included() map[string]bool {
	found := map[string]bool{}
	for p, o := range r.outlines {
		for _, inc := range o.includes {
			if !path.IsAbs(inc) {
				inc = path.Join(r.base(), inc)
			}
			for _, target := range r.tree.glob(inc) {
				if at := r.tree.resolve(target); at != p {
					found[at] = true
				}
			}
		}
	}
	return found
}

// base is what relative includes are meant from while the main file is not known.
func (r *reader) base() string {
	if r.config != nil {
		return path.Dir(r.config.Entry)
	}
	return path.Dir(stockMain)
}

// hasRead says whether a file of at least that kind was read.
func (r *reader) hasRead(least kind) bool {
	for p, o := range r.outlines {
		if r.read[p] && o.kind >= least {
			return true
		}
	}
	return false
}

// around reads again with a main file that includes, one by one, what nothing includes: what
// belongs in http{}, else what belongs in a server, else in a location.
func (r *reader) around(streams []string) error {
	for _, k := range []kind{ofHTTP, ofServer, ofLocation} {
		files := r.loose(k)
		if len(files) == 0 || k != ofHTTP && len(streams) > 0 {
			continue
		}
		for _, p := range files {
			r.took(p, p)
		}
		return r.fromStock(append(files, streams...))
	}
	if len(streams) > 0 {
		return nil
	}
	return refuse("it is a part of something: hand over the folder that is /etc/nginx", "%s has no server, no upstream and no location in it", r.tree.asked)
}

// adopt takes a file for one that is installed elsewhere.
func (r *reader) adopt(from, to string) {
	r.took(from, to)
	r.tree.move(from, to)
	r.outlines[to] = r.outlines[from]
	delete(r.outlines, from)
	if r.tree.single == from {
		r.tree.single = to
	}
}

// took remembers that a file is taken for one of another place.
func (r *reader) took(native, as string) {
	if a := (Adopted{File: r.tree.show(native), As: as}); !slices.Contains(r.adopted, a) {
		r.adopted = append(r.adopted, a)
	}
}
