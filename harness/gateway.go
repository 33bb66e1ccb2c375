package harness

import (
	"context"
	"fmt"
	"slices"

	"github.com/badgateway/badgateway/harness/agent"
)

// A Gateway is one make of reverse proxy: how it is booted in front of some bays, how
// patient that makes it, and how to read its log. It is data and pure functions; a
// Runtime does the booting.
type Gateway interface {
	// Name is how a report calls it: "nginx".
	Name() string
	// Fits returns nil, or why the scenario cannot be played on this gateway.
	Fits(Scenario) error
	// Capacity is how many bays fit into one lab, 0 for any number.
	Capacity() int
	// Site adjusts a bay to what a given configuration asks of its surroundings.
	Site(Site) Site
	// Boot says how to start it so that it serves those sites.
	Boot([]Site) (Boot, error)
	// Policy reads from what Boot returned how it treats one of the sites.
	Policy(Boot, Site) (Policy, error)
	// Read makes sense of one line of its log.
	Read(line string) (LogLine, bool)
	// Deviations are the scenarios in which this version of it is known to depart
	// from what the scenario promises. "" is a version that is not known, and AnyVersion
	// asks for all that are declared.
	Deviations(version string) []Deviation
}

// Boot is what a gateway needs to start.
type Boot struct {
	// From says where the program comes from, in provision's words: "nginx",
	// "nginx@1.26", "image:registry/edge:7", "agent" for a program of our own.
	From string
	// Command replaces the image's command where it is not nil.
	Command []string
	Env     map[string]string
	Files   []File
	// Users are those that have to be there, each with a group of the same name, and Groups
	// further groups.
	Users, Groups []string
	// Cramped are folders on file systems that hold next to nothing.
	Cramped []string
	// Around is what the configuration takes for granted of the network. Doors to the
	// hosts of routes are added where a lab is opened.
	Around agent.Surroundings
	// Authority signs what hosts and clients show, where they speak TLS.
	Authority agent.Authority
}

// Accounts are the lines of passwd(5) and group(5) for Users and Groups.
func (b Boot) Accounts() (users, groups string) {
	const first = 900 // below it are the numbers that distributions give, and those of people begin at 1000
	for i, name := range append(slices.Clone(b.Users), b.Groups...) {
		if i < len(b.Users) {
			users += fmt.Sprintf("%s:x:%d:%d::/nonexistent:/sbin/nologin\n", name, first+i, first+i)
		}
		groups += fmt.Sprintf("%s:x:%d:\n", name, first+i)
	}
	return users, groups
}

// File is put where the gateway looks for it. It is a folder or a link where that says so.
type File struct {
	Path string // absolute, inside
	Text []byte
	Mode uint32 // as chmod(2) takes it, 0 for what is usual: 0644, 0755 for a folder
	Dir  bool
	Link string // what a symbolic link says
}

// Permissions are the mode that the file has.
func (f File) Permissions() uint32 {
	switch {
	case f.Mode != 0:
		return f.Mode
	case f.Dir:
		return 0o755
	}
	return 0o644
}

// LogLine is one line of a gateway's log that tells of a failed exchange.
type LogLine struct {
	Text   string
	Client string // the client's address
	Phase  Phase
	// ErrorType is the RFC 9209 section 2.3 name of what the line tells.
	ErrorType string
	// Crash says that the line tells of a process of the gateway's own that was killed.
	Crash bool
}

// A Deviation is declared beside the adapter of a product that does not keep a
// scenario's promise. It is strict: the promise must be broken, and Instead must hold.
type Deviation struct {
	Scenario string
	Check    string // the title of the check that it breaks
	Instead  Check
	Reason   string // why, with its source
	// Since and Before are the first version that does it and the first that no longer
	// does: "1.23.0". Empty is no limit.
	Since, Before string
}

// A Runtime makes labs.
type Runtime interface {
	Name() string
	// Takes returns nil, or why no lab of this runtime can run a gateway from there
	// (Boot.From).
	Takes(from string) error
	// Open makes a lab with its agent's world built and its gateway prepared, not started.
	Open(ctx context.Context, spec LabSpec) (*Lab, error)
	// Supports returns nil, or a Lack: why no lab of this runtime can have what is needed,
	// of no needs why there can be no lab. Any other error is what kept it from finding out.
	Supports(ctx context.Context, n Needs) error
	// Footprint is what one of its labs costs.
	Footprint() Footprint
	// Close destroys everything the runtime made, whatever state it is in.
	Close() error
}

// Build is the agent's first order for a lab.
func (s LabSpec) Build() agent.Build {
	return agent.Build{
		Hosts: s.Hosts, Bays: s.Bays, Wired: s.Wired, Still: s.MemoryLimit > 0, Ports: s.Ports,
		Virtual: s.Clock == VirtualClock, Around: s.Boot.Around, Authority: s.Boot.Authority,
	}
}

// LabSpec is a request for a lab.
type LabSpec struct {
	Hosts, Bays int
	Boot        Boot
	// MemoryLimit is the lab's limit in bytes, 0 for none. A lab in which an upstream
	// runs out of memory needs one.
	MemoryLimit int64
	// Signals says that the agent has to send the gateway's processes signals.
	Signals bool
	// Wired are the hosts, by index, whose link must be able to delay.
	Wired []int
	// Applications are those that upstreams are. A lab without Lab.Program can have none.
	Applications []Application
	// Clock is the lab's, "" the machine's.
	Clock Clock
	// Ports says that the gateway's ephemeral ports must be able to run out.
	Ports bool
}

// Inside is a Process whose files can be read, as they are while it runs.
type Inside interface {
	// Files are those in a folder, at their paths. What is neither file, folder nor link is left
	// out.
	Files(ctx context.Context, folder string) ([]File, error)
}

// A Process is the gateway's, under its runtime's control.
type Process interface {
	// Version is the gateway's own, "" where it could not be told; Source says where
	// the program came from.
	Version() string
	Source() string
	// Start starts it, or again after it stopped.
	Start(context.Context) error
	// Stop ends it and waits until it is gone.
	Stop(context.Context) error
	// Exited is closed once the running process has ended. It is nil before Start.
	Exited() <-chan struct{}
	// Log is everything it has logged, over all starts.
	Log() *Log
}
