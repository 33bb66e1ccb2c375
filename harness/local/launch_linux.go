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
	l.Root.System = agent.SystemFolder
	l.Root.Entries = append(provision.Surroundings(),
		agent.Entry{Path: "/etc/hosts", Mode: 0o644, Text: []byte("127.0.0.1 localhost gateway\n::1 localhost\n")},
		agent.Entry{Path: "/etc/hostname", Mode: 0o644, Text: []byte("gateway\n")},
		agent.Entry{Path: "/etc/resolv.conf", Mode: 0o644, Text: []byte("nameserver " + agent.Resolver.String() + "\n")})
	if u == single {
		l.Root.Entries = append(l.Root.Entries, ownAccount(l.Root.Entries)...)
	}
	for _, f := range boot.Files {
		l.Root.Entries = append(l.Root.Entries, agent.Entry{Path: f.Path, Mode: 0o644, Text: f.Text})
	}
	l.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root"}
	for name, value := range boot.Env {
		l.Env = append(l.Env, name+"="+value)
	}
	if p.Product == "agent" {
		l.Env = append(l.Env, agent.InsideVariable+"="+inside.MutantWord)
	}
	return l
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

// ownAccount lets the one user there is have a name.
func ownAccount(entries []agent.Entry) []agent.Entry {
	more := map[string]string{
		"/etc/passwd": fmt.Sprintf("gateway:x:%d:%d:gateway:/nonexistent:/sbin/nologin\n", notRoot(os.Getuid()), notRoot(os.Getgid())),
		"/etc/group":  fmt.Sprintf("gateway:x:%d:\n", notRoot(os.Getgid())),
	}
	var found []agent.Entry
	for _, e := range entries {
		if line := more[e.Path]; line != "" {
			e.Text = append(slices.Clone(e.Text), line...)
			found = append(found, e)
		}
	}
	return found
}
