//go:build linux

package traced_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness/clock"
	"github.com/badgateway/badgateway/harness/clock/traced"
)

// run runs a command in the time of a clock that jumps whenever all of its threads sleep, and
// returns what it wrote.
func run(t *testing.T, c *clock.Virtual, cmd *exec.Cmd) (string, error) {
	t.Helper()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	started, ended := make(chan *traced.Program), make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		p, err := traced.Start(cmd, c)
		if err != nil {
			close(started)
			ended <- err
			return
		}
		started <- p
		_, err = p.Run()
		cmd.Wait()
		ended <- err
	}()
	if <-started == nil {
		return "", <-ended
	}
	for {
		select {
		case err := <-ended:
			return out.String(), err
		case <-time.After(200 * time.Microsecond):
			looks := 0 // while one goes on, a thread may wake another
			for looks < 2 && asleep(cmd.Process.Pid) {
				looks++
			}
			if at, ok := c.Next(); ok && looks == 2 { // asked for once nobody can begin to wait any more
				c.Jump(at)
			}
		}
	}
}

// asleep says whether all threads of a process sleep, and those of all that it has started. (One
// that was just born the program may not know yet.)
func asleep(pid int) bool {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
	for _, task := range tasks {
		stat, _ := os.ReadFile(task + "/stat")
		_, rest, _ := strings.Cut(string(stat), ") ")
		if !strings.HasPrefix(rest, "S") {
			return false
		}
		children, _ := os.ReadFile(task + "/children")
		for _, child := range strings.Fields(string(children)) {
			if n, _ := strconv.Atoi(child); !asleep(n) {
				return false
			}
		}
	}
	return len(tasks) > 0 // a process that has ended has none
}

// Each of these says at the end how many seconds it believes to have waited.
func TestAProgramWaitsInTheClocksTime(t *testing.T) {
	const hires = "use Time::HiRes qw(time sleep); $b = time; "
	for name, c := range map[string]struct {
		said string
		took time.Duration
		args []string
	}{
		"clock_nanosleep": {"86400", 86400 * time.Second, []string{"sh", "-c", "b=$(date +%s); sleep 86400; echo $(($(date +%s) - b))"}},
		"select":          {"59.999", 59999 * time.Millisecond, []string{"perl", "-e", hires + "select(undef, undef, undef, 59.999); printf '%.3f', time - $b"}},
		"poll":            {"0.250", 250 * time.Millisecond, []string{"perl", "-e", hires + "use IO::Poll; pipe(R, W); $p = IO::Poll->new; $p->mask(R => 1); $p->poll(0.25); printf '%.3f', time - $b"}},
		"an alarm":        {"30.000", 30 * time.Second, []string{"perl", "-e", hires + "$SIG{ALRM} = sub { printf '%.3f', time - $b; exit }; alarm 30; sleep 3600"}},
		"a timer":         {"5.500", 5500 * time.Millisecond, []string{"perl", "-e", hires + "$SIG{ALRM} = sub { $n++ }; Time::HiRes::setitimer(0, 1.5, 1); while ($n < 5) { select(undef, undef, undef, 3600) } printf '%.3f', time - $b"}},
		"a child's":       {"20.000", 20 * time.Second, []string{"perl", "-e", hires + "for $s (10, 20) { fork or do { sleep $s; exit } } 1 while wait > 0; printf '%.3f', time - $b"}},
		"what comes before the time is over": {"5.000", 5 * time.Second, []string{"perl", "-e",
			hires + "pipe(R, W); fork or do { sleep 5; syswrite W, 'x'; exit }; vec($v, fileno(R), 1) = 1; select($v, undef, undef, 60); printf '%.3f', time - $b"}},
	} {
		t.Run(name, func(t *testing.T) {
			v := clock.NewVirtual()
			began := time.Now()
			said, err := run(t, v, exec.Command(c.args[0], c.args[1:]...))
			if err != nil || strings.TrimSpace(said) != c.said {
				t.Errorf("it says %q, %v; want %s", said, err, c.said)
			}
			if v.Now() < c.took || v.Now() > c.took+time.Second {
				t.Errorf("the clock says %v, want %v", v.Now(), c.took)
			}
			t.Logf("%v in %v", v.Now(), time.Since(began))
		})
	}
}

// Whoever asks for what is next locks the clock and then the program, which must not do so the
// other way round.
func TestTheClockMayBeAskedAtAnyTime(t *testing.T) {
	v, done := clock.NewVirtual(), make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			default:
				v.Next()
			}
		}
	}()
	defer close(done)
	said, err := run(t, v, exec.Command("perl", "-e", "select(undef, undef, undef, 0.001) for 1..500; print 'done'"))
	if err != nil || said != "done" || v.Now() < 500*time.Millisecond {
		t.Errorf("it says %q at %v, %v", said, v.Now(), err)
	}
}

func TestAWaitThatCannotBeFollowedIsNamed(t *testing.T) {
	_, err := run(t, clock.NewVirtual(), exec.Command("timeout", "5", "sleep", "10"))
	var unknown traced.UnknownWait
	if !errors.As(err, &unknown) || unknown.Call != "timer_settime" {
		t.Errorf("it says %v", err)
	}
}

func TestAProgramThatIsNotThere(t *testing.T) {
	if _, err := run(t, clock.NewVirtual(), exec.Command("/not/there")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it says %v", err)
	}
}

// Whoever is born while the program ends is ended with it: one that waits for a core in the moment
// in which its parent has what cannot be followed, so that others keep the cores busy.
func TestNobodyOutlivesTheProgram(t *testing.T) {
	var busy sync.WaitGroup
	t.Cleanup(busy.Wait)
	for range 2 * runtime.NumCPU() {
		busy.Go(func() {
			runtime.LockOSThread() // whose children they are no tracer is to take for its own
			exec.CommandContext(t.Context(), "sh", "-c", "while :; do :; done").Run()
		})
	}
	ended := make(chan error)
	go func() {
		for range 40 {
			_, err := run(t, clock.NewVirtual(), exec.Command("timeout", "1d", "sleep", "1d")) // by timer_settime(2)
			ended <- err
		}
	}()
	for range 40 {
		select {
		case err := <-ended:
			if err == nil {
				t.Error("it was followed")
			}
		case <-time.After(20 * time.Second):
			t.Fatal("a program does not end")
		}
	}
}
