package compare

import (
	"strings"
	"time"

	"github.com/badgateway/badgateway/harness"
)

// slower compares how long clients waited: 1 where it was longer in b than in a, -1 where it was
// shorter, 0 where it was the same but for noise.
//
// Where both times are accounted for by a setting, those are compared, and noise plays no
// part. Elsewhere one time has to be half as long again as the other, or longer by half of the
// timeout that decided, which is what it takes to tell one try from two; and never by less than what
// two loaded machines may add, a quarter of a second each.
func slower(a, b harness.Cell) int {
	if !timed(a) || !timed(b) {
		return 0
	}
	one, accounted := accountOf(a.Time)
	other, too := accountOf(b.Time)
	if accounted && too {
		return sign(other - one)
	}
	before, after := seconds(a.Seconds), seconds(b.Seconds)
	margin := min(before, after) / 2
	for _, c := range []harness.Cell{a, b} {
		if timeout := timeoutOf(c.Decided); timeout > 0 {
			margin = min(margin, timeout/2)
		}
	}
	return beyond(after-before, margin)
}

// recoversLater compares how long service was away after the fault was gone, where that was
// waited for.
func recoversLater(a, b harness.Cell) int {
	before, after := seconds(a.Recovery), seconds(b.Recovery)
	if before == 0 || after == 0 {
		return 0
	}
	return beyond(after-before, min(before, after)/2)
}

// beyond is the sign of a difference, 0 where the margin or noise may be all it is.
func beyond(d, margin time.Duration) int {
	const noise = 2 * 250 * time.Millisecond
	if d.Abs() <= max(margin, noise) {
		return 0
	}
	return sign(d)
}

// timed says that the time of a cell is the gateway's: a client who loses his patience, or
// finds no gateway, tells of himself.
func timed(c harness.Cell) bool {
	return c.Outcome != "" && c.Outcome != harness.Hang && c.Outcome != harness.DidNotStart
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// accountOf is what an expression of the policy comes to: 4s of "proxy_read_timeout x 2 tries
// = 4s". ok is false for a time that no setting comes to, and where there is no expression.
func accountOf(expression string) (d time.Duration, ok bool) {
	if expression == "at once" {
		return 0, true
	}
	for word := range strings.FieldsSeq(expression) { // the result is the last
		if n, err := time.ParseDuration(word); err == nil {
			d, ok = n, true
		}
	}
	return d, ok
}

// timeoutOf is the value of a setting that is a time: 2s of "proxy_read_timeout 2s
// (nginx.conf:41)". It is 0 for others.
func timeoutOf(setting string) time.Duration {
	said, _, _ := strings.Cut(setting, " (")
	_, value, _ := strings.Cut(said, " ")
	d, err := time.ParseDuration(value)
	if err != nil {
		return 0
	}
	return d
}

func sign(d time.Duration) int {
	switch {
	case d < 0:
		return -1
	case d > 0:
		return 1
	}
	return 0
}
