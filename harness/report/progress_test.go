package report_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/report"
)

func TestProgressIsALineACell(t *testing.T) {
	var b strings.Builder
	p := report.NewLines(&b, report.Style{}, 2)
	p.Say("building the agent\x1b[2J\n")
	p.Cell(with(dropped(), func(c *harness.Cell) { c.Verdict = harness.Inconclusive }))
	p.Cell(failed())
	p.Cell(with(dropped(), func(c *harness.Cell) { c.Take = 2 }))
	p.Tick()
	p.Clear()
	want := `building the agent\x1b[2J\n` + `
[1/2] inconclusive  firewall/dropped  504 after 1.003 s
[2/2] fail  slow/never  502 after 1.003 s: it should be a 504
[2/2] pass  firewall/dropped  504 after 1.003 s (played again)
`
	if b.String() != want {
		t.Errorf("it says\n%s\nwant\n%s", b.String(), want)
	}
}

// screen is as much of a terminal as progress needs.
type screen struct {
	t     *testing.T
	width int
	lines []string
	row   int
}

func (s *screen) Write(p []byte) (int, error) {
	text := string(p)
	for text != "" {
		switch {
		case strings.HasPrefix(text, "\x1b[2F"):
			s.row, text = max(s.row-2, 0), text[4:]
		case strings.HasPrefix(text, "\x1b[J"):
			s.lines, text = s.lines[:s.row], text[3:]
		case text[0] == '\x1b':
			s.t.Fatalf("an escape sequence that is not ours: %q", text)
		default:
			var line string
			line, text, _ = strings.Cut(text, "\n")
			if len(line) >= s.width {
				s.t.Errorf("the line %q would wrap", line)
			}
			s.lines = append(s.lines[:s.row], line)
			s.row++
		}
	}
	return len(p), nil
}

func TestProgressIsRedrawnInPlace(t *testing.T) {
	s := &screen{t: t, width: 60}
	s.Write([]byte("$ badgateway run\n"))
	now := started
	p := report.NewRegion(s, report.Style{Width: s.width}, 30, func() time.Time { return now })
	p.Say("pulling \x1b[2J" + strings.Repeat("x", 100))
	p.Cell(failed())
	now = now.Add(1500 * time.Millisecond)
	p.Tick()
	p.Cell(dropped())
	want := []string{"$ badgateway run", "2 of 30 cells, 1.5 s: 1 fail, 1 pass", "  pass  firewall/dropped  504 after 1.003 s"}
	if fmt.Sprint(s.lines) != fmt.Sprint(want) {
		t.Errorf("the screen shows %q, want %q", s.lines, want)
	}
	p.Clear()
	p.Clear()
	if len(s.lines) != 1 || s.row != 1 {
		t.Errorf("after it, the screen shows %q", s.lines)
	}
}
