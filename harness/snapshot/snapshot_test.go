package snapshot

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/badgateway/badgateway/harness"
)

// cells are one of each kind, with names that YAML would take for something else.
func cells() []harness.Cell {
	broken := []harness.Finding{
		{Rule: "repeats-no-post", Strength: harness.Should}, {Rule: "leaks-nothing", Strength: harness.Must},
		{Rule: "leaks-nothing", Strength: harness.Must}, {Rule: "uses-spare", Held: true}, {Rule: "back-in-time", Doubt: true}, {Check: "is a promise"},
	}
	return []harness.Cell{
		{ID: "slow/never", Route: "POST http://shop.test/", Status: 504, Outcome: harness.Answered, Tried: []string{"b:80", "a:80", "b:80"},
			Time: "proxy_read_timeout x 3 tries = 3s", Decided: "proxy_read_timeout 1s (nginx.conf:3:5)", Page: harness.GatewaysPage,
			CacheControl: `no-store, "x": y`, Findings: broken},
		{ID: "crash/cut-header", Route: "GET http://shop.test/: # no", Outcome: harness.Closed, Time: "1.2 s, which no setting comes to"},
		{ID: "slow/body-stall", Route: "GET http://shop.test/", Status: 200, Outcome: harness.Truncated, Tried: []string{"true"}, Page: harness.UpstreamPage},
		{ID: "policy/ladder", Route: "GET http://shop.test/"},
		{ID: "network/loss", Route: "GET http://shop.test/", Verdict: harness.Unsupported},
		{ID: "not/routed"},
	}
}

