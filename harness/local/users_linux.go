package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/local/inside"
	"github.com/badgateway/badgateway/harness/provision"
)

// users says who the processes of a lab are (user_namespaces(7)).
type users int

const (
	// root: the harness is root, and everybody in the lab is who he is outside.
	root users = iota
	// subordinate: an ordinary user is root in the lab, and has others below him there,
	// whom newuidmap(1) and subuid(5) give him.
	subordinate
	// single: a user is himself in the lab, and nobody else is there. He is not root then,
	// so that a gateway does not try to hand its workers to another user.
	single
)

func (u users) String() string {
	return [...]string{"root", "root of a user namespace with subordinate users", "a user namespace of one user"}[u]
}

// namespaces are a lab's own.
const namespaces = unix.CLONE_NEWUSER | unix.CLONE_NEWNET | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS

// agentCapabilities are what an agent needs that is not root, in its own user namespace:
// it makes mounts and namespaces (SYS_ADMIN), links, routes and rules (NET_ADMIN), listens
// on ports 53 and 80, limits what it starts (SETPCAP), and traces and ends it.
var agentCapabilities = []uintptr{
	unix.CAP_SYS_ADMIN, unix.CAP_NET_ADMIN, unix.CAP_NET_RAW, unix.CAP_NET_BIND_SERVICE, unix.CAP_SETPCAP,
	unix.CAP_SYS_PTRACE, unix.CAP_KILL, unix.CAP_DAC_OVERRIDE, unix.CAP_FOWNER, unix.CAP_CHOWN,
}

// command is the agent's, and what has to be done once its process is there, or with 0
// where it could not be started.
func (u users) command(order agent.Inside) (*exec.Cmd, func(pid int) error, error) {
	attr := &syscall.SysProcAttr{Cloneflags: namespaces, Pdeathsig: syscall.SIGKILL, Setsid: true}
	mapped := func(int) error { return nil }
	cmd := exec.Command("/proc/self/exe", agent.AgentWord)
	switch u {
	case root:
		maps, err := ownMaps()
		if err != nil {
			return nil, nil, err
		}
		attr.UidMappings, attr.GidMappings, attr.GidMappingsEnableSetgroups = maps[0], maps[1], mayHaveGroups()
	case single:
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: notRoot(os.Getuid()), HostID: os.Getuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: notRoot(os.Getgid()), HostID: os.Getgid(), Size: 1}}
		attr.AmbientCaps = agentCapabilities
	case subordinate:
		order.Unmapped = true
		reader, writer, err := os.Pipe()
		if err != nil {
			return nil, nil, err
		}
		cmd.ExtraFiles = []*os.File{reader} // agent.MappedDescriptor
		mapped = func(pid int) error {
			defer writer.Close()
			reader.Close()
			if pid == 0 { // there is none
				return nil
			}
			if err := mapSubordinates(pid); err != nil {
				return err
			}
			_, err := writer.Write([]byte{1})
			return err
		}
	}
	text, err := json.Marshal(order)
	if err != nil {
		return nil, nil, err
	}
	cmd.Env = []string{agent.InsideVariable + "=" + string(text), "GOTRACEBACK=single"}
	cmd.SysProcAttr = attr
	return cmd, mapped, nil
}

// ownMaps maps every user and group that this process knows to itself.
func ownMaps() (maps [2][]syscall.SysProcIDMap, err error) {
	for i, file := range []string{"/proc/self/uid_map", "/proc/self/gid_map"} {
		text, err := os.ReadFile(file)
		if err != nil {
			return maps, err
		}
		for line := range strings.Lines(string(text)) {
			var inside, outside, count int
			if _, err := fmt.Sscan(line, &inside, &outside, &count); err != nil {
				return maps, fmt.Errorf("reading %s: %w", file, err)
			}
			maps[i] = append(maps[i], syscall.SysProcIDMap{ContainerID: inside, HostID: inside, Size: count})
		}
	}
	return maps, nil
}

// notRoot is who an only user is in a lab: himself, but for a root without other users.
func notRoot(id int) int {
	if id == 0 {
		return 1000
	}
	return id
}

// rules says whether this process is root and knows the users that a distribution knows.
func rules() bool {
	maps, err := ownMaps()
	return err == nil && os.Geteuid() == 0 && slices.ContainsFunc(maps[0], func(m syscall.SysProcIDMap) bool {
		return m.ContainerID == 0 && m.Size >= manyUsers
	})
}

// mayHaveGroups says whether processes here may set their supplementary groups: who is root
// of a user namespace of his own as a rule may not, nor may anybody below him.
func mayHaveGroups() bool {
	text, err := os.ReadFile("/proc/self/setgroups")
	return err != nil || strings.TrimSpace(string(text)) != "deny"
}

// manyUsers is how many subordinate users a lab asks for: the first 65535 hold everyone that
// a distribution knows, nobody (65534) last.
const manyUsers = 65535

// mapSubordinates makes this user root of the process's namespace and maps his subordinate
// users and groups to those from 1 on.
func mapSubordinates(pid int) error {
	for _, m := range []struct {
		tool, file string
		own        int
	}{{"newuidmap", "/etc/subuid", os.Getuid()}, {"newgidmap", "/etc/subgid", os.Getgid()}} {
		from, count, err := subordinates(m.file)
		if err != nil {
			return err
		}
		said, err := exec.Command(m.tool, strconv.Itoa(pid), "0", strconv.Itoa(m.own), "1",
			"1", strconv.Itoa(from), strconv.Itoa(min(count, manyUsers))).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s: %w: %s", m.tool, err, strings.TrimSpace(string(said)))
		}
	}
	return nil
}

// subordinates reads this user's first range from subuid(5) or subgid(5).
func subordinates(file string) (from, count int, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, 0, err
	}
	names := []string{strconv.Itoa(os.Getuid())}
	if u, err := user.Current(); err == nil {
		names = append(names, u.Username)
	}
	for line := range strings.Lines(string(text)) {
		parts := strings.Split(strings.TrimSpace(line), ":")
		if len(parts) != 3 || !slices.Contains(names, parts[0]) {
			continue
		}
		from, err1 := strconv.Atoi(parts[1])
		count, err2 := strconv.Atoi(parts[2])
		if err := errors.Join(err1, err2); err != nil {
			return 0, 0, fmt.Errorf("reading %s: %w", file, err)
		}
		return from, count, nil
	}
	return 0, 0, fmt.Errorf("%s has no range for this user", file)
}

// kinds are the users that a lab of this process may have, the best first.
func kinds() []users {
	if rules() {
		return []users{root}
	}
	if _, err := exec.LookPath("newuidmap"); err != nil || os.Geteuid() == 0 {
		return []users{single}
	}
	return []users{subordinate, single}
}

// Allowed returns nil, or the Lack of all: why this machine allows no lab to this user. It
// finds out once, by making one. Any other error is what kept it from finding out.
func (r *Runtime) Allowed(ctx context.Context) error {
	r.asking.Lock()
	defer r.asking.Unlock()
	if r.asked {
		return r.denied
	}
	r.instead = nil
	var err error
	for _, kind := range kinds() {
		r.users = kind
		var l *lab
		if l, err = r.start(ctx, agent.Root{System: "/"}, 0); err == nil {
			err = l.destroy()
			break
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		r.instead = append(r.instead, fmt.Errorf("%v: %w", kind, err))
	}
	r.asked, r.denied = true, forbidden(err)
	return r.denied
}

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
