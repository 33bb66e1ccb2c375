package faults_test

import (
	"errors"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/badgateway/badgateway/faults"
	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

// all are the faults by the names of their variables. Their files say whether one is
// missing here.
var all = joined(ofAnyProxy, ofPools, ofKeptConnections, ofMisconfig, ofLocal, overTLS, ofHeaders, ofBodies, ofProtocols, ofEdge, ofDNS, ofOverload)

// worlds are those in which faults can be that need more of it than their cause tells, by the
// names of their variables.
var worlds = joined(poolWorlds, misconfigWorlds, localWorlds, tlsWorlds, protocolWorlds, edgeWorlds, overloadWorlds)

// joined is one table of several.
func joined[V any](tables ...map[string]V) map[string]V {
	found := map[string]V{}
	for _, t := range tables {
		maps.Copy(found, t)
	}
	return found
}

var ofAnyProxy = map[string]harness.Fault{
	"BacklogFull": faults.BacklogFull, "BadChunk": faults.BadChunk, "BadStatusLine": faults.BadStatusLine, "BodyDripped": faults.BodyDripped,
	"BodyStalled": faults.BodyStalled, "ClosedPort": faults.ClosedPort, "Cut": faults.Cut, "CutHeader": faults.CutHeader,
	"DeadAddress": faults.DeadAddress, "DNSRefused": faults.DNSRefused, "DNSSilent": faults.DNSSilent, "Empty": faults.Empty,
	"Frozen": faults.Frozen, "HeaderDripped": faults.HeaderDripped, "HeaderTooLarge": faults.HeaderTooLarge, "HostUnreachable": faults.HostUnreachable,
	"InTime": faults.InTime, "Killed": faults.Killed, "Late": faults.Late, "Never": faults.Never,
	"NotHTTP": faults.NotHTTP, "NULInHeader": faults.NULInHeader, "NXDomain": faults.NXDomain, "OutOfDescriptors": faults.OutOfDescriptors,
	"OutOfMemory": faults.OutOfMemory, "PortUnreachable": faults.PortUnreachable, "Prohibited": faults.Prohibited, "Refused": faults.Refused,
	"RejectedByReset": faults.RejectedByReset, "RepliesDropped": faults.RepliesDropped, "Reset": faults.Reset, "ResetOnAccept": faults.ResetOnAccept,
	"ServFail": faults.ServFail, "Shedding": faults.Shedding, "ShortBody": faults.ShortBody, "StaleAddress": faults.StaleAddress,
	"SYNDropped": faults.SYNDropped, "TLSAlert": faults.TLSAlert, "TwoLengths": faults.TwoLengths, "UnknownAtStart": faults.UnknownAtStart,
	"WorkersBusy": faults.WorkersBusy,
	"HostGone":    faults.HostGone, "LinkDown": faults.LinkDown, "NoRoute": faults.NoRoute, "RouteProhibited": faults.RouteProhibited,
	"Narrow": faults.Narrow, "Loss": faults.Loss, "Latency": faults.Latency, "Far": faults.Far, "Jitter": faults.Jitter,
	"HeaderStalled": faults.HeaderStalled, "Starved": faults.Starved,
}

func TestOneFileIsOneFault(t *testing.T) {
	titles := map[string]string{}
	for name, f := range all {
		file := strings.ToLower(name) + ".go"
		source, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			t.Errorf("%s is not in its file: %v", name, err)
			continue
		}
		said := ""
		for _, c := range source.Comments {
			said += c.Text()
		}
		if want := name + ": " + f.Title + ".\n"; !strings.HasPrefix(said, want) {
			t.Errorf("%s does not begin with %q", file, want)
		}
		if other := titles[f.Title]; other != "" {
			t.Errorf("%s and %s have one title", name, other)
		}
		titles[f.Title] = name
		if f.Title == "" || strings.HasSuffix(f.Title, ".") || strings.ToLower(f.Title[:1]) != f.Title[:1] {
			t.Errorf("%s: %q does not complete \"while ...\"", name, f.Title)
		}
		if f.Cause == "" || f.Phase == "" {
			t.Errorf("%s has the cause %q and the phase %q", name, f.Cause, f.Phase)
		}
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		rest := len(all)
		for name := range all {
			if strings.ToLower(name)+".go" == file {
				rest = 0
			}
		}
		if rest > 0 && file != "faults.go" && !strings.HasSuffix(file, "_test.go") {
			t.Errorf("%s is not tested here", file)
		}
	}
}

