package server

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/clock"
)

func TestOnlyTheNeededCapabilitiesAreLeft(t *testing.T) {
	l := newLab(t, 1)
	l.set(agent.Host{Script: "serve", Process: agent.Running})
	needed := uint64(1<<unix.CAP_NET_ADMIN | 1<<unix.CAP_NET_BIND_SERVICE | 1<<unix.CAP_KILL)
	if l.built.Capabilities != needed {
		t.Errorf("the agent says that it holds %#x, want %#x", l.built.Capabilities, needed)
	}
	threads := 0
	for pid, want := range map[int]uint64{l.cmd.Process.Pid: needed, children(t, l.cmd.Process.Pid)[0]: 0} {
		tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
		for _, task := range tasks {
			status, err := os.ReadFile(task)
			if err != nil {
				continue // that thread has ended
			}
			threads++
			for line := range strings.Lines(string(status)) {
				name, value, _ := strings.Cut(line, ":")
				if name != "CapPrm" && name != "CapEff" && name != "CapAmb" {
					continue
				}
				expected := want
				if name == "CapAmb" {
					expected = 0
				}
				if got, err := strconv.ParseUint(strings.TrimSpace(value), 16, 64); err != nil || got != expected {
					t.Errorf("%s: %s is %#x, want %#x", task, name, got, expected)
				}
			}
		}
	}
	if threads < 4 {
		t.Errorf("only %d threads were looked at", threads)
	}
}

func TestTheEndOfInputEndsEverything(t *testing.T) {
	for name, end := range map[string]func(*testLab){
		"end of input": func(l *testLab) { l.Close() },
		"SIGTERM":      func(l *testLab) { l.cmd.Process.Signal(syscall.SIGTERM) },
		"SIGKILL":      func(l *testLab) { l.cmd.Process.Kill() },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, 2)
			l.set(agent.Host{Script: "serve", Process: agent.Running})
			l.set(agent.Host{Index: 1, Script: "read-request; hold", Process: agent.Running, Crowd: 3})
			l.set(agent.Host{Index: 1, Script: "read-request; hold", Process: agent.Frozen, Crowd: 3})
			pids := children(t, l.cmd.Process.Pid)
			if len(pids) != 2 {
				t.Fatalf("the agent has the children %v", pids)
			}
			end(l)
			select {
			case <-l.ended:
			case <-time.After(patience):
				t.Fatal("the agent lives on")
			}
			if code := l.cmd.ProcessState.ExitCode(); name != "SIGKILL" && code != 0 {
				t.Errorf("the agent ended with %d", code)
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			for _, pid := range pids {
				if err := until(ctx, func() (bool, error) { return gone(pid), nil }); err != nil {
					t.Errorf("process %d lives on", pid)
				}
			}
			<-l.Done()
		})
	}
}

// gone says that a process has ended, whether or not its new parent has waited for it.
func gone(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || strings.Contains(string(stat), ") Z ")
}

func TestOrdersThatCannotBeObeyedAreAnswered(t *testing.T) {
	_, in, out := launch(t)
	send := sender(t, in, out)
	if got := send("host", `{}`); !strings.Contains(got, "nothing is built yet") {
		t.Errorf("before the world: %q", got)
	}
	for args, want := range map[string]string{
		`{}`: "a world of 0 hosts", `{"hosts":1000,"bays":1}`: "a world of 1000", `"x"`: "reading the order", `{"hosts":1,"bays":-1}`: "-1 bays",
	} {
		if got := send("build", args); !strings.Contains(got, want) {
			t.Errorf("build %s: %q, want ...%s...", args, got, want)
		}
	}
	if got := send("build", `{"hosts":1,"bays":1,"still":true}`); got != "" {
		t.Fatalf("building: %s", got)
	}
	for _, c := range []struct{ op, args, want string }{
		{"build", `{"hosts":1,"bays":1}`, "built already"},
		{"explode", `{}`, `no order is called "explode"`},
		{"", ``, "no order is called"},
		{"host", ``, "reading the order"},
		{"host", `[]`, "reading the order"},
		{"host", `{"index":1}`, "no host 1"},
		{"host", `{"index":-1}`, "no host -1"},
		{"host", `{"script":"explode"}`, "expected a step"},
		{"host", `{"script":"serve","addr":"2001:db8::1"}`, "2001:db8::1"},
		{"host", `{"script":"serve","addr":"198.19.99.99"}`, ""}, // any address is one to live at
		{"host", `{"script":"serve"}`, ""},
		{"name", `{"name":"a.test","rcode":"NOPE"}`, `no response code is called "NOPE"`},
		{"name", `{"name":"a.test","addrs":["2001:db8::1"]}`, "2001:db8::1"},
		{"rules", `{"rules":[{"where":"arriving","action":"explode"}]}`, `no action is called "explode"`},
		{"rules", `{"rules":[{"where":"sideways","action":"drop"}]}`, `"sideways"`},
		{"ask", `{}`, "invalid"},
		{"ask", `{"to":"[2001:db8::1]:80"}`, "2001:db8::1"},
		{"ask", `{"to":"198.18.1.10:8080","from":"2001:db8::1"}`, "2001:db8::1"},
		{"reach", `{}`, "invalid"},
		{"listening", `"http"`, "reading the order"},
		{"look", `{"hosts":[7]}`, "no host 7"},
		{"look", `{"hosts":[-1]}`, "no host -1"},
		{"look", `{"bay":99,"name":"a.test"}`, ""},
	} {
		got := send(c.op, c.args)
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s %s: %q, want ...%s...", c.op, c.args, got, c.want)
		}
	}
	// It lives, and its firewall holds nothing that was refused.
	if got := send("rules", `{"rules":[{"where":"returning","action":"drop"}]}`); got != "" {
		t.Errorf("good rules after bad ones: %s", got)
	}
	if got := send("look", `{"hosts":[0]}`); got != "" {
		t.Errorf("looking: %s", got)
	}
}

