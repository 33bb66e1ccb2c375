package mutant

import (
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness"
)

// Each variant is shown to be wrong in its one way, and right beside it.

func TestVariantsServe(t *testing.T) {
	t.Parallel()
	for _, v := range Variants() {
		u := upstream(t, says(healthy))
		bed(t, v.Name, u.addr).expect(200, harness.Answered, "")
	}
}

func TestVariantsAreToldApart(t *testing.T) {
	names, sentences := map[string]bool{Honest: true}, map[string]bool{}
	for _, v := range Variants() {
		if names[v.Name] || sentences[v.Is] {
			t.Errorf("%s, a proxy that %s, is there twice", v.Name, v.Is)
		}
		names[v.Name], sentences[v.Is] = true, true
		if len(v.Caught)+len(v.Warned) == 0 {
			t.Errorf("nothing is said to catch %s", v.Name)
		}
	}
}

// plays lets a variant meet a breakage.
func plays(t *testing.T, name, breakage string) *testBed {
	t.Helper()
	b, ok := breakages[breakage]
	if !ok {
		t.Fatalf("no breakage is called %q", breakage)
	}
	return bed(t, name, upstream(t, b.play).addr)
}

func TestNoTimeoutWaits(t *testing.T) {
	t.Parallel()
	plays(t, "no-timeout", "silence").expect(0, harness.Hang, "")
	plays(t, "no-timeout", "reset").expect(502, harness.Answered, connectionCut)
}

// A third and double are told from once by hours: what is tried is which of them is kept.
func TestTimeoutsChanged(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]time.Duration{
		Honest: time.Hour, "impatient": time.Hour / 3, "slow-to-give-up": 2 * time.Hour, "no-timeout": 0,
	} {
		if c, _ := conductOf(name); c.wait(duration(time.Hour)) != want {
			t.Errorf("%s waits %v for an hour", name, c.wait(duration(time.Hour)))
		}
	}
	if x := plays(t, "slow-to-give-up", "silence").expect(504, harness.Answered, readTimeout); x.Ended < 2*soon {
		t.Errorf("slow-to-give-up waited only %v", x.Ended)
	}
	long := bed(t, "impatient", upstream(t, holds("")).addr, func(c *config) { c.Timeouts.Read = duration(5 * soon) })
	if x := long.expect(504, harness.Answered, readTimeout); x.Ended >= 5*soon {
		t.Errorf("impatient waited %v of %v", x.Ended, 5*soon)
	}
}

func TestReadsAllBreaksADrippingBody(t *testing.T) {
	t.Parallel()
	bed(t, "reads-all", upstream(t, dripsBody).addr).expect(200, harness.Truncated, readTimeout)
}

func TestReadsAnyBearsADrippingHeader(t *testing.T) {
	t.Parallel()
	bed(t, "reads-any", upstream(t, dripsHeader).addr).expect(200, harness.Answered, "")
}

func TestSays500OfWhatItCannotReach(t *testing.T) {
	t.Parallel()
	bed(t, "says-500", nobodyThere(t)).expect(500, harness.Answered, connectionRefused)
	plays(t, "says-500", "reset").expect(502, harness.Answered, connectionCut)
}

func TestSays502OfATimeout(t *testing.T) {
	t.Parallel()
	plays(t, "says-502", "silence").expect(502, harness.Answered, readTimeout)
}

func TestDisguises(t *testing.T) {
	t.Parallel()
	for name, b := range breakages {
		if b.status/100 == 5 && b.kind != "" {
			plays(t, "disguises", name).expect(200, harness.Answered, b.kind)
		}
	}
}

func TestHangsUp(t *testing.T) {
	t.Parallel()
	plays(t, "hangs-up", "reset").expect(0, harness.Closed, connectionCut)
	plays(t, "hangs-up", "cut header").expect(0, harness.Closed, incomplete)
	plays(t, "hangs-up", "silence").expect(504, harness.Answered, readTimeout)
}

func TestBlames(t *testing.T) {
	t.Parallel()
	x := plays(t, "blames", "shedding").expect(502, harness.Answered, protocolError)
	if x.Response.Get("Retry-After") != "" {
		t.Errorf("it kept Retry-After")
	}
}

