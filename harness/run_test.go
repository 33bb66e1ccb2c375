package harness

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

// play is a lab in memory: its agent speaks the protocol over a pipe and its gateway is
// nobody. It is its own Runtime, Gateway and Process.
type play struct {
	began   time.Time // the lab's clock is at 0
	mu      sync.Mutex
	hosts   map[int]agent.Host
	resets  map[int]int // of each host
	labs    int
	told    []string // what was ordered and done, in order
	log     Log
	running chan struct{}
	answer  func(fromVisitor, broken bool) agent.Exchange
	respond func(a agent.Ask, broken bool) agent.Exchange // in the place of answer
	opening error

	reverting func() // is called by every Revert of a change
	stuck     error  // what they return
}

func newPlay() *play {
	return &play{began: time.Now(), hosts: map[int]agent.Host{}, resets: map[int]int{}}
}

func (p *play) note(what string) { p.mu.Lock(); defer p.mu.Unlock(); p.told = append(p.told, what) }

func (p *play) did() string { p.mu.Lock(); defer p.mu.Unlock(); return strings.Join(p.told, ", ") }

func (p *play) Name() string { return "play" }
func (p *play) Fits(s Scenario) error {
	return map[bool]error{true: errors.New("no restarts")}[s.World.Restart]
}
func (p *play) Capacity() int                         { return 0 }
func (p *play) Site(s Site) Site                      { return s }
func (p *play) Boot([]Site) (Boot, error)             { return Boot{From: "agent"}, nil }
func (p *play) Policy(Boot, Site) (Policy, error)     { return policy, nil }
func (p *play) Read(l string) (LogLine, bool)         { return LogLine{}, false }
func (p *play) Deviations(string) []Deviation         { return nil }
func (*play) Footprint() Footprint                    { return Footprint{} }
func (*play) Takes(string) error                      { return nil }
func (p *play) Supports(context.Context, Needs) error { return nil }
func (p *play) Close() error                          { return nil }
func (p *play) Version() string                       { return "1" }
func (p *play) Source() string                        { return "memory" }
func (p *play) Start(context.Context) error           { return nil }
func (p *play) Stop(context.Context) error            { return nil }
func (p *play) Exited() <-chan struct{}               { return p.running }
func (p *play) Log() *Log                             { return &p.log }

// Open makes the lab.
func (p *play) Open(ctx context.Context, _ LabSpec) (*Lab, error) {
	if p.opening != nil {
		return nil, p.opening
	}
	p.mu.Lock()
	p.labs++
	p.mu.Unlock()
	calls, orders := io.Pipe()
	replies, out := io.Pipe()
	ended := make(chan struct{})
	go func() { defer close(ended); defer out.Close(); p.serve(calls, out) }()
	c, err := agent.NewClient(ctx, replies, orders)
	return &Lab{Agent: c, Gateway: p, Destroy: func() error { err := c.Close(); <-ended; <-c.Done(); return err }}, err
}

func (p *play) serve(in io.Reader, out io.Writer) {
	fmt.Fprintf(out, `{"id":0,"result":{"version":%d}}`+"\n", agent.Version)
	for lines := bufio.NewScanner(in); lines.Scan(); {
		var call agent.Call
		json.Unmarshal(lines.Bytes(), &call)
		r := agent.Reply{ID: call.ID}
		r.Result, _ = json.Marshal(p.obey(call))
		line, _ := json.Marshal(r)
		out.Write(append(line, '\n'))
	}
}

func (p *play) obey(call agent.Call) any {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch call.Op {
	case "host":
		var h agent.Host
		json.Unmarshal(call.Args, &h)
		p.hosts[h.Index] = h
		if h.Process == agent.Killed {
			p.told = append(p.told, "kill")
		}
	case "ask":
		var a agent.Ask
		json.Unmarshal(call.Args, &a)
		bay := int(a.From.As4()[2])
		broken := p.hosts[bay].Process == agent.Killed
		if broken && a.From == agent.Visitor(bay) {
			p.resets[bay]++
		}
		return p.exchange(a, broken)
	case "look":
		var l agent.Look
		json.Unmarshal(call.Args, &l)
		v := agent.HostView{Attempts: p.resets[l.Hosts[0]], Resets: p.resets[l.Hosts[0]]}
		if p.hosts[l.Hosts[0]].Process == agent.Killed {
			v.Exit = "signal: killed"
		}
		return agent.View{At: time.Since(p.began), Hosts: []agent.HostView{v}}
	}
	return struct{}{}
}

