package compare

import (
	"cmp"
	"slices"

	"github.com/badgateway/badgateway/harness"
)

// Direction is which way something goes for clients.
type Direction int

// The directions.
const (
	Better    Direction = -1
	Otherwise Direction = 0 // neither: 502 became 504
	Worse     Direction = 1
)

func (d Direction) String() string { return [...]string{"better", "otherwise", "worse"}[d+1] }

// MarshalText writes the word.
func (d Direction) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// Aspect is what of a cell is compared.
type Aspect string

// The aspects, in the order in which they are told.
const (
	Result   Aspect = "result"   // the outcome and the status
	Attempts Aspect = "attempts" // at upstreams
	Time     Aspect = "time"     // that the client waited
	Field    Aspect = "field"    // of the answer's header, while the result is the same
	Recovery Aspect = "recovery" // how long service was away after the fault was gone
	Promise  Aspect = "promise"  // a check that held and does not, or the other way round
)

// Point is one difference between two takes of a cell.
type Point struct {
	Aspect    Aspect    `json:"aspect"`
	Direction Direction `json:"direction"`
	// Check is the promise, Kept whether it is kept after the change, and Saw what was seen
	// instead when it was not. They are of no other aspect.
	Check    string           `json:"check,omitempty"`
	Strength harness.Strength `json:"-"`
	Kept     bool             `json:"kept,omitempty"`
	Saw      string           `json:"saw,omitempty"`
	// Field is the name of a field, From and To are what it said, "" where it was not there.
	Field string `json:"field,omitempty"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
}

// Change is a cell that clients feel a difference in.
type Change struct {
	Pair
	Points []Point // at least one
}

func changeOf(p Pair) Change {
	c := Change{Pair: p}
	add := func(a Aspect, d int) { c.Points = append(c.Points, Point{Aspect: a, Direction: Direction(d)}) }
	if p.From.Outcome != "" && p.To.Outcome != "" { // what was only read has neither
		if p.From.Outcome != p.To.Outcome || p.From.Status != p.To.Status {
			add(Result, cmp.Compare(harmOf(p.To), harmOf(p.From)))
		}
		if p.From.Attempts != p.To.Attempts {
			add(Attempts, cmp.Compare(p.To.Attempts, p.From.Attempts))
		}
	}
	if d := slower(p.From, p.To); d != 0 {
		add(Time, d)
	}
	if d := recoversLater(p.From, p.To); d != 0 {
		add(Recovery, d)
	}
	if !c.Has(Result) {
		c.Points = append(c.Points, fields(p)...)
	}
	c.Points = append(c.Points, promises(p)...)
	return c
}

// Direction is which way the cell goes as a whole, by the weightiest thing that goes one
// way: whether it keeps what it must, what the client got, how often the upstream was asked, whether
// it keeps what it should, what the answer told besides, and how long all that took.
func (c Change) Direction() Direction {
	for _, d := range []int{
		c.sum(Promise, harness.Must), c.sum(Result, 0), c.sum(Attempts, 0), c.sum(Promise, harness.Should), c.sum(Field, 0),
		c.sum(Recovery, 0), c.sum(Time, 0),
	} {
		if d != 0 {
			return Direction(cmp.Compare(d, 0))
		}
	}
	return Otherwise
}

// sum is how many points of an aspect go for the worse, less those that go for the better.
func (c Change) sum(a Aspect, s harness.Strength) (n int) {
	for _, p := range c.Points {
		if p.Aspect == a && p.Strength == s {
			n += int(p.Direction)
		}
	}
	return n
}

// Has says whether the cell changes in that aspect.
func (c Change) Has(a Aspect) bool {
	for _, p := range c.Points {
		if p.Aspect == a {
			return true
		}
	}
	return false
}

// worstFirst orders changes: what got worse, then what is otherwise, then what got better,
// the most of that last.
func worstFirst(a, b Change) int { return slices.Compare(b.weights(), a.weights()) }

// weights are how much worse a cell got, the weightiest first: how far its result fell, a page
// that is lost before an error that is a worse one now; requests that may be carried out
// more than once; further attempts; promises that are broken; time.
func (c Change) weights() []int {
	from, to := int(harmOf(c.From)), int(harmOf(c.To))
	fell := to - from
	if !c.Has(Result) {
		fell, to = 0, 0
	}
	if fell > 0 {
		to = -to
	}
	more := c.To.Attempts - c.From.Attempts
	again := 0
	if Repeats(c.To) {
		again = more
	}
	return []int{
		int(c.Direction()), fell, to, again, more, c.sum(Promise, harness.Must), c.sum(Promise, harness.Should),
		c.sum(Field, 0), c.sum(Recovery, 0), c.sum(Time, 0) * int((seconds(c.To.Seconds) - seconds(c.From.Seconds)).Abs().Milliseconds()),
	}
}
