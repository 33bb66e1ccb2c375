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
	// Fresh are folders that are empty, and may be written to, whatever System has there.
	Fresh []string `json:"fresh,omitempty"`
	// Bind are further paths below System that are seen at the same place, read-only.
	// One that is not there is left out.
	Bind []string `json:"bind,omitempty"`
	// Copy are folders below System that are copied, so that files can be put over theirs.
	Copy    []string `json:"copy,omitempty"`
	Entries []Entry  `json:"entries,omitempty"`
	// Sockets lets the agent's unix sockets be seen, at SocketFolder, and with Listens be made there.
	Sockets bool `json:"sockets,omitempty"`
	Listens bool `json:"listens,omitempty"`
	// Cramped are folders on file systems of their own that hold one page of memory.
	Cramped []string `json:"cramped,omitempty"`
}

// Launch says how to start a program that the agent has: the gateway, or an upstream.
type Launch struct {
	Root Root     `json:"root"`
	Args []string `json:"args"` // the program's path inside Root, then its arguments
	Env  []string `json:"env,omitempty"`
}

// Program is an upstream that is a server of its own, with all the processes that it starts.
type Program struct {
	Launch
	// Ready is what it says once it serves, "" for one that does so once it listens.
	Ready string `json:"ready,omitempty"`
	// Dies lets all of them be killed (SIGKILL) once one says that.
	Dies string `json:"dies,omitempty"`
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
