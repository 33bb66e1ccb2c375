package config

import (
	"io"
	"os"
	"path"
	"strings"

	"github.com/badgateway/badgateway/harness"
)

// Options say what a path does not.
type Options struct {
	// At is where it is installed, "" where that is to be inferred.
	At string
	// Set has the values of the placeholders of templates, by name.
	Set map[string]string
	// Without are the modules whose directives are left out: see Modules.
	Without []string
}

// Open reads what is at a path of this machine, and nothing elsewhere: a folder that is
// /etc/nginx, or one like conf.d, or one with etc/ in it; or a file.
func Open(asked string, o Options) (*Tree, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	at, err := os.Stat(asked)
	switch {
	case err != nil:
		return nil, &harness.Problem{Blame: harness.Usage, What: "there is no configuration to read", Err: err}
	case at.IsDir():
		return openFolder(asked, o)
	case at.Mode().IsRegular():
		return openFile(asked, o)
	}
	return nil, refuse("hand over a file or a folder", "%s is neither a file nor a folder", asked)
}

func (o Options) check() error {
	if o.At != "" && !path.IsAbs(o.At) {
		return refuse("such as /etc/nginx", "%q is not where something is installed: that begins with a slash", o.At)
	}
	for _, name := range sortedKeys(o.Set) {
		if strings.ContainsAny(o.Set[name], "\x00\r\n") {
			return refuse("a value is of one line", "the value of %s has a line break", name)
		}
	}
	_, err := leftOut(o.Without)
	return err
}

func openFolder(asked string, o Options) (*Tree, error) {
	found, err := gather(asked, asked)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, refuse("hand over the folder that is /etc/nginx", "%s is empty", asked)
	}
	at := o.At
	if at == "" {
		if at, err = inferFolder(asked, found); err != nil {
			return nil, err
		}
	}
	t := newTree(asked, o)
	t.fill(at, found)
	t.told = asked + " is taken for " + called(at)
	return t, nil
}

// fill puts files that were named from a folder where that is installed.
func (t *Tree) fill(at string, found map[string]*file) {
	for rel, f := range found {
		t.put(path.Join(at, rel), f)
	}
}

func called(at string) string {
	if at == "/" {
		return "a file system: what is in its etc/ belongs to /etc"
	}
	return path.Clean(at)
}

func openFile(asked string, o Options) (*Tree, error) {
	text, err := readFile(asked)
	if err != nil {
		return nil, err
	}
	f := &file{text: text, shown: asked}
	what := outlineOf(text)
	switch {
	case isForeign(asked, text, what):
		return nil, notNginx(asked, text)
	case what.kind == whole:
		return openMain(asked, f, what, o)
	}
	t := newTree(asked, o)
	t.single = o.place(asked, what.kind)
	t.put(t.single, f)
	t.told = asked + " is taken for " + t.single
	return t, nil
}

// isForeign says whether a file that was named is none of NGINX's: prose that speaks of
// servers is not, nor what has no more in common with a configuration than an include.
func isForeign(asked string, text []byte, what outline) bool {
	if what.kind == foreign && (what.known == 0 || productOf(asked, text) != "") {
		return true
	}
	_, f := scan(withoutMarkers(text))
	return f != nil && noConfiguration.MatchString(asked)
}

func readFile(asked string) ([]byte, error) {
	in, err := os.Open(asked)
	if err != nil {
		return nil, unopened(asked, err)
	}
	defer in.Close()
	text, err := io.ReadAll(io.LimitReader(in, maxBytes+1))
	if err != nil {
		return nil, unopened(asked, err)
	}
	if len(text) > maxBytes {
		return nil, refuse("", "%s is larger than %d MB: that is no configuration", asked, maxBytes>>20)
	}
	return text, nil
}
