//go:build linux

package clock_test

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/local"
	"github.com/badgateway/badgateway/harness/nginx"
	"github.com/badgateway/badgateway/scenarios"
)

// recordPath is what came of the catalogue with NGINX's own timeouts by the machine's clock. Who
// has the time records it anew:
//
//	BADGATEWAY_RECORD=1 go test ./suites/clock -run Recorded -timeout 1h
const recordPath = "testdata/patient.tsv"

// ended is what came of a cell, without what is chance.
type ended struct {
	id      string
	verdict harness.Verdict
	told    string
	seconds float64
	virtual bool
	why     string
}

func endedAs(c harness.Cell) ended {
	e := ended{id: c.ID, verdict: c.Verdict, told: fmt.Sprintf("%d %s after %d attempts", c.Status, c.Outcome, c.Attempts), seconds: c.Seconds}
	e.virtual, e.why = c.Clock == harness.VirtualClock, c.Reason
	if c.Load != nil {
		e.told = "a crowd" // what each of it gets is chance
	}
	return e
}

// All that a virtual clock can play of the catalogue, with timeouts of 60 s and 30 s, against what
// it was by the machine's.
func TestTheCatalogueIsAsItWasRecorded(t *testing.T) {
	clock := harness.VirtualClock
	recording := os.Getenv("BADGATEWAY_RECORD") != ""
	if recording {
		clock = harness.RealClock
	}
	began := time.Now()
	cells := patient(t, clock)
	t.Logf("%d cells by the %s clock in %v", len(cells), clock, time.Since(began).Round(100*time.Millisecond))
	if recording {
		record(t, cells)
		return
	}
	recorded := readRecord(t)
	for _, c := range cells {
		want, known := recorded[c.id]
		switch {
		case !known:
			t.Errorf("%s was not recorded", c.id)
		case c.verdict == harness.Unsupported:
		case c.verdict != want.verdict || c.told != want.told:
			t.Errorf("%s: %v, %s; by the machine's clock it was %v, %s (%s)", c.id, c.verdict, c.told, want.verdict, want.told, c.why)
		case c.told != "a crowd" && (c.seconds > want.seconds+slack || c.seconds < want.seconds-slack-want.seconds/100):
			t.Errorf("%s: %.3f s; by the machine's clock it was %.3f s", c.id, c.seconds, want.seconds)
		}
		if !c.virtual && c.verdict != harness.Unsupported {
			t.Errorf("%s was not played by the virtual clock", c.id)
		}
	}
}

// slack is how far apart two times are at most that are the same to a client: the timeouts are of
// half a minute and more.
const slack = 2.

func patient(t *testing.T, clock harness.Clock) (cells []ended) {
	t.Helper()
	rt, err := local.New(local.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	available(t, rt)
	sum, err := harness.Run(t.Context(), harness.Plan{Runtime: rt, Gateway: nginx.Patient("nginx"), Scenarios: clocked(), Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range sum.Cells {
		cells = append(cells, endedAs(c))
	}
	return cells
}

// clocked are the scenarios that a virtual clock can play: what the kernel decides takes as long by
// either clock.
func clocked() []harness.Scenario {
	return slices.DeleteFunc(scenarios.All(), func(s harness.Scenario) bool { return s.Kernel().Always() })
}

func record(t *testing.T, cells []ended) {
	t.Helper()
	var b bytes.Buffer
	for _, c := range cells {
		fmt.Fprintf(&b, "%s\t%v\t%s\t%.3f\n", c.id, c.verdict, c.told, c.seconds)
	}
	if err := os.WriteFile(recordPath, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func readRecord(t *testing.T) map[string]ended {
	t.Helper()
	text, err := os.ReadFile(recordPath)
	if err != nil {
		t.Fatal(err)
	}
	recorded := map[string]ended{}
	for line := range strings.Lines(string(text)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if len(f) != 4 {
			t.Fatalf("%s has the line %q", recordPath, line)
		}
		e := ended{id: f[0], told: f[2]}
		if err := e.verdict.UnmarshalText([]byte(f[1])); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Sscan(f[3], &e.seconds); err != nil {
			t.Fatal(err)
		}
		recorded[e.id] = e
	}
	return recorded
}