// An order that nobody carries out proves nothing: every fault needs its receipt. And
// each changes something, and leaves nothing behind.
func TestEveryFaultIsProvenAndUndone(t *testing.T) {
	for name, f := range all {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				lab := &obedient{policy: policyOf(2 * time.Second), exited: make(chan struct{})}
				before, with, after, err := lab.while(t, worldOf(f), f)
				if err == nil || !strings.Contains(err.Error(), "the fault was not proven delivered") {
					t.Errorf("nobody carried out its orders, and it says %v", err)
				}
				if with.equal(before) && !worldOf(f).Misled && f.Cause != harness.Client { // there it is clients that change
					t.Errorf("it changes nothing: %+v", with)
				}
				if !after.equal(before) {
					t.Errorf("it leaves %+v, and found %+v", after, before)
				}
			})
		})
	}
}

func policyOf(read time.Duration) harness.Policy {
	return harness.Policy{
		Connect: harness.Setting{Value: time.Second}, Send: harness.Setting{Value: time.Second},
		Read: harness.Setting{Value: read}, Resolve: harness.Setting{Value: time.Second}, HeaderBytes: 4096,
	}
}

// worldOf is one in which a fault can be.
func worldOf(f harness.Fault) harness.World {
	for name, w := range worlds {
		if all[name].Title == f.Title {
			return w
		}
	}
	w := harness.World{Process: f.Cause == harness.Crash || f.Cause == harness.Overload, Needs: harness.LimitedMemory | harness.Latency}
	w.Alone = f.Title == faults.OutOfMemory.Title || f.Title == faults.NoRoute.Title
	if f.Cause == harness.DNS {
		w.Resolve = harness.AtRequest
	}
	return w
}

// ordered is the condition that a fault orders under a policy.
func ordered(t *testing.T, f harness.Fault, p harness.Policy) (c condition, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		lab := &obedient{policy: p, exited: make(chan struct{})}
		_, c, _, err = lab.while(t, worldOf(f), f)
	})
	return c, err
}

// played is what a peer reads from a script that never pauses, how it ends, and how the
// pauses were.
func played(t *testing.T, text string) (bytes string, longest, total time.Duration, end error) {
	t.Helper()
	s, err := script.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	end = errors.New("it is served")
	for _, step := range s[0].Steps {
		switch step.Verb {
		case script.Write:
			bytes += strings.Repeat(step.Text, max(step.Times, 1))
		case script.Drip:
			bytes += step.Text
			longest, total = max(longest, step.Every), total+step.Every*time.Duration(len(step.Text)-1)
		case script.Wait:
			longest, total = max(longest, step.Every), total+step.Every
		case script.Reset:
			end = syscall.ECONNRESET
		case script.Close, script.Die, script.ExhaustMemory:
			end = io.EOF
		case script.Hold:
			end = os.ErrDeadlineExceeded
		}
	}
	return bytes, longest, total, end
}

