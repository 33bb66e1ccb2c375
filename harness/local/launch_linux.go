package local

import (
	"fmt"
	"os"
	"slices"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/local/inside"
	"github.com/badgateway/badgateway/harness/provision"
)

// launch is how the gateway is started.
func (u users) launch(p provision.Program, boot harness.Boot) agent.Launch {
	l := agent.Launch{Root: p.Root, Args: append([]string{p.Path}, arguments(p, boot)...)}
	l.Root.System, l.Root.Sockets, l.Root.Cramped = agent.SystemFolder, len(boot.Around.Sockets) > 0, boot.Cramped
	l.Root.Entries = append(u.surroundings("gateway"),
		agent.Entry{Path: "/etc/resolv.conf", Mode: 0o644, Text: []byte("nameserver " + agent.Resolver.String() + "\n")})
	users, groups := boot.Accounts()
	l.Root.Entries = appended(l.Root.Entries, "/etc/passwd", users)
	l.Root.Entries = appended(l.Root.Entries, "/etc/group", groups)
	l.Root.Entries = append(l.Root.Entries, entries(boot.Files)...)
	l.Env = environment()
	for name, value := range boot.Env {
		l.Env = append(l.Env, name+"="+value)
	}
	if p.Product == "agent" {
		l.Env = append(l.Env, agent.InsideVariable+"="+inside.MutantWord)
	}
	return l
}

// surroundings is what a program finds on a machine of that name.
func (u users) surroundings(machine string) []agent.Entry {
	found := append(provision.Surroundings(),
		agent.Entry{Path: "/etc/hosts", Mode: 0o644, Text: []byte("127.0.0.1 localhost " + machine + "\n::1 localhost\n")},
		agent.Entry{Path: "/etc/hostname", Mode: 0o644, Text: []byte(machine + "\n")})
	if u == single {
		return ownAccount(found)
	}
	return found
}

func entries(files []harness.File) (found []agent.Entry) {
	for _, f := range files {
		found = append(found, agent.Entry{Path: f.Path, Mode: f.Permissions(), Dir: f.Dir, Link: f.Link, Text: f.Text})
	}
	return found
}

func environment() []string {
	return []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root"}
}

// appended adds lines to the last entry of that path.
func appended(entries []agent.Entry, path, lines string) []agent.Entry {
	for _, e := range slices.Backward(entries) {
		if e.Path == path && lines != "" {
			e.Text = append(slices.Clone(e.Text), lines...)
			return append(entries, e)
		}
	}
	return entries
}

// arguments are those of the program. A command names it first, as it does in an image
// without an entry point; our own executable is one.
func arguments(p provision.Program, boot harness.Boot) []string {
	if p.Product == "agent" {
		return boot.Command
	}
	args := []string{"-g", "daemon off;"}
	if len(boot.Command) > 0 {
		args = boot.Command[1:]
	}
	return append(slices.Clone(p.Args), args...)
}

// ownAccount adds a name for the one user there is.
func ownAccount(entries []agent.Entry) []agent.Entry {
	more := map[string]string{
		"/etc/passwd": fmt.Sprintf("gateway:x:%d:%d:gateway:/nonexistent:/sbin/nologin\n", notRoot(os.Getuid()), notRoot(os.Getgid())),
		"/etc/group":  fmt.Sprintf("gateway:x:%d:\n", notRoot(os.Getgid())),
	}
	for path, line := range more {
		entries = appended(entries, path, line)
	}
	return entries
}
