package agent

import (
	"context"
	"io"
)

// An Entry is one thing in a root file system: a directory, a link or a file.
type Entry struct {
	Path string `json:"path"`           // absolute, inside
	Mode uint32 `json:"mode,omitempty"` // as chmod(2) takes it
	Dir  bool   `json:"dir,omitempty"`
	Link string `json:"link,omitempty"` // what a symbolic link says
	Text []byte `json:"text,omitempty"`
}

// Root is the file system that something in the lab sees: the programs and libraries of
// a System, read-only, and for the rest what its entries say, in memory.
type Root struct {
	// System is the folder whose usr, bin, sbin and lib* are seen, as the agent sees it.
	System string `json:"system"`
	// Bind are further paths below System that are seen at the same place, read-only.
	// One that is not there is left out.
	Bind []string `json:"bind,omitempty"`
	// Copy are folders below System that are copied, so that files can be put over theirs.
	Copy    []string `json:"copy,omitempty"`
	Entries []Entry  `json:"entries,omitempty"`
}

// Launch says how to start the gateway's process, where it is the agent that has it.
type Launch struct {
	Root Root     `json:"root"`
	Args []string `json:"args"` // the program's path inside Root, then its arguments
	Env  []string `json:"env,omitempty"`
}

// Output lets w receive what gateways that the agent launches write from now on.
func (c *Client) Output(w io.Writer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.output = w
}

// Launch starts the gateway in a root of its own, made anew. It returns once the process
// runs; an error is what kept it from that.
func (c *Client) Launch(ctx context.Context, l Launch) error { return c.call(ctx, "launch", l, nil) }

// Ended waits until the gateway that was launched last has ended with everything that it
// started, and its output was passed on. It returns how: "exit status 0", "signal: killed".
func (c *Client) Ended(ctx context.Context) (how string, err error) {
	err = c.endless(ctx, "ended", nil, &how)
	return how, err
}

// Stop ends the gateway with SIGTERM, or with SIGKILL where that does not help, and returns
// once it has ended.
func (c *Client) Stop(ctx context.Context) error { return c.call(ctx, "stop", nil, nil) }

// Inside is how an agent begins that was started on this machine, in namespaces of its own
// and without a container around it.
type Inside struct {
	// System is what the gateway's Root.System shows, as a folder of this machine, with
	// the Bind and Copy of the same Root. The agent sees it as SystemFolder.
	System string   `json:"system"`
	Bind   []string `json:"bind,omitempty"`
	Copy   []string `json:"copy,omitempty"`
	// Unmapped says that the agent is nobody yet, and told on MappedDescriptor when that
	// has changed.
	Unmapped bool `json:"unmapped,omitempty"`
	// Limited says that its control group limits its memory, so that it has to see it.
	Limited bool `json:"limited,omitempty"`
}

// SystemFolder is where an agent that is Inside sees the gateway's system.
const SystemFolder = "/system"

// InsideVariable is set for every process of a lab of the local runtime that is the
// harness's own executable once more: for the agent to its Inside, in JSON.
const InsideVariable = "BADGATEWAY_INSIDE"

// The first words of such an executable.
const (
	AgentWord    = "badgateway-agent"
	UpstreamWord = "upstream"
	MutantWord   = "mutant"
)

// MappedDescriptor is what an agent waits for before all else where it is not yet known
// who it is: a byte there says that its users are mapped (user_namespaces(7)).
const MappedDescriptor = 3
