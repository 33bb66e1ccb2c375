package compare

import (
	"slices"

	"github.com/badgateway/badgateway/harness"
)

// Recorded is what changes for clients from what was recorded of a cell to what it is.
func Recorded(c harness.Cell) Change {
	was, r := c, c.Recorded
	was.Status, was.Outcome, was.Attempts, was.Time, was.CacheControl = r.Status, r.Outcome, r.Attempts(), r.Time, r.Cache
	was.Findings = slices.Clone(c.Findings)
	for i, f := range was.Findings {
		if f.Rule != "" {
			was.Findings[i].Held = !slices.Contains(r.Breaks, f.Rule)
		}
	}
	return changeOf(Pair{was, c})
}

// WorstFirst orders cells by what became worse since they were recorded. Those that were not, or
// are no longer there, come last.
func WorstFirst(a, b harness.Cell) int {
	told := func(c harness.Cell) bool { return c.Recorded != nil && (c.Outcome != "" || len(c.Findings) > 0) }
	switch {
	case told(a) && told(b):
		return worstFirst(Recorded(a), Recorded(b))
	case told(a):
		return -1
	case told(b):
		return 1
	}
	return 0
}
