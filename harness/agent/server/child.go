//go:build linux

package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/authority"
	"github.com/badgateway/badgateway/harness/clock"
	"github.com/badgateway/badgateway/harness/script"
)

const stopSignal = syscall.SIGSTOP

// The child's descriptors besides the standard ones.
const (
	childListener = 3
	childEvents   = 4
	childClock    = 5 // where the lab's is virtual
)

// childOrder is what a child is told to be.
type childOrder struct {
	agent.Host
	Virtual bool // it lives by a clock that it borrows
}

// child is an upstream in a process of its own, which can really die.
type child struct {
	process *os.Process
	events  *os.File      // the reading end of its pipe
	gone    chan struct{} // closed once it was waited for
	exit    string        // then: how it ended

	mu     sync.Mutex // held while what it told is passed on
	rest   []byte
	doomed bool // it told that it began a step that it does not survive
}

// inherited is a listener that a process can be handed.
type inherited interface{ File() (*os.File, error) }

// listenerWithFile is a listener that can be handed on: of TCP, or of unix sockets.
type listenerWithFile interface {
	net.Listener
	inherited
}

// startChild hands the listener to a new process and returns once that accepts. It lives by a
// virtual clock, or by the machine's.
func startChild(wanted agent.Host, c clock.Clock, signs *authority.Authority, l inherited, start func(*exec.Cmd) error, tell func(agent.Event)) (*child, error) {
	secret, err := passed(signs)
	if err != nil {
		return nil, err
	}
	listener, err := l.File()
	if err != nil {
		return nil, err
	}
	defer listener.Close()
	events, eventsEnd, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	files := []*os.File{listener, eventsEnd}
	virtual, lends := c.(*clock.Virtual)
	if lends {
		end, err := lend(virtual)
		if err != nil {
			return nil, errors.Join(err, eventsEnd.Close())
		}
		defer end.Close()
		files = append(files, end)
	}
	order, err := json.Marshal(childOrder{wanted, lends})
	if err != nil {
		return nil, errors.Join(err, eventsEnd.Close())
	}
	cmd := exec.Command("/proc/self/exe", agent.UpstreamWord, string(order))
	cmd.ExtraFiles = files
	cmd.Stdin = bytes.NewReader(secret) // arguments are in every list of processes
	cmd.Stderr = os.Stderr
	cmd.Env = []string{"GOTRACEBACK=none", agent.InsideVariable + "=" + agent.UpstreamWord}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	err = start(cmd)
	eventsEnd.Close() // the child's is the only one: its end is the child's
	if err != nil {
		return nil, fmt.Errorf("starting the upstream's process: %w", err)
	}
	born := &child{process: cmd.Process, events: events, gone: make(chan struct{})}
	ready := make(chan struct{})
	go func() {
		defer close(born.gone)
		born.listen(func(e agent.Event) {
			if e.Kind == agent.Ready {
				close(ready)
				return
			}
			tell(e)
		})
		born.exit = waitStatus(cmd.Wait())
		tell(agent.Event{Kind: agent.Exited, Text: born.exit})
	}()
	select {
	case <-ready:
		return born, nil
	case <-born.gone:
		return nil, fmt.Errorf("the upstream's process ended before it was ready: %s", born.exit)
	}
}

// lend lends a clock to the process that is given the other end.
func lend(v *clock.Virtual) (other *os.File, err error) {
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	own := os.NewFile(uintptr(ends[0]), "clock")
	go v.Lend(own) // until the process ends
	return os.NewFile(uintptr(ends[1]), "clock"), nil
}

// listen passes on what the child tells until its end of the pipe, the only one, is
// closed by its death.
func (c *child) listen(tell func(agent.Event)) {
	defer c.events.Close()
	raw, err := c.events.SyscallConn()
	if err != nil {
		return
	}
	for open := true; open; {
		err := raw.Read(func(fd uintptr) (done bool) {
			done, open = c.hear(int(fd), tell)
			return done
		})
		open = open && err == nil
	}
}

// hear reads what is in the pipe and passes it on, under the lock.
func (c *child) hear(fd int, tell func(agent.Event)) (some, open bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	buf := make([]byte, 64<<10)
	n, err := unix.Read(fd, buf)
	if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR) {
		return false, true
	}
	if err != nil || n == 0 {
		return true, false
	}
	c.rest = append(c.rest, buf[:n]...)
	for {
		line, rest, whole := bytes.Cut(c.rest, []byte("\n"))
		if !whole {
			return true, true
		}
		c.rest = rest
		var e agent.Event
		if json.Unmarshal(line, &e) == nil {
			c.doomed = c.doomed || e.Verb == string(script.Die) || e.Verb == string(script.ExhaustMemory)
			tell(e)
		}
	}
}

// dyingWithin bounds how long a child that began its last step may take to be gone.
const dyingWithin = 5 * time.Second

