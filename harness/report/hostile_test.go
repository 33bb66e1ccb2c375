package report_test

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/report"
)

var renderers = map[string]report.Renderer{
	"text": report.Text(report.Style{Verbose: true}), "folded": report.Text(report.Style{Verbose: true, Width: 80}),
	"json": report.JSON, "junit": report.JUnit, "github": report.GitHub("/repo", "/repo"),
	"summary": report.Summary,
}

// fill writes s into every string that v can hold, so that a field that is added to a
// cell one day is tried too: lists that are empty get an element, pointers a value, but for a
// third of its type inside of one another.
func fill(v reflect.Value, s string, inside ...reflect.Type) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type() != reflect.TypeFor[time.Time]() {
				fill(v.Field(i), s, append(inside, v.Type())...)
			}
		}
	case reflect.Pointer:
		if first := slices.Index(inside, v.Type().Elem()); first >= 0 && slices.Contains(inside[first+1:], v.Type().Elem()) {
			return
		}
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		fill(v.Elem(), s, inside...)
	case reflect.Slice:
		if v.Len() == 0 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		}
		for i := range v.Len() {
			fill(v.Index(i), s, inside...)
		}
	}
}

// hostileCheck has every verdict, with hostile text wherever text can be.
func hostileCheck(s string) report.Run {
	r := oneOfEach()
	for i := range r.Summary.Cells {
		c := &r.Summary.Cells[i]
		c.At = &harness.Position{Line: 3, Column: 1}
		c.Findings = []harness.Finding{{Held: true, Declared: "x"}, {Saw: "x"}, {Strength: harness.Should, At: &harness.Position{Line: 4}}}
	}
	r.Trouble, r.Summary.Spent.Longest = "x", dropped()
	fill(reflect.ValueOf(&r).Elem(), s)
	return r
}

// hostileRun is the same without a configuration of which it would be a check.
func hostileRun(s string) report.Run {
	r := hostileCheck(s)
	r.Check, r.Coverage = nil, report.Coverage{}
	for i := range r.Summary.Cells {
		r.Summary.Cells[i].Route = ""
	}
	return r
}

func checkTame(t *testing.T, name, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		for _, r := range strings.TrimSuffix(line, "\n") {
			if !strconv.IsPrint(r) {
				t.Fatalf("%s: %U reaches the reader in %q", name, r, line)
			}
		}
	}
}

// every control byte there is, an escape sequence, a bad byte, bidi controls.
func everyControl() string {
	var b strings.Builder
	for r := rune(0); r < 0xa0; r++ {
		b.WriteRune(r)
	}
	return b.String() + "\x1b[2J\x1b]0;title\a\xff\u202a\u202e\u2066\u2069\u2028]]><!-- & \" '"
}

func hostileOutputs(t *testing.T, s string) {
	for name, render := range renderers {
		for _, run := range []report.Run{hostileRun(s), hostileCheck(s)} {
			text := rendered(t, render, run)
			checkTame(t, name, text)
			switch name {
			case "json":
				if !json.Valid([]byte(text)) {
					t.Error("the report is not JSON")
				}
			case "junit":
				wellFormed(t, text)
			case "text", "folded":
				if got := runnerReads(text); len(got) != 0 {
					t.Errorf("%s: a step's log obeys %+v", name, got)
				}
			}
		}
	}
}

// wellFormed reads to the end: the decoder refuses what XML 1.0 does.
func wellFormed(t *testing.T, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("the report is not XML: %v", err)
		}
	}
}

func TestHostileTextIsSpelled(t *testing.T) {
	hostileOutputs(t, everyControl())
	says(t, rendered(t, report.JUnit, hostileRun("\x1b[31m")), `\x1b[31m`)
	says(t, rendered(t, report.Text(report.Style{}), hostileRun("\u202e")), `\u202e`)
}

// A line of a log must not pass for a line of ours.
func TestALineEndMakesNoLine(t *testing.T) {
	for _, name := range []string{"text", "junit", "github", "summary"} {
		for _, of := range []func(string) report.Run{hostileRun, hostileCheck} {
			lines := func(s string) int { return strings.Count(rendered(t, renderers[name], of(s)), "\n") }
			if a, b := lines("one"), lines("o\nn\r\ne"); a != b {
				t.Errorf("%s: line ends in texts make %d lines of %d", name, b, a)
			}
		}
	}
}

func TestRenderersLeaveTheRunAlone(t *testing.T) {
	r, want := hostileCheck("\x1b"), hostileCheck("\x1b")
	for name, render := range renderers {
		if rendered(t, render, r); !reflect.DeepEqual(r, want) {
			t.Fatalf("%s altered the run", name)
		}
	}
}

func FuzzHostile(f *testing.F) {
	f.Add(everyControl())
	f.Fuzz(func(t *testing.T, s string) { hostileOutputs(t, s) })
}
