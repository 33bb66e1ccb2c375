package provision

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/badgateway/badgateway/harness"
)

// program is a command of a Go module that can be built on this machine.
type program struct {
	module string   // its path
	dir    string   // the command's directory in it
	from   []string // the directories whose sources decide what comes out
	home   string   // where the module is; "" is to be found out
}

var agentProgram = program{
	module: "github.com/badgateway/badgateway",
	dir:    "cmd/agent",
	from:   []string{"cmd/agent", "harness"},
}

// built returns the program's executable for goos and goarch, from the cache if its sources are unchanged.
func (p program) built(ctx context.Context, goos, goarch string, say func(string)) (string, error) {
	home, err := p.find(ctx)
	if err != nil {
		return "", err
	}
	sum, err := p.sum(home, goos, goarch)
	if err != nil {
		return "", noAgent("reading the sources of "+p.dir, err)
	}
	cache, err := room("agent")
	if err != nil {
		return "", err
	}
	dest := filepath.Join(cache, filepath.Base(p.dir)+"-"+goos+"-"+goarch+"-"+sum)
	if exists(dest) && fits(dest, goos, goarch) != nil { // damaged, by a power cut or a full disk
		if err := os.Remove(dest); err != nil {
			return "", cacheTrouble("removing a damaged agent", err)
		}
	}
	err = once(ctx, dest, say, func(_, made string) error {
		say("building " + p.dir + " for " + goos + "/" + goarch)
		return p.build(ctx, home, goos, goarch, made)
	})
	if err != nil {
		return "", err
	}
	return dest, fits(dest, goos, goarch)
}

// find returns the module's directory: the one that this file was compiled from, or where -trimpath has
// hidden that, what the go command says.
func (p program) find(ctx context.Context) (string, error) {
	if p.home != "" {
		return p.home, nil
	}
	_, file, _, _ := runtime.Caller(0)
	home := filepath.Dir(filepath.Dir(filepath.Dir(file)))
	if p.isModule(home) {
		return home, nil
	}
	out, err := goCommand(ctx, os.Environ(), "list", "-m", "-f", "{{.Dir}}", p.module)
	home = strings.TrimSpace(out)
	if err != nil || !p.isModule(home) {
		return "", noAgent("the sources of "+p.module+" are not to be found", err)
	}
	return home, nil
}

func (p program) isModule(dir string) bool {
	text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	return err == nil && strings.HasPrefix(string(text), "module "+p.module+"\n")
}

// sum hashes everything that decides what the go command would make.
func (p program) sum(home, goos, goarch string) (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, goos, goarch, runtime.Version())
	tree := os.DirFS(home)
	for _, file := range []string{"go.mod", "go.sum"} {
		if err := hashFile(h, tree, file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	for _, dir := range p.from {
		err := fs.WalkDir(tree, dir, func(name string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return err
			}
			return hashFile(h, tree, name)
		})
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}

func hashFile(h io.Writer, tree fs.FS, name string) error {
	text, err := fs.ReadFile(tree, name)
	if err == nil {
		fmt.Fprintln(h, name, len(text))
		h.Write(text)
	}
	return err
}

// build runs the go command in the module's own directory, so that the module's own go.sum applies and
// it does not matter which module the harness is part of, or in what mode that is built.
func (p program) build(ctx context.Context, home, goos, goarch, dest string) error {
	env := append(os.Environ(), "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+goarch, "GOWORK=off", "GOFLAGS=-mod=readonly")
	_, err := goCommand(ctx, env, "build", "-C", home, "-trimpath", "-buildvcs=false", "-ldflags=-s -w",
		"-o", dest, "./"+p.dir)
	if err == nil || ctx.Err() != nil {
		return err
	}
	if outOfSpace(err) {
		return cacheTrouble("building the agent", err)
	}
	return noAgent("building the agent", err)
}

func noAgent(what string, err error) error {
	return &harness.Problem{
		What: what,
		Hint: "install Go, or set BADGATEWAY_AGENT to a static agent (CGO_ENABLED=0 GOOS=linux go build " +
			agentProgram.module + "/" + agentProgram.dir + ").",
		Err: err,
	}
}
