package compare

import (
	"strconv"
	"strings"

	"github.com/badgateway/badgateway/harness"
)

// promise is how a check came out. A declared deviation is a promise that is not kept, and
// is known not to be.
type promise struct {
	key      string // tells it from the others of the cell
	check    string
	strength harness.Strength
	kept     bool
	saw      string
}

// promisesOf are those that were judged; of one in doubt nothing is known.
func promisesOf(c harness.Cell) (found []promise) {
	for _, f := range c.Findings {
		p := promise{check: f.Check, strength: f.Strength, kept: f.Held, saw: f.Saw}
		if title, reason, ok := replaced(f.Declared); ok {
			p.check, p.kept, p.saw = title, false, "it "+f.Check+", "+reason
		}
		if p.key = f.Rule + "\x00" + p.check; !f.Doubt {
			found = append(found, p)
		}
	}
	return found
}

// replaced is the promise in the place of which a declared deviation stands, and its reason:
// `not "answers 504": because so`.
func replaced(declared string) (title, reason string, ok bool) {
	rest, ok := strings.CutPrefix(declared, "not ")
	quoted, err := strconv.QuotedPrefix(rest)
	if !ok || err != nil {
		return "", "", false
	}
	title, err = strconv.Unquote(quoted)
	return title, strings.TrimPrefix(rest[len(quoted):], ": "), err == nil
}

// promises are the points of the checks that both cells have, and that only one keeps. A
// note promises nothing, so it makes nothing better or worse.
func promises(p Pair) (points []Point) {
	after := map[string]promise{}
	for _, f := range promisesOf(p.To) {
		after[f.key] = f
	}
	for _, was := range promisesOf(p.From) {
		is, ok := after[was.key]
		if !ok || is.kept == was.kept {
			continue
		}
		point := Point{Aspect: Promise, Check: is.check, Strength: min(was.strength, is.strength), Kept: is.kept, Saw: was.saw + is.saw} // one of them saw nothing
		switch {
		case point.Strength == harness.Note:
		case is.kept:
			point.Direction = Better
		default:
			point.Direction = Worse
		}
		points = append(points, point)
	}
	return points
}