// What an upstream says is what its fault's title says, as a client without a gateway
// would find.
func TestWhatUpstreamsSay(t *testing.T) {
	for name, c := range map[string]struct {
		status  int
		whole   bool
		end     agent.End
		problem string
		body    func(body string, r agent.Response) bool
	}{
		"BadChunk":      {200, false, agent.EndFIN, `a chunk size that is no number: "zz"`, func(_ string, r agent.Response) bool { return r.Body > 60<<10 }},
		"BadStatusLine": {0, false, agent.EndFIN, "no status line", nil},
		"BodyDripped":   {200, true, agent.EndComplete, "", func(b string, _ agent.Response) bool { return b == script.Page }},
		"BodyStalled": {200, false, agent.EndPatience, "nothing more came", func(b string, _ agent.Response) bool {
			return b != "" && b != script.Page && strings.HasPrefix(script.Page, b)
		}},
		"CutHeader":     {200, false, agent.EndFIN, "the connection was closed", func(_ string, r agent.Response) bool { return len(r.Fields) == 0 }},
		"Empty":         {0, false, agent.EndFIN, "the connection was closed", func(_ string, r agent.Response) bool { return r.Bytes == 0 }},
		"HeaderDripped": {200, true, agent.EndComplete, "", func(b string, _ agent.Response) bool { return b == script.Page }},
		"HeaderTooLarge": {200, true, agent.EndFIN, "", func(b string, r agent.Response) bool {
			return b == script.Page && len(r.Get("Set-Cookie")) > policyOf(0).HeaderBytes
		}},
		"Killed":  {0, false, agent.EndFIN, "the connection was closed", func(_ string, r agent.Response) bool { return r.Bytes == 0 }},
		"Never":   {0, false, agent.EndPatience, "nothing more came", func(_ string, r agent.Response) bool { return r.Bytes == 0 }},
		"NotHTTP": {0, false, agent.EndFIN, "no status line", nil},
		"NULInHeader": {200, true, agent.EndFIN, "", func(b string, r agent.Response) bool {
			return strings.Contains(r.Get("X-Trace"), "\x00") && b == script.Page
		}},
		"OutOfMemory":      {0, false, agent.EndFIN, "the connection was closed", func(_ string, r agent.Response) bool { return r.Bytes == 0 }},
		"Reset":            {0, false, agent.EndReset, "the connection was reset", nil},
		"ResetOnAccept":    {0, false, agent.EndReset, "the connection was reset", nil},
		"Shedding":         {503, true, agent.EndComplete, "", func(_ string, r agent.Response) bool { return r.Get("Retry-After") == "7" && r.Body > 0 }},
		"ShortBody":        {200, false, agent.EndFIN, "the connection was closed", func(b string, _ agent.Response) bool { return b == script.Page }},
		"CutWithoutNotice": {200, true, agent.EndFIN, "", func(b string, _ agent.Response) bool { return b == script.FirstLine }},
		"ResetInOpenBody":  {200, false, agent.EndReset, "the connection was reset", func(b string, _ agent.Response) bool { return b == script.FirstLine }},
		"TLSAlert":         {0, false, agent.EndFIN, "no status line", func(_ string, r agent.Response) bool { return string(r.Raw) == "\x15\x03\x01\x00\x02\x02\x0a" }},
		"TwoLengths":       {200, false, agent.EndFIN, "two Content-Lengths", nil},
	} {
		t.Run(name, func(t *testing.T) {
			with, _ := ordered(t, all[name], policyOf(2*time.Second))
			text, _, _, end := played(t, with.host.Script)
			r, got := agent.ReadResponse(io.MultiReader(strings.NewReader(text), iotest.ErrReader(end)), "GET")
			if r.Status != c.status || r.Whole != c.whole || got != c.end || !strings.HasPrefix(r.Problem, c.problem) || (r.Problem == "") != (c.problem == "") {
				t.Errorf("a client finds %d, whole %v, %s, %q; want %d, %v, %s, %q", r.Status, r.Whole, got, r.Problem, c.status, c.whole, c.end, c.problem)
			}
			if c.body != nil && !c.body(string(r.Tail), r) {
				t.Errorf("a client finds %+v", r)
			}
		})
	}
}