// caughtUp returns once everything that the child told until now was passed on, and
// its end where it has begun to die.
func (c *child) caughtUp() {
	for {
		c.mu.Lock()
		doomed := c.doomed
		left := 0
		if raw, err := c.events.SyscallConn(); err == nil {
			raw.Control(func(fd uintptr) { left, _ = unix.IoctlGetInt(int(fd), unix.TIOCINQ) })
		}
		c.mu.Unlock()
		if doomed {
			select {
			case <-c.gone:
			case <-time.After(dyingWithin):
			}
			return
		}
		if left == 0 {
			return
		}
		runtime.Gosched()
	}
}

func waitStatus(err error) string {
	if err == nil {
		return "exit status 0"
	}
	return err.Error()
}

// kill ends the child with SIGKILL and returns once it was waited for.
func (c *child) kill() {
	c.process.Kill()
	<-c.gone
}

// be puts the child into that state. It has no process but one, so killed is all it can be.
func (c *child) be(ctx context.Context, state agent.ProcessState) error {
	if state != agent.Frozen {
		c.kill()
		return nil
	}
	if err := c.process.Signal(stopSignal); err != nil {
		return err
	}
	return until(ctx, func() (bool, error) { return c.state() == "T", nil })
}

// ended is how it ended, "" while it lives.
func (c *child) ended() string {
	select {
	case <-c.gone:
		return c.exit
	default:
		return ""
	}
}

// state is the letter of proc(5), "" once it is gone.
func (c *child) state() string { return stateOf(c.process.Pid) }

// stateOf reads it of any process.
func stateOf(pid int) string { return letter(fmt.Sprintf("/proc/%d/stat", pid)) }

// letter is the state in a file stat of a process or a thread.
func letter(path string) string {
	stat, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return rest[:min(1, len(rest))]
}

// limitDescriptors lets the child open n descriptors more (RLIMIT_NOFILE counts the
// numbers, so those that are free below its highest count too).
func (c *child) limitDescriptors(n int) error {
	open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", c.process.Pid))
	if err != nil {
		return err
	}
	taken := map[string]bool{}
	for _, fd := range open {
		taken[filepath.Base(fd.Name())] = true
	}
	limit := uint64(0)
	for free := 0; free < n; limit++ {
		if !taken[strconv.FormatUint(limit, 10)] {
			free++
		}
	}
	return unix.Prlimit(c.process.Pid, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: limit, Max: limit}, nil)
}

// ServeUpstream is the main of the child: it plays the order on the listener that it
// was handed until it is killed or its parent ends. What its certificates are signed by
// comes from in.
func ServeUpstream(order string, in io.Reader) error {
	if held, err := heldCapabilities(); err != nil || held != 0 {
		if err = errors.Join(err, keepOnly()); err != nil {
			return err
		}
	}
	// What the parent asked for is lost where exec gained capabilities (prctl(2)).
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(syscall.SIGKILL), 0, 0, 0); err != nil {
		return fmt.Errorf("asking to end with the agent: %w", err)
	}
	var wanted childOrder
	if err := json.Unmarshal([]byte(order), &wanted); err != nil {
		return fmt.Errorf("reading the order: %w", err)
	}
	lives := clock.Real()
	if wanted.Virtual {
		var err error
		if lives, err = clock.Borrow(os.NewFile(childClock, "clock")); err != nil {
			return fmt.Errorf("borrowing the clock: %w", err)
		}
	}
	s, err := script.Parse(wanted.Script)
	if err != nil {
		return err
	}
	signs, err := taken(in)
	if err != nil {
		return err
	}
	if err := os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0); err != nil {
		return fmt.Errorf("offering itself to the kernel's memory killer: %w", err)
	}
	f := os.NewFile(childListener, "listener")
	l, err := net.FileListener(f)
	if err != nil {
		return fmt.Errorf("taking the listener: %w", err)
	}
	f.Close()
	out := json.NewEncoder(os.NewFile(childEvents, "events"))
	var mu sync.Mutex
	tell := func(e agent.Event) { // returns once it is told: the next step may be the last
		mu.Lock()
		defer mu.Unlock()
		out.Encode(e)
	}
	if err := out.Encode(agent.Event{Kind: agent.Ready}); err != nil {
		return fmt.Errorf("the agent is gone already: %w", err)
	}
	u := &upstream{
		host: wanted.Index, script: s, clock: lives, mortal: true,
		listener: l, authority: signs, manner: wanted.TLS, tell: tell, called: func(net.Conn) string { return wanted.Called },
	}
	u.start(wanted.Workers)
	ends := make(chan os.Signal, 1)
	signal.Notify(ends, syscall.SIGTERM)
	<-ends // as a rule it is killed
	return nil
}

// field reads "name number" from lines of a kernel's file.
func field(text, name string) int {
	for line := range strings.Lines(text) {
		if f := strings.Fields(line); len(f) == 2 && f[0] == name {
			n, _ := strconv.Atoi(f[1])
			return n
		}
	}
	return 0
}
