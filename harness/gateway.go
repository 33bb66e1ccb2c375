package harness

import "context"

// A Gateway is one make of reverse proxy: how it is booted in front of some bays, how
// patient that makes it, and how to read its log. It is data and pure functions; a
// Runtime does the booting.
type Gateway interface {
	// Name is how a report calls it: "nginx".
	Name() string
	// Fits returns nil, or why this gateway cannot have that world around it.
	Fits(World) error
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
	// from what the scenario promises. "" is a version that is not known.
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
}

// File is put where the gateway looks for it.
type File struct {
	Path string // absolute, inside
	Text []byte
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

// LabSpec is a request for a lab.
type LabSpec struct {
	Hosts, Bays int
	Boot        Boot
	// MemoryLimit is the lab's limit in bytes, 0 for none. A lab in which an upstream
	// runs out of memory needs one.
	MemoryLimit int64
	// Wired are the hosts, by index, whose link must be able to delay.
	Wired []int
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