// Pauses follow from the gateway's own read timeout, whatever that is.
func TestPausesFollowThePolicy(t *testing.T) {
	for _, read := range []time.Duration{50 * time.Millisecond, 2 * time.Second, time.Minute, 10 * time.Hour} {
		for name, c := range map[string]struct{ pause, all func(d time.Duration) bool }{
			"InTime":        {func(d time.Duration) bool { return d > read/10 && d < read*9/10 }, nil},
			"Late":          {func(d time.Duration) bool { return d > read*11/10 }, nil},
			"HeaderDripped": {func(d time.Duration) bool { return d < read/2 }, func(d time.Duration) bool { return d > read*11/10 }},
			"BodyDripped":   {func(d time.Duration) bool { return d < read/2 }, func(d time.Duration) bool { return d > read*11/10 }},
		} {
			with, err := ordered(t, all[name], policyOf(read))
			if err == nil || !strings.Contains(err.Error(), "not proven") {
				t.Errorf("%s of %v: %v", name, read, err)
			}
			_, longest, total, _ := played(t, with.host.Script)
			if !c.pause(longest) || c.all != nil && !c.all(total) {
				t.Errorf("%s of %v: pauses of up to %v, %v in all", name, read, longest, total)
			}
		}
	}
	// Configurations for web sockets are that patient. The language of scripts is not.
	_, err := ordered(t, faults.Late, policyOf(48*time.Hour))
	if err == nil || !strings.Contains(err.Error(), "at most 24h") {
		t.Errorf("a wait of three days: %v", err)
	}
}

func TestWhatIsOrderedOfTheRest(t *testing.T) {
	rule := func(r agent.Rule) func(condition) bool {
		return func(c condition) bool { return len(c.rules) == 1 && c.rules[0] == r }
	}
	says := func(what string) func(condition) bool {
		return func(c condition) bool { return c.name.Says() == what && c.name.Name == "app.a-b.test" }
	}
	for name, holds := range map[string]func(condition) bool{
		"SYNDropped":      rule(agent.Rule{Where: agent.Arriving, SYNOnly: true, Action: agent.Drop}),
		"RepliesDropped":  rule(agent.Rule{Where: agent.Returning, Action: agent.Drop}),
		"RejectedByReset": rule(agent.Rule{Where: agent.Arriving, SYNOnly: true, Action: agent.RejectReset}),
		"PortUnreachable": rule(agent.Rule{Where: agent.Arriving, SYNOnly: true, Action: agent.RejectPort}),
		"HostUnreachable": rule(agent.Rule{Where: agent.Arriving, SYNOnly: true, Action: agent.RejectHost}),
		"Prohibited":      rule(agent.Rule{Where: agent.Arriving, SYNOnly: true, Action: agent.RejectForbidden}),
		"Cut": func(c condition) bool { // within the answer, and not in its header
			text := c.host.Script
			s, err := script.Parse(text)
			size := 0
			for _, step := range s[0].Steps {
				size += len(step.Text) * max(step.Times, 1)
			}
			r := c.rules[0]
			return err == nil && len(c.rules) == 1 && r.Where == agent.Returning && r.Action == agent.Drop && r.After > 1<<10 && r.After < uint64(size)/2
		},
		"NXDomain":       says("NXDOMAIN"),
		"UnknownAtStart": says("NXDOMAIN"),
		"ServFail":       says("SERVFAIL"),
		"DNSRefused":     says("REFUSED"),
		"DNSSilent":      says("nothing"),
		"DeadAddress":    says(agent.NobodyAddr(0).String()),
		"ClosedPort":     says(agent.IdleAddr(0).String()),
		"StaleAddress": func(c condition) bool {
			return c.host.Addr == agent.MovedAddr(0) && c.name.Says() == agent.MovedAddr(0).String()
		},
		"Starved":          func(c condition) bool { return c.host.Throttled && c.host.Script == "handshake; work 1s; serve" },
		"HostGone":         func(c condition) bool { return c.host.Gone },
		"LinkDown":         func(c condition) bool { return c.link == agent.Link{Down: true} },
		"NoRoute":          func(c condition) bool { return c.route.Kind == agent.NoRoute },
		"RouteProhibited":  func(c condition) bool { return c.route.Kind == agent.Prohibited },
		"Loss":             losesTheRequest,
		"Refused":          func(c condition) bool { return c.host.Process == agent.Killed },
		"Frozen":           func(c condition) bool { return c.host.Process == agent.Frozen },
		"BacklogFull":      func(c condition) bool { return c.host.Workers == agent.NoWorkers && c.host.Crowd == c.host.Backlog+1 },
		"WorkersBusy":      func(c condition) bool { return c.host.Workers > 0 && c.host.Crowd == c.host.Workers },
		"OutOfDescriptors": func(c condition) bool { return c.host.Descriptors > 0 && c.host.Crowd == c.host.Descriptors },
	} {
		t.Run(name, func(t *testing.T) {
			if with, _ := ordered(t, all[name], policyOf(2*time.Second)); !holds(with) {
				t.Errorf("it orders %+v", with)
			}
		})
	}
}

