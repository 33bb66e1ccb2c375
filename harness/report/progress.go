package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/visible"
)

// Progress tells while a run goes on how far it is. On a terminal it redraws two lines
// in place, elsewhere it writes a line for each message and each cell. Its methods may
// be called side by side; that a line could not be written is no trouble of the run.
type Progress struct {
	w     io.Writer
	style Style
	total int
	// redraw is what a terminal can do; now is what time it is.
	redraw bool
	now    func() time.Time

	mu    sync.Mutex
	began time.Time
	done  map[string]harness.Cell
	last  string
	drawn bool // the two lines stand
}

// NewLines is a Progress of lines, for a run of so many cells.
func NewLines(w io.Writer, style Style, total int) *Progress {
	return &Progress{w: w, style: style, total: total, done: map[string]harness.Cell{}}
}

// NewRegion is a Progress that is redrawn in place. Tick it for the time to go on.
func NewRegion(w io.Writer, style Style, total int, now func() time.Time) *Progress {
	p := NewLines(w, style, total)
	p.redraw, p.now, p.began = true, now, now()
	return p
}

// Say tells what is being done.
func (p *Progress) Say(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = disarmed(visible.Text(what))
	if p.redraw {
		p.draw()
		return
	}
	fmt.Fprintln(p.w, p.last)
}

// Cell tells of a cell that was judged.
func (p *Progress) Cell(c harness.Cell) {
	c = tame(c)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done[c.Key()] = c
	again := ""
	if c.Take > 1 {
		again = " (played again)"
	}
	what := c.ID
	if c.Route != "" {
		what += " on " + c.Route
	}
	told := fmt.Sprintf("  %s  %s%s", what, seen(c), again)
	if c.Reason != "" {
		told += ": " + c.Reason
	}
	told = disarmed(told)
	if p.redraw {
		p.last = c.Verdict.String() + told
		p.draw()
		return
	}
	fmt.Fprintf(p.w, "[%d/%d] %s%s\n", len(p.done), p.total, p.style.paint(c.Verdict, c.Verdict.String()), told)
}

// Expect says how many cells there will be, where that was not known at the beginning.
func (p *Progress) Expect(total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.total = total
}

// Tick lets the shown time go on.
func (p *Progress) Tick() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.redraw {
		p.draw()
	}
}

// Clear takes away what is redrawn, so that something else can be written.
func (p *Progress) Clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.drawn {
		fmt.Fprint(p.w, above)
		p.drawn = false
	}
}

// above goes to the first of the two lines and erases all below (ECMA-48 CPL, ED).
const above = "\x1b[2F\x1b[J"

func (p *Progress) draw() {
	status := fmt.Sprintf("%d of %s, %.1f s", len(p.done), cells(p.total), p.now().Sub(p.began).Seconds())
	if said := tally(slices.Collect(maps.Values(p.done))); said != "" {
		status += ": " + said
	}
	up := ""
	if p.drawn {
		up = above
	}
	fmt.Fprintf(p.w, "%s%s\n%s\n", up, p.cut(status), p.cut("  "+p.last))
	p.drawn = true
}

// cut makes s fit into one line: a line that wraps could not be redrawn.
func (p *Progress) cut(s string) string {
	runes := []rune(strings.TrimRight(s, " "))
	if p.style.Width > 0 && len(runes) >= p.style.Width {
		runes = runes[:p.style.Width-1]
	}
	return string(runes)
}
