package config

import "github.com/badgateway/badgateway/harness"

// Of reads a configuration that is in memory: files at their native paths, which show names
// for the user.
func Of(files []harness.File, show func(native string) string) (*Config, error) {
	t := newTree("", Options{})
	for _, f := range files {
		if !f.Dir {
			t.put(f.Path, &file{text: f.Text, link: f.Link, shown: show(f.Path)})
		}
	}
	return t.Read()
}