// exchange is what comes of a request, and takes no time.
func (p *play) exchange(a agent.Ask, broken bool) agent.Exchange {
	began, x := time.Since(p.began), answer(broken)
	switch {
	case p.respond != nil:
		x = p.respond(a, broken)
	case p.answer != nil:
		x = p.answer(a.From == agent.Visitor(int(a.From.As4()[2])), broken)
	}
	x.Began = began
	return x
}

// answer is a page, or a bad gateway for an upstream that is not there.
func answer(broken bool) agent.Exchange {
	x := agent.Exchange{End: agent.EndComplete, Response: agent.Response{Status: 200, Whole: true, Bytes: 9, Tail: []byte(script.Page)}}
	if broken {
		x.Response.Status = 502
	}
	return x
}

// kills is the scenario that the lab in memory can play.
func kills(id string) Scenario {
	return Scenario{
		ID: id, World: World{Process: true}, Expect: []Check{Answers(502), Tries(1), Recovers()},
		Fault: Fault{Title: "it is gone", Cause: Crash, Inject: func(ctx context.Context, b *Bay) error { return b.Kill(ctx) }},
	}
}

// run plays scenarios and lists every cell as it was told.
func (p *play) run(ctx context.Context, sham bool, scenarios ...Scenario) (cells []string, s Summary, err error) {
	s, err = Run(ctx, Plan{Runtime: p, Gateway: p, Scenarios: scenarios, Sham: sham, Parallel: 1, OnCell: func(c Cell) {
		cells = append(cells, fmt.Sprintf("%s take %d %s", c.ID, c.Take, c.Verdict))
	}})
	return cells, s, err
}

// inMemory runs a test on a clock that stands while anything is to be done.
func inMemory(t *testing.T, test func(t *testing.T, p *play)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p := newPlay()
		p.running = make(chan struct{})
		test(t, p)
	})
}

func TestARunSaysWhatItSaw(t *testing.T) {
	inMemory(t, func(t *testing.T, p *play) {
		cells, s, err := p.run(t.Context(), false, kills("a/b"))
		if err != nil || !slices.Equal(cells, []string{"a/b take 1 pass"}) {
			t.Fatalf("%q, %v; the reason: %s", cells, err, s.Cells[0].Reason)
		}
		c := s.Cells[0]
		if c.Status != 502 || c.Outcome != Answered || c.Attempts != 1 || c.Receipt != "the process was killed by SIGKILL, its host answered 1 SYN with RST" {
			t.Errorf("the record is %+v", c)
		}
		if p.did() != "kill" || p.hosts[0].Process != agent.Running || s.Verdict() != Pass || s.Version != "1" || s.Source != "memory" || p.labs != 1 {
			t.Errorf("at the end the host is %+v, after %d labs; %+v", p.hosts[0], p.labs, s)
		}
	})
}

func TestAFailedCellIsNotPlayedAgain(t *testing.T) {
	inMemory(t, func(t *testing.T, p *play) {
		p.answer = func(bool, bool) agent.Exchange { return answer(false) }
		cells, s, err := p.run(t.Context(), false, kills("a/b"))
		if err != nil || !slices.Equal(cells, []string{"a/b take 1 fail"}) || p.labs != 1 || s.Verdict() != Fail {
			t.Errorf("%q in %d labs, %v", cells, p.labs, err)
		}
	})
}