func snapshotOf(t *testing.T, cells []harness.Cell) *Snapshot {
	t.Helper()
	lines, err := Of(cells)
	if err != nil {
		t.Fatal(err)
	}
	return &Snapshot{Path: filepath.Join(t.TempDir(), Name), Configuration: "nginx.conf", Gateway: "nginx 1.26.3", Source: "packages: one", Lines: lines}
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	s := snapshotOf(t, cells())
	if err := s.Write(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(s.Path)
	if err != nil {
		t.Fatal(err)
	}
	const want = `snapshot: 1
configuration: nginx.conf
gateway: nginx 1.26.3
source: 'packages: one'
cells:
  GET http://shop.test/:
    policy/ladder: {}
    slow/body-stall: {status: 200, outcome: truncated, attempts: {"true": 1}, page: upstream}
  'GET http://shop.test/: # no':
    crash/cut-header: {outcome: closed, time: none of the settings}
  POST http://shop.test/:
    slow/never: {status: 504, attempts: {'a:80': 1, 'b:80': 2}, time: proxy_read_timeout x 3 tries = 3s, decided: proxy_read_timeout, page: gateway, cache: 'no-store, "x": y', breaks: [leaks-nothing, repeats-no-post]}
`
	if _, written, _ := strings.Cut(string(text), "file anew.\n"); written != want {
		t.Fatalf("it wrote\n%s", cmp.Diff(want, written))
	}
	got, err := Read(s.Path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s, got, cmpopts.IgnoreFields(harness.Record{}, "At"), cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	if at := got.Find("slow/never@POST http://shop.test/").At; at == nil || at.File != s.Path || at.Line != 14 || !strings.HasPrefix(at.Says, "slow/never:") {
		t.Errorf("a line is at %+v", at)
	}
	if left, err := os.ReadDir(filepath.Dir(s.Path)); err != nil || len(left) != 1 {
		t.Errorf("it leaves %v, %v", left, err)
	}
}

func TestNothingIsRecordedOfWhatIsInDoubt(t *testing.T) {
	doubt := cells()
	doubt[2].Verdict, doubt[2].Reason = harness.Inconclusive, "the fault was not proven delivered"
	if _, err := Of(doubt); err == nil || !strings.Contains(err.Error(), "slow/body-stall@GET http://shop.test/ is in doubt") {
		t.Errorf("it says %v", err)
	}
}

// A cell is held to its line, whatever differs, and is told so in words.
func TestACellIsHeldToItsLine(t *testing.T) {
	for said, alter := range map[string]func(*harness.Cell){
		"":                         func(*harness.Cell) {},
		"504 became 502":           func(c *harness.Cell) { c.Status = 502 },
		"504 became 504 truncated": func(c *harness.Cell) { c.Outcome = harness.Truncated },
		"504 became closed":        func(c *harness.Cell) { c.Status, c.Outcome = 0, harness.Closed },
		"attempts a:80 x 1, b:80 x 2 became b:80 x 1":           func(c *harness.Cell) { c.Tried = c.Tried[:1] },
		"time proxy_read_timeout x 3 tries = 3s became at once": func(c *harness.Cell) { c.Time = "at once" },
		"decided by proxy_read_timeout became proxy_pass":       func(c *harness.Cell) { c.Decided = "proxy_pass http://app (nginx.conf:9)" },
		"page gateway became upstream":                          func(c *harness.Cell) { c.Page = harness.UpstreamPage },
		`Cache-Control no-store, "x": y became nothing`:         func(c *harness.Cell) { c.CacheControl = "" },
		"breaks uses-spare; no longer breaks repeats-no-post": func(c *harness.Cell) {
			c.Findings = []harness.Finding{{Rule: "uses-spare"}, {Rule: "leaks-nothing"}}
		},
	} {
		c := cells()[0]
		line := Line{c.Route, c.ID, c.Record()}
		line.At = &harness.Position{File: Name, Line: 7}
		alter(&c)
		if f := line.Hold(c, Name, "update it"); f.Saw != said || f.Held != (said == "") || f.Strength != harness.Must || f.Cite != Name+":7" {
			t.Errorf("%+v, want %q", f, said)
		}
	}
	var none *Line
	if f := none.Hold(cells()[0], Name, "update it"); f.Held || f.Saw != "it is in no line of "+Name {
		t.Errorf("%+v", f)
	}
}

func TestWhatIsWrongWithASnapshot(t *testing.T) {
	const head = "snapshot: 1\nconfiguration: nginx.conf\ngateway: nginx 1.26.3\n"
	for text, want := range map[string]string{
		"":                                   "is empty",
		"# nothing\n":                        "is empty",
		"hello":                              ":1:1: instead of a snapshot there is",
		"gateway: nginx":                     ":1:1: this is no snapshot",
		"snapshot: 2\nwhat: ever\n":          ":1:11: this is format 2, and this badgateway knows 1",
		"snapshot: x":                        `:1:11: no format of a snapshot is called "x"`,
		"snapshot: 1\ncells: {}":             ":1:1: there is no configuration (and 1 more)",
		head + "cells:\n  GET /: [1]":        ":5:10: instead of faults with what clients get there is",
		head + "cells: {a: {b: {state: 1}}}": `:4:17: there is no key "state" here`,
		head + "cells:\n  a:\n    b: {status: 20}":               ":6:17: 20 is no status",
		head + "cells:\n  a:\n    b: {status: 200}\n    b: {}":   `:7:5: "b" is said already in line 6`,
		head + "cells:\n  a:\n    b: {attempts: {c: 0}}":         ":6:23: 0 is no number of times",
		head + "cells:\n  a:\n    b: {breaks: leaks-nothing}":    ":6:17: instead of a list of rules there is",
		head + "cells:\n  a:\n    b: {status: 200, breaks: [3]}": ":6:31: instead of a text there is",
		head + "cells: {\n": ":4: this is no YAML",
	} {
		path := filepath.Join(t.TempDir(), Name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := Read(path)
		if err == nil || harness.BlameOf(err) != harness.Usage || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("of %q it says %v; want %q", text, err, want)
		}
	}
	if _, err := Read(filepath.Join(t.TempDir(), Name)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of none it says %v", err)
	}
}

func TestAFolderIsNoPlaceForASnapshot(t *testing.T) {
	s := snapshotOf(t, cells())
	if err := os.Mkdir(s.Path, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := s.Write(); err == nil || harness.BlameOf(err) != harness.Usage {
		t.Errorf("it says %v", err)
	}
	if _, err := Read(s.Path); err == nil || !strings.Contains(err.Error(), "it is a folder") {
		t.Errorf("it says %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("snapshot: 1\nconfiguration: a\ngateway: b\ncells: {GET /: {slow/never: {status: 504, attempts: {a: 1}, breaks: [x]}}}")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := parse(Name, []byte(text))
		if err != nil {
			return
		}
		again, err := s.text()
		if err != nil {
			t.Fatal(err)
		}
		got, err := parse(Name, again)
		if err != nil {
			t.Fatalf("%v in\n%s", err, again)
		}
		if diff := cmp.Diff(s, got, cmpopts.IgnoreFields(harness.Record{}, "At"), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s\nin\n%s", diff, again)
		}
	})
}
