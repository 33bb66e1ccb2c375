//go:build linux

package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
)

// competitors is how many threads others have at work on the core that a process is starved of.
// The kernel gives each a turn of some milliseconds (sched(7)), so a turn comes after some
// tenths of a second.
const competitors = 100

// starve does an amount of work on a core on which others are always at work. All of them have
// the idle policy (sched(7), SCHED_IDLE): whoever else is on the machine goes before them, and
// only among themselves do they compete. It tells once it has waited for the core for longer
// than it had it, and returns when the work is done or ctx ends.
func (p *playing) starve(ctx context.Context, work time.Duration) error {
	if !p.mortal {
		return errors.New(`"starve" needs an upstream that is a process of its own`)
	}
	core, err := anyCore()
	if err != nil {
		return err
	}
	others, err := startCompetitors(core)
	if err != nil {
		return err
	}
	defer others.end()
	runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1) // the starved thread keeps its place while it waits
	defer func() { runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) - 1) }()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	thread, done := make(chan int, 1), make(chan error, 1)
	go func() { done <- labour(ctx, core, work, thread) }()
	tid, began, told := <-thread, time.Now(), false
	for {
		select {
		case err := <-done:
			return err
		case <-time.After(time.Millisecond):
		}
		had, wants := onCore(tid)
		if waited := time.Since(began) - had; !told && wants && waited > max(10*had, 50*time.Millisecond) {
			told = true
			p.told(agent.Event{Kind: agent.Starved, Text: fmt.Sprintf("waited %v for a core that it had for %v",
				waited.Round(100*time.Microsecond), had.Round(100*time.Microsecond))})
		}
	}
}

// onCore is how long a thread of this process that does nothing but work has been on a core, and
// whether it wants to be (proc(5), schedstat and the state R). Its time in the queue is not read
// from there: the kernel adds that up only when the thread's turn comes.
func onCore(tid int) (had time.Duration, wants bool) {
	folder := fmt.Sprintf("/proc/self/task/%d/", tid)
	text, err := os.ReadFile(folder + "schedstat")
	if err != nil {
		return 0, false
	}
	_, err = fmt.Sscan(string(text), &had)
	return had, err == nil && letter(folder+"stat") == "R"
}

// labour works on the core, for that time on it, on a thread of its own that ends with it.
func labour(ctx context.Context, core int, work time.Duration, thread chan<- int) error {
	runtime.LockOSThread()
	thread <- unix.Gettid()
	if err := idleOn(core); err != nil {
		return err
	}
	for ctx.Err() == nil {
		var spent unix.Timespec
		if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &spent); err != nil {
			return fmt.Errorf("looking how long it had the core: %w", err)
		}
		if time.Duration(spent.Nano()) >= work {
			return nil
		}
		spin()
	}
	return ctx.Err()
}

// spin keeps the core for some microseconds.
//
//go:noinline
func spin() (n int) {
	for i := range 10_000 {
		n ^= i
	}
	return n
}

// anyCore is one that this process may use.
func anyCore() (int, error) {
	var may unix.CPUSet
	if err := unix.SchedGetaffinity(0, &may); err != nil {
		return 0, fmt.Errorf("looking for a core: %w", err)
	}
	for core := 0; ; core++ {
		if may.IsSet(core) {
			return core, nil
		}
	}
}

// idleOn keeps the thread on a core, with the idle policy. Nobody needs a privilege for that.
func idleOn(core int) error {
	var only unix.CPUSet
	only.Set(core)
	if err := unix.SchedSetaffinity(0, &only); err != nil {
		return fmt.Errorf("staying on core %d: %w", core, err)
	}
	if err := unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_IDLE}, 0); err != nil {
		return fmt.Errorf("taking the idle policy: %w", err)
	}
	return nil
}

// crowd is the process that competes.
type crowd struct {
	cmd   *exec.Cmd
	alive io.Closer // which ends it when it is closed
}

// startCompetitors returns once they are at work.
func startCompetitors(core int) (*crowd, error) {
	cmd := exec.Command("/proc/self/exe", agent.CompeteWord, strconv.Itoa(core))
	cmd.Env = []string{agent.InsideVariable + "=" + agent.CompeteWord, "GODEBUG=asyncpreemptoff=1"} // who spins has nothing to be interrupted for
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	alive, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting those who compete for the core: %w", err)
	}
	others := &crowd{cmd, alive}
	if said, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		others.end()
		return nil, fmt.Errorf("those who compete for the core said %q: %w", said, err)
	}
	return others, nil
}

func (c *crowd) end() {
	c.alive.Close()
	c.cmd.Process.Kill()
	_ = c.cmd.Wait() // it was killed
}

// Compete is the main of who competes for a core, until in ends.
func Compete(core string, in io.Reader, out io.Writer) error {
	n, err := strconv.Atoi(core)
	if err != nil {
		return fmt.Errorf("which core: %w", err)
	}
	runtime.GOMAXPROCS(competitors + 2)
	var ready sync.WaitGroup
	begin := make(chan struct{})
	for range competitors {
		ready.Add(1)
		go func() {
			runtime.LockOSThread()
			ready.Done()
			<-begin // all are there before the first begins, who would keep the others from it
			if err := idleOn(n); err != nil {
				return
			}
			for {
				spin()
			}
		}()
	}
	ready.Wait()
	fmt.Fprintln(out, "at work")
	close(begin)
	_, err = io.Copy(io.Discard, in)
	return err
}
