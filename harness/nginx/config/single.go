package config

import (
	"path"
	"path/filepath"
	"strings"
)

// place is where a file is installed that is not a main one.
func (o Options) place(asked string, k kind) string {
	name := filepath.Base(asked)
	native := nativePath(asked)
	switch {
	case strings.HasSuffix(o.At, "/"):
		return path.Join(o.At, name)
	case o.At != "":
		return path.Clean(o.At)
	case native != "":
		return native
	case k == ofHTTP || k == ofStream:
		return path.Join("/etc/nginx/conf.d", confName(name))
	}
	return path.Join("/etc/nginx/snippets", name)
}

// confName gives a file the ending that conf.d/*.conf asks for.
func confName(name string) string {
	name = strings.TrimSuffix(name, ".template")
	if !strings.HasSuffix(name, ".conf") {
		name += ".conf"
	}
	return name
}

// openMain takes along what is in the folder of a main file: that is what it includes. Where
// this is more than a configuration, what is in the folder itself has to do.
func openMain(asked string, f *file, what outline, o Options) (*Tree, error) {
	folder := filepath.Dir(asked)
	found, err := gather(folder, folder)
	alone := ""
	if err != nil {
		found, alone = map[string]*file{}, "; the rest of its folder is not read along: "+err.Error()
	}
	name := filepath.Base(asked)
	delete(found, name)
	t := newTree(asked, o)
	t.single = o.mainPlace(asked, found, what)
	t.fill(path.Dir(t.single), found)
	t.put(t.single, f)
	t.told = asked + " is taken for " + t.single + alone
	return t, nil
}

func (o Options) mainPlace(asked string, beside map[string]*file, what outline) string {
	switch native := nativePath(asked); {
	case strings.HasSuffix(o.At, "/"):
		return path.Join(o.At, "nginx.conf")
	case o.At != "":
		return path.Clean(o.At)
	case native != "":
		return native
	}
	includes := append(layoutOf(beside).includes, what.includes...)
	return path.Join(likeliest(beside, includes, true, "/etc/nginx"), "nginx.conf")
}

// nativePath is the end of a path that says itself where it is installed, "" where none does.
func nativePath(asked string) string {
	abs, err := filepath.Abs(asked)
	if err != nil {
		return ""
	}
	abs = filepath.ToSlash(abs) + "/"
	for _, home := range homes {
		if i := strings.LastIndex(abs, home+"/"); i >= 0 {
			return path.Clean(abs[i:])
		}
	}
	return ""
}

// homes are where the vendors and distributions install a configuration.
var homes = []string{"/etc/nginx", "/usr/local/nginx/conf", "/usr/local/openresty/nginx/conf", "/usr/local/etc/nginx", "/etc/openresty", "/opt/nginx/conf"}