func TestSilentNamesNoCause(t *testing.T) {
	t.Parallel()
	for name, b := range breakages {
		x := plays(t, "silent", name).expect(b.status, b.outcome, "")
		if own := x.Response.Get("Proxy-Status"); own != "" {
			t.Errorf("%s: Proxy-Status: %s", name, own)
		}
	}
}

func TestPads(t *testing.T) {
	t.Parallel()
	for name, b := range breakages {
		if b.outcome == harness.Truncated {
			x := plays(t, "pads", name).expect(200, harness.SilentlyTruncated, b.kind)
			if name == "short body" && x.Response.Body != 1000 {
				t.Errorf("the body has %d bytes", x.Response.Body)
			}
		}
	}
}

func TestLeaks(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"not http", "tls alert", "bad status line"} {
		plays(t, "leaks", name).expect(0, harness.RawBytes, kindOfLeak(name))
	}
	plays(t, "leaks", "cut header").expect(502, harness.Answered, incomplete)
}

// kindOfLeak: the two that hold the connection end in a timeout of the body.
func kindOfLeak(name string) string {
	if name == "bad status line" {
		return ""
	}
	return readTimeout
}

func TestTakesWhatItShouldNot(t *testing.T) {
	t.Parallel()
	nul := upstream(t, says(strings.Replace(healthy, "\r\n\r\n", "\r\nX: a\x00b\r\n\r\n", 1)))
	x := bed(t, "takes-nul", nul.addr).expect(200, harness.Answered, "")
	if x.Response.Get("X") != "a\x00b" {
		t.Errorf("the client saw %q", x.Response.Raw)
	}
	plays(t, "takes-any-size", "header too large").expect(200, harness.Answered, "")
	plays(t, "takes-first-length", "two lengths").expect(200, harness.Answered, "")
}

func TestRepeats(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"reset", "empty", "cut header", "not http", "nul", "silence"} {
		u := upstream(t, breakages[name].play)
		bed(t, "repeats", u.addr).expect(breakages[name].status, harness.Answered, breakages[name].kind)
		if n := len(u.asked()); n != 2 {
			t.Errorf("%s: it asked %d times", name, n)
		}
	}
	for _, name := range []string{"healthy", "short body", "shedding"} {
		u := upstream(t, breakages[name].play)
		bed(t, "repeats", u.addr).get()
		if n := len(u.asked()); n != 1 {
			t.Errorf("%s: it asked %d times", name, n)
		}
	}
}

// A port that refuses leaves no trace of who knocked: the log of the kernel's answers is
// in the lab alone.
func TestKnocksTwice(t *testing.T) {
	t.Parallel()
	refused, cut := connectFailure(syscall.ECONNREFUSED), connectFailure(syscall.ECONNRESET)
	for name, want := range map[string][2]bool{Honest: {}, "knocks-twice": {true, false}, "repeats": {false, true}} {
		c, _ := conductOf(name)
		if got := [2]bool{c.again(refused), c.again(cut)}; got != want {
			t.Errorf("%s tries again %v", name, got)
		}
	}
	bed(t, "knocks-twice", nobodyThere(t)).expect(502, harness.Answered, connectionRefused)
}

func TestNeverForgives(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]int{Honest: 200, "never-forgives": 503} {
		addr, free := vacant(t)
		b := bed(t, name, addr)
		b.expect(502, harness.Answered, connectionRefused)
		free()
		l, err := net.Listen("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		go each(l, func(c net.Conn) { readHead(c); says(healthy)(c) })
		if x := b.get(); x.Response.Status != after {
			t.Errorf("%s then answered %q", name, x.Response.Raw)
		}
	}
}

func TestDies(t *testing.T) {
	t.Parallel()
	b := plays(t, "dies", "reset")
	b.dial().Write(visit)
	if err := <-b.ended; kindOf(err) != connectionCut {
		t.Errorf("it ended with %v", err)
	}
}

// What is declared to catch a variant is named as scenarios are, and once.
func TestCaughtAreScenarios(t *testing.T) {
	for _, v := range Variants() {
		all := slices.Concat(v.Caught, v.Warned)
		slices.Sort(all)
		if len(slices.Compact(slices.Clone(all))) != len(all) {
			t.Errorf("%s: a scenario is declared twice: %v", v.Name, all)
		}
		for _, id := range all {
			if cause, name, ok := strings.Cut(id, "/"); !ok || cause == "" || name == "" {
				t.Errorf("%s: %q is no cause/name", v.Name, id)
			}
		}
	}
}