// losesTheRequest: the SYN and its acknowledgement pass, the request and the first two
// times that it is sent again do not, and what follows does.
func losesTheRequest(c condition) bool {
	r := c.rules[0]
	return len(c.rules) == 1 && r.Where == agent.Arriving && r.Action == agent.Drop && !r.SYNOnly && slices.Equal(r.Loss.Indices(), []int{2, 3, 4})
}

// How far away an upstream is follows from the gateway's own timeouts.
func TestDistancesFollowThePolicy(t *testing.T) {
	for _, connect := range []time.Duration{50 * time.Millisecond, time.Second, time.Minute} {
		policy := policyOf(2 * time.Second)
		policy.Connect.Value = connect
		both := min(connect, policy.Read.Value)
		for name, trip := range map[string]struct{ least, most time.Duration }{ // of a round trip
			"Latency": {both / 2, both / 2},
			"Far":     {connect * 11 / 10, connect * 19 / 10}, // and the SYN arrives in time
			"Jitter":  {both * 4 / 10, both * 6 / 10},
		} {
			with, err := ordered(t, all[name], policy)
			if err == nil || !strings.Contains(err.Error(), "not proven") {
				t.Errorf("%s of %v: %v", name, connect, err)
			}
			if l := with.link; 2*l.Delay < trip.least || 2*(l.Delay+l.Jitter) > trip.most || (l.Jitter > 0) != (name == "Jitter") {
				t.Errorf("%s of %v orders %+v", name, connect, l)
			}
		}
	}
}

// Whoever does not wait for TCP is not said to be wrong in that.
func TestALossIsForThoseWhoWaitForTCP(t *testing.T) {
	for read, refused := range map[time.Duration]bool{time.Second: true, 2 * time.Second: false} {
		_, err := ordered(t, faults.Loss, policyOf(read))
		if err == nil || strings.Contains(err.Error(), "is over before TCP") != refused {
			t.Errorf("of %v: %v", read, err)
		}
	}
}

// A narrow link takes longer for the answer than the read timeout, whatever that is, and
// something comes all the time.
func TestANarrowLinkTakesLongerThanTheReadTimeout(t *testing.T) {
	for _, read := range []time.Duration{2 * time.Second, time.Minute} {
		with, _ := ordered(t, faults.Narrow, policyOf(read))
		text, _, _, end := played(t, with.host.Script)
		r, got := agent.ReadResponse(io.MultiReader(strings.NewReader(text), iotest.ErrReader(end)), "GET")
		if r.Status != 200 || !r.Whole || !strings.HasSuffix(string(r.Tail), script.LastLine) || !strings.HasPrefix(string(r.Start), script.FirstLine) {
			t.Errorf("a client finds %d, whole %v, %s: %q", r.Status, r.Whole, got, r.Problem)
		}
		rate := float64(with.link.Rate)
		if took := float64(len(text)) / rate / read.Seconds(); took < 1.2 || took > 1.3 {
			t.Errorf("of %v the answer takes %.2f", read, took)
		}
		const segment, again = 1514, 0.2 // TCP's shortest timer for sending again, in seconds
		if segment/rate > again/2 {
			t.Errorf("at %.0f bytes a second segments are sent again before they have arrived", rate)
		}
	}
}
