package local

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
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
// on ports 53 and 80, limits what it starts (SETPCAP, SYS_RESOURCE), and traces and ends it.
var agentCapabilities = []uintptr{
	unix.CAP_SYS_ADMIN, unix.CAP_NET_ADMIN, unix.CAP_NET_RAW, unix.CAP_NET_BIND_SERVICE, unix.CAP_SETPCAP,
	unix.CAP_SYS_RESOURCE, unix.CAP_SYS_PTRACE, unix.CAP_KILL, unix.CAP_DAC_OVERRIDE, unix.CAP_FOWNER, unix.CAP_CHOWN,
}

// noProcesses keeps a library that an executable may contain, and no agent uses, from looking
// through all processes of the machine before main (testcontainers, by way of gopsutil): of
// 200 labs that start at once it took a quarter of the time.
const noProcesses = "HOST_PROC=/nonexistent"

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
	// A crowd of labs starts faster if each takes one core, and collects its garbage later:
	// there is little. An agent of several bays takes more (agent/server, settle).
	cmd.Env = []string{agent.InsideVariable + "=" + string(text), "GOTRACEBACK=single", "GOMAXPROCS=1", "GOGC=400", noProcesses}
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
	err = forbidden(err)
	if err == nil || harness.IsLack(err) {
		r.asked, r.denied = true, err
	}
	return err
}
