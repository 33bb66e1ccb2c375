package holder

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"time"

	"github.com/badgateway/badgateway/harness"
)

// Orders are lines of JSON on the socket, one a connection; so are the answers, of which the last
// has a result or an error.

// The orders.
const (
	opStatus = "status"
	opInject = "inject"
	opRevert = "revert"
	opLogs   = "logs"
	opDown   = "down"
)

// Order is what a holder is told.
type Order struct {
	Op     string `json:"op"`
	Inject Inject `json:"inject,omitzero"`
	Follow bool   `json:"follow,omitempty"` // logs: go on until the lab ends
}

// Inject says what is to go wrong: a scenario's fault, or what is written.
type Inject struct {
	Scenario string `json:"scenario,omitempty"` // its ID
	File     string `json:"file,omitempty"`     // where it is told, "" for the catalogue
	Written  string `json:"written,omitempty"`  // the section inject of such a file
}

// answer is one line of what a holder says.
type answer struct {
	Entry  *Entry          `json:"entry,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
	Fault  *trouble        `json:"trouble,omitempty"`
}

// trouble is a harness.Problem on the wire.
type trouble struct {
	Blame  harness.Blame `json:"blame"`
	What   string        `json:"what"`
	Hint   string        `json:"hint,omitempty"`
	Detail []string      `json:"detail,omitempty"`
}

func troubleOf(err error) *trouble {
	t := &trouble{Blame: harness.BlameOf(err), What: err.Error(), Hint: harness.Hint(err)}
	var p *harness.Problem
	if errors.As(err, &p) {
		t.Detail = p.Detail
	}
	return t
}

func (t *trouble) problem() error {
	return &harness.Problem{Blame: t.Blame, What: t.What, Hint: t.Hint, Detail: t.Detail}
}

// Status is what a holder says of its lab.
type Status struct {
	Name     string        `json:"name"`
	PID      int           `json:"pid"`
	State    string        `json:"state"` // "starting", "healthy", or what goes wrong: "while ..."
	Runtime  string        `json:"runtime,omitempty"`
	Gateway  string        `json:"gateway,omitempty"` // its name and version
	Upstream string        `json:"upstream,omitempty"`
	Curl     string        `json:"curl,omitempty"` // what reaches the gateway
	Idle     time.Duration `json:"idle"`           // how long until the lab ends by itself
}

// Entry is one line of a lab's history.
type Entry struct {
	At   time.Time `json:"at"`
	From string    `json:"from"` // "gateway", "lab" or "hand"
	Text string    `json:"text"`
}

// Client speaks to the holders below a root.
type Client struct{ Root string }

// Status asks how a lab is.
func (c Client) Status(ctx context.Context, name string) (s Status, err error) {
	err = c.order(ctx, name, Order{Op: opStatus}, &s, nil)
	return s, err
}

// Inject breaks a lab, and returns what goes wrong.
func (c Client) Inject(ctx context.Context, name string, i Inject) (s Status, err error) {
	err = c.order(ctx, name, Order{Op: opInject, Inject: i}, &s, nil)
	return s, err
}

// Revert heals a lab.
func (c Client) Revert(ctx context.Context, name string) (s Status, err error) {
	err = c.order(ctx, name, Order{Op: opRevert}, &s, nil)
	return s, err
}

// Logs tells the history of a lab, until it ends or ctx does where it is followed.
func (c Client) Logs(ctx context.Context, name string, follow bool, tell func(Entry)) error {
	return c.order(ctx, name, Order{Op: opLogs, Follow: follow}, nil, tell)
}

// Down ends a lab, and returns once nothing is left of it.
func (c Client) Down(ctx context.Context, name string) error {
	return c.order(ctx, name, Order{Op: opDown}, nil, nil)
}

// order gives one order and waits for its end.
func (c Client) order(ctx context.Context, name string, o Order, result any, tell func(Entry)) error {
	if err := CheckName(c.Root, name); err != nil {
		return err
	}
	f := folder(filepath.Join(c.Root, name))
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", f.orders())
	if err != nil {
		return c.nobody(name)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if err := json.NewEncoder(conn).Encode(o); err != nil {
		return fmt.Errorf("speaking to the lab %s: %w", name, err)
	}
	err = hear(conn, result, tell)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// errGone is what is heard of a holder that ends meanwhile.
var errGone = &harness.Problem{What: "the lab has ended", Hint: "badgateway lab up makes another"}

func hear(conn io.Reader, result any, tell func(Entry)) error {
	lines := bufio.NewReader(conn)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return errGone
		}
		var a answer
		if err := json.Unmarshal(line, &a); err != nil {
			return fmt.Errorf("the lab's holder said %.80q", line)
		}
		switch {
		case a.Fault != nil:
			return a.Fault.problem()
		case a.Entry != nil && tell != nil:
			tell(*a.Entry)
		case a.Result != nil && result == nil:
			return nil
		case a.Result != nil:
			return json.Unmarshal(a.Result, result)
		}
	}
}

// nobody is the error about a name that no lab has.
func (c Client) nobody(name string) error {
	hint := "badgateway lab up --name " + name + " makes one"
	if names, err := Names(c.Root); err == nil && len(names) > 0 {
		hint = "there is " + strings.Join(names, ", ")
	}
	return &harness.Problem{Blame: harness.Usage, What: fmt.Sprintf("there is no lab %q", name), Hint: hint}
}