func TestAnInconclusiveCellIsPlayedOnceMoreAlone(t *testing.T) {
	for name, c := range map[string]struct {
		proven int // from which play on
		want   []string
		labs   int
	}{
		"then proven": {2, []string{"a/b take 1 inconclusive", "c/d take 1 pass", "a/b take 2 pass"}, 3},
		"then not":    {9, []string{"a/b take 1 inconclusive", "c/d take 1 pass", "a/b take 2 inconclusive"}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			inMemory(t, func(t *testing.T, p *play) {
				plays := 0
				s := kills("a/b")
				s.Fault.Inject = func(ctx context.Context, b *Bay) error {
					plays++
					n := plays
					if err := b.Kill(ctx); err != nil {
						return err
					}
					return b.Apply(ctx, Change{Apply: inForce, Confirm: inForce, Revert: inForce, Delivered: func(*Evidence) (string, error) {
						return "", map[bool]error{false: errors.New("not seen")}[n >= c.proven]
					}})
				}
				other := kills("c/d")
				s.World.Alone, other.World.Alone = true, true // in labs of their own, one after the other
				cells, sum, err := p.run(t.Context(), false, s, other)
				if err != nil || !slices.Equal(cells, c.want) || p.labs != c.labs {
					t.Errorf("%q in %d labs, %v; want %q", cells, p.labs, err, c.want)
				}
				if got := sum.Cells[0]; len(sum.Cells) != 2 || got.Take != 2 || got.Verdict == Inconclusive && got.Reason != "the fault was not proven delivered: not seen" {
					t.Errorf("the second take does not count: %+v", got)
				}
			})
		})
	}
}

func TestASickBaselineIsInconclusive(t *testing.T) {
	inMemory(t, func(t *testing.T, p *play) {
		p.answer = func(visitor, broken bool) agent.Exchange { return answer(true) }
		_, s, err := p.run(t.Context(), false, kills("a/b"))
		c := s.Cells[0]
		if err != nil || c.Verdict != Inconclusive || c.Take != 2 || c.Reason != "no healthy baseline: the gateway gave 502 Bad Gateway" {
			t.Errorf("%v, take %d, %q, %v", c.Verdict, c.Take, c.Reason, err)
		}
	})
}

func TestALossOfServiceIsSeen(t *testing.T) {
	inMemory(t, func(t *testing.T, p *play) {
		hurt := false
		p.answer = func(visitor, broken bool) agent.Exchange {
			hurt = hurt || broken
			return answer(hurt)
		}
		_, s, err := p.run(t.Context(), false, kills("a/b"))
		if c := s.Cells[0]; err != nil || c.Verdict != Fail || !strings.Contains(c.Reason, "serves again once the fault is gone") {
			t.Errorf("%v, %q, %v", c.Verdict, c.Reason, err)
		}
	})
}

func TestASlowRecoveryIsAwaited(t *testing.T) {
	inMemory(t, func(t *testing.T, p *play) {
		var hurt time.Time
		p.answer = func(visitor, broken bool) agent.Exchange {
			if broken {
				hurt = time.Now()
			}
			return answer(broken || time.Since(hurt) < 9*time.Second)
		}
		s := kills("a/b")
		_, sum, _ := p.run(t.Context(), false, s)
		if c := sum.Cells[0]; c.Verdict != Pass || c.Recovery < 8.9 || c.Recovery > 9.1 {
			t.Errorf("%v after a recovery of %.1f s: %s", c.Verdict, c.Recovery, c.Reason)
		}
		hurt = time.Time{}
		s.Expect = append(s.Expect, RecoversAtOnce())
		_, sum, _ = p.run(t.Context(), false, s)
		if c := sum.Cells[0]; c.Verdict != Fail || !strings.Contains(c.Reason, "answers the first request") {
			t.Errorf("%v: %s", c.Verdict, c.Reason)
		}
	})
}

func TestWithoutInjectionNothingPasses(t *testing.T) {
	inMemory(t, func(t *testing.T, p *play) {
		lenient := kills("a/b")
		lenient.Expect = []Check{Recovers()} // even what a healthy gateway keeps
		cells, _, err := p.run(t.Context(), true, lenient, kills("c/d"))
		slices.Sort(cells)
		if want := []string{"a/b take 1 inconclusive", "c/d take 1 inconclusive"}; err != nil || !slices.Equal(cells, want) {
			t.Errorf("%q, %v; want %q: a sham is not played again", cells, err, want)
		}
		if p.did() != "" {
			t.Errorf("something was injected: %s", p.did())
		}
	})
}

