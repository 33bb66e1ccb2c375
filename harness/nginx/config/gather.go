package config

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/badgateway/badgateway/harness"
)

// What may be handed over. A configuration with its certificates and pages is a tenth of it;
// a whole project is more, and is not meant.
const (
	maxFiles = 2000
	maxBytes = 20 << 20
	maxDepth = 12
)

// gather reads all that is in a folder: regular files, and links as links. os.Root keeps it
// in there whatever happens to the folder meanwhile.
func gather(folder, shown string) (map[string]*file, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, unopened(shown, err)
	}
	defer root.Close()
	g := gatherer{root: root, shown: shown, found: map[string]*file{}}
	if err := fs.WalkDir(root.FS(), ".", g.visit); err != nil {
		var p *harness.Problem
		if errors.As(err, &p) {
			return nil, p
		}
		return nil, unopened(shown, err)
	}
	return g.found, nil
}

func unopened(shown string, err error) error {
	return &harness.Problem{Blame: harness.Usage, What: shown + " cannot be read", Err: err}
}

type gatherer struct {
	root  *os.Root
	shown string
	found map[string]*file
	bytes int64
}

// history is what version control and package managers leave in a folder.
var history = []string{".git", ".hg", ".svn", "node_modules"}

func (g *gatherer) visit(rel string, d fs.DirEntry, err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission) && rel != ".":
		return fs.SkipDir // what is in it was not handed over
	case err != nil:
		return err
	case d.IsDir() && slices.Contains(history, d.Name()):
		return fs.SkipDir
	case d.IsDir() && len(parts(rel)) > maxDepth:
		return g.much("folders more than %d deep", maxDepth)
	case d.Type() == fs.ModeSymlink:
		return g.link(rel)
	case d.Type().IsRegular():
		return g.regular(rel)
	}
	return nil // folders, and what cannot be copied: sockets, pipes, devices
}

func (g *gatherer) much(format string, n int) error {
	return refuse("hand over the folder that is /etc/nginx, or the file itself", "%s holds "+format+": that is more than a configuration", g.shown, n)
}

func (g *gatherer) add(rel string, f *file) error {
	if len(g.found) == maxFiles {
		return g.much("more than %d files", maxFiles)
	}
	f.shown = filepath.Join(g.shown, filepath.FromSlash(rel))
	g.found[rel] = f
	return nil
}

func (g *gatherer) link(rel string) error {
	target, err := g.root.Readlink(rel)
	if err != nil {
		return err
	}
	return g.add(rel, &file{link: filepath.ToSlash(target)})
}

func (g *gatherer) regular(rel string) error {
	in, err := g.root.Open(rel)
	if errors.Is(err, fs.ErrPermission) {
		return g.add(rel, &file{denied: true})
	}
	if err != nil {
		return err
	}
	defer in.Close()
	if err := g.add(rel, &file{}); err != nil {
		return err
	}
	text, err := io.ReadAll(io.LimitReader(in, maxBytes-g.bytes+1))
	if g.bytes += int64(len(text)); g.bytes > maxBytes {
		return g.much("more than %d MB", maxBytes>>20)
	}
	g.found[rel].text = text
	return err
}