// sender speaks the wire without the client, which can say only what makes sense. It
// returns the reply's error.
func sender(t *testing.T, in io.Writer, out io.Reader) func(op, args string) string {
	t.Helper()
	lines := bufio.NewReader(out)
	hear := func() (r agent.Reply) {
		t.Helper()
		line, err := lines.ReadBytes('\n')
		if err != nil {
			t.Fatalf("the agent has ended: %v", err)
		}
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatalf("the agent said %q: %v", line, err)
		}
		return r
	}
	hear() // the greeting
	id := uint64(0)
	return func(op, args string) string {
		t.Helper()
		id++
		call := fmt.Sprintf(`{"id":%d,"op":%q,"args":%s}`, id, op, args)
		if args == "" {
			call = fmt.Sprintf(`{"id":%d,"op":%q}`, id, op)
		}
		io.WriteString(in, call+"\n")
		r := hear()
		if r.ID != id {
			t.Errorf("order %d was answered as %d", id, r.ID)
		}
		return r.Err
	}
}

func TestALineThatIsNoOrderEndsTheAgent(t *testing.T) {
	in, out := io.Pipe()
	heard, told := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- Serve(in, told) }()
	lines := bufio.NewReader(heard)
	if hello, err := lines.ReadString('\n'); err != nil || !strings.Contains(hello, fmt.Sprintf(`"version":%d`, agent.Version)) {
		t.Fatalf("the greeting is %q, %v", hello, err)
	}
	io.WriteString(out, "GET / HTTP/1.1\r\n")
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "no JSON") {
		t.Errorf("it ended with %v", err)
	}
}

func TestMainIsNotForPeople(t *testing.T) {
	var errs strings.Builder
	if code := Main([]string{"help"}, strings.NewReader(""), io.Discard, &errs); code != 2 || !strings.Contains(errs.String(), "badgateway") {
		t.Errorf("it ended with %d and said %q", code, errs.String())
	}
}

// steps is a clock that only goes when it is told to.
type steps struct {
	clock.Clock
	now time.Duration
}

func (s *steps) Now() time.Duration { return s.now }

func TestTheHistoryIsBounded(t *testing.T) {
	c := &steps{}
	h := &history{clock: c}
	const told = 3*maxEvents + 7
	for i := range told {
		c.now = time.Duration(i)
		h.tell(agent.Event{N: i})
	}
	all := h.since(0, func(agent.Event) bool { return true })
	if len(all) > maxEvents || len(all) < maxEvents*8/10 {
		t.Errorf("%d events are kept, want at most %d and not many less", len(all), maxEvents)
	}
	for i, e := range all {
		if want := told - len(all) + i; e.N != want {
			t.Fatalf("event %d is number %d, want %d: the newest, in order", i, e.N, want)
		}
	}
	last := h.since(told-3, func(e agent.Event) bool { return e.N != told-2 })
	if len(last) != 2 || last[0].N != told-3 || last[1].N != told-1 {
		t.Errorf("the last three but one are %+v", last)
	}
}

func TestNoiseIsTheWorstOfATime(t *testing.T) {
	c := &steps{}
	n := newNoise(c)
	if w := n.worst(0); w != 0 {
		t.Errorf("before anything was watched: %v", w)
	}
	n.late[0], n.late[1], n.late[2] = lateness{1, 50}, lateness{2, 7}, lateness{3, 9}
	for since, want := range map[time.Duration]time.Duration{0: 50, 1: 50, 2: 9, 3: 9, 4: 0} {
		if w := n.worst(since); w != want {
			t.Errorf("since %d: %d, want %d", since, w, want)
		}
	}
}

func TestFieldReadsAKernelsFile(t *testing.T) {
	const text = "low 0\nhigh 3\noom 2\noom_kill 1\nbroken\nodd x\n"
	for name, want := range map[string]int{"oom_kill": 1, "high": 3, "none": 0, "broken": 0, "odd": 0} {
		if got := field(text, name); got != want {
			t.Errorf("%s is %d, want %d", name, got, want)
		}
	}
}