func TestWhatDoesNotFitIsNotPlayed(t *testing.T) {
	inMemory(t, func(t *testing.T, p *play) {
		s := kills("a/b")
		s.World.Restart = true
		cells, sum, err := p.run(t.Context(), false, s)
		if err != nil || !slices.Equal(cells, []string{"a/b take 1 unsupported"}) || sum.Cells[0].Reason != "no restarts" || p.labs != 0 {
			t.Errorf("%q, %q in %d labs, %v", cells, sum.Cells[0].Reason, p.labs, err)
		}
		p.opening = errors.New("no room")
		if _, _, err := p.run(t.Context(), false, kills("a/b")); !errors.Is(err, p.opening) {
			t.Errorf("a lab that cannot be opened: %v", err)
		}
	})
}

// change is one that notes what is done with it. Its Revert may fail, which must keep
// nobody from the others.
func (p *play) change(name string, apply error) Change {
	return Change{
		Apply:   func(context.Context) error { p.note("apply " + name); return apply },
		Confirm: func(context.Context) error { p.note("confirm " + name); return nil },
		Revert: func(ctx context.Context) error {
			if ctx.Err() != nil {
				name = "in vain " + name
			}
			p.note("revert " + name)
			if p.reverting != nil {
				p.reverting()
			}
			return p.stuck
		},
		Delivered: func(*Evidence) (string, error) { return name, nil },
	}
}

func TestChangesAreRevertedLastFirst(t *testing.T) {
	const all = "apply a, confirm a, apply b, confirm b, revert b, revert a"
	for name, c := range map[string]struct {
		second  error // of the second Apply
		cancel  bool  // between the two
		visitor bool  // while the visitor waits
		revert  bool  // while the second is reverted
		stuck   error // of every Revert
		want    string
		verdict Verdict
	}{
		"as a rule":                    {want: all, verdict: Pass},
		"after a change that failed":   {second: errors.New("half done"), want: "apply a, confirm a, apply b, revert b, revert a", verdict: Inconclusive},
		"when interrupted in between":  {cancel: true, want: all},
		"when interrupted in the wait": {visitor: true, want: all},
		"when interrupted meanwhile":   {revert: true, want: all},
		"though each is stuck":         {stuck: errors.New("stuck"), want: all, verdict: Inconclusive},
	} {
		t.Run(name, func(t *testing.T) {
			inMemory(t, func(t *testing.T, p *play) {
				ctx, cancel := context.WithCancelCause(t.Context())
				stop := errors.New("stop")
				p.answer = func(visitor, _ bool) agent.Exchange {
					if visitor && c.visitor {
						cancel(stop)
					}
					return answer(false)
				}
				p.stuck = c.stuck
				if c.revert {
					p.reverting = func() { cancel(stop) }
				}
				s := Scenario{ID: "a/b", World: World{Alone: true}, Expect: []Check{Answers(200)}}
				s.Fault.Inject = func(ctx context.Context, b *Bay) error {
					if err := b.Apply(ctx, p.change("a", nil)); err != nil {
						return err
					}
					if c.cancel {
						cancel(stop)
					}
					return b.Apply(ctx, p.change("b", c.second))
				}
				_, sum, err := p.run(ctx, false, s)
				once := p.did()
				if c.verdict == Inconclusive { // so it was played twice
					once = strings.TrimSuffix(once, ", "+c.want)
				}
				if once != c.want {
					t.Errorf("it did %q, want %q", p.did(), c.want)
				}
				if interrupted := c.cancel || c.visitor || c.revert; interrupted != errors.Is(err, stop) || interrupted != (len(sum.Cells) == 0) {
					t.Fatalf("the error is %v, %d cells were judged", err, len(sum.Cells))
				}
				if len(sum.Cells) > 0 && (sum.Cells[0].Verdict != c.verdict || c.second != nil && sum.Cells[0].Reason != "injecting: half done") {
					t.Errorf("%v: %s", sum.Cells[0].Verdict, sum.Cells[0].Reason)
				}
			})
		})
	}
}
