package settings

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/document"
)

func (r *reader) level(into *Level) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.Kind != yaml.ScalarNode || document.IsNothing(n) {
			r.Wants(n, "fail, warn or off")
			return
		}
		if err := into.UnmarshalText([]byte(n.Value)); err != nil {
			r.Wrong(n, document.Meant(n.Value, levelNames, "the levels are fail, warn and off"), "there is no level %.40q", n.Value)
		}
	}
}

// faults reads IDs and globs, each of which has to be of some fault. Canonical is a
// selection's, and no pattern.
func (r *reader) faults(into *[]string, selects bool) func(*yaml.Node) {
	return r.Words(into, "a fault's ID or a pattern", func(n *yaml.Node) {
		if n.Value != All && !(selects && n.Value == Canonical) {
			r.fault(n)
		}
	})
}

func (r *reader) fault(n *yaml.Node) {
	is := func(id string) bool { return matches(n.Value, id) }
	if r.known.Faults == nil || slices.ContainsFunc(r.known.Faults, is) {
		return
	}
	hint := document.Meant(n.Value, r.known.Faults, "`badgateway list` shows them")
	if cause := n.Value + "/"; slices.ContainsFunc(r.known.Faults, func(id string) bool { return strings.HasPrefix(id, cause) }) {
		hint = "did you mean '" + cause + "*'?"
	}
	r.Wrong(n, hint, "there is no fault %.60q", n.Value)
}

var outcomes = []string{
	string(harness.Answered), string(harness.Truncated), string(harness.SilentlyTruncated), string(harness.Repaired), string(harness.Closed),
	string(harness.RawBytes), string(harness.Left), string(harness.Hang), string(harness.DidNotStart),
}

func (r *reader) outcomes(into *[]harness.Outcome) func(*yaml.Node) {
	return func(n *yaml.Node) {
		for _, item := range r.Several(n, "an outcome") {
			switch {
			case !document.IsText(item):
				r.Wants(item, "an outcome: "+strings.Join(outcomes, ", "))
			case !slices.Contains(outcomes, item.Value):
				r.Wrong(item, document.Meant(item.Value, outcomes, "the outcomes are "+strings.Join(outcomes, ", ")), "there is no outcome %.40q", item.Value)
			default:
				*into = append(*into, harness.Outcome(item.Value))
			}
		}
	}
}

func (r *reader) statuses(into *[]int) func(*yaml.Node) {
	return func(n *yaml.Node) {
		for _, item := range r.Several(n, "a status") {
			if status, ok := r.Number(item, "a status such as 504", 100, 599); ok {
				*into = append(*into, status)
			}
		}
	}
}

// mostAttempts is more than any gateway has servers to try.
const mostAttempts = 1000

func (r *reader) attempts(into **int) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if got, ok := r.Number(n, "a number of attempts", 0, mostAttempts); ok {
			*into = &got
		}
	}
}
