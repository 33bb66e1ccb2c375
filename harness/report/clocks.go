package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/badgateway/badgateway/harness"
)

// clocks says by which clock cells were played, in lines, where a virtual one was wanted.
func clocks(all []harness.Cell) (lines []string) {
	var virtual, confirmed int
	var differ []string
	reasons := map[string][]string{} // why not, and which
	var inOrder []string
	for _, c := range all {
		if c.Clock == harness.VirtualClock {
			virtual++
		}
		if c.Real != nil {
			confirmed++
		}
		if c.Real != nil && c.Verdict == harness.Inconclusive {
			differ = append(differ, c.Key())
		}
		if why := c.ClockReason; why != "" {
			if !slices.Contains(inOrder, why) {
				inOrder = append(inOrder, why)
			}
			reasons[why] = append(reasons[why], c.Key())
		}
	}
	if virtual > 0 {
		line := fmt.Sprintf("clock: virtual for %s", cells(virtual))
		if confirmed > 0 {
			line += fmt.Sprintf(", %d of them confirmed by the machine's clock", confirmed-len(differ))
		}
		lines = append(lines, line)
	}
	if len(differ) > 0 {
		lines = append(lines, "clock: otherwise by the machine's clock: "+strings.Join(differ, ", "))
	}
	for _, why := range inOrder {
		lines = append(lines, fmt.Sprintf("clock: the machine's for %s (%s): %s", cells(len(reasons[why])), some(reasons[why]), why))
	}
	return lines
}

// some are the first few.
func some(ids []string) string {
	const few = 4
	if len(ids) > few {
		return strings.Join(ids[:few], ", ") + ", ..."
	}
	return strings.Join(ids, ", ")
}
