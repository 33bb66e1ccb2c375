package scenarios_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/scenarios"
	"github.com/badgateway/badgateway/suites/made"
)

// Every documented cause is brought about by scenarios that are there, or is not for a reason.
func TestEveryCauseIsBroughtAbout(t *testing.T) {
	for _, c := range scenarios.Causes() {
		if (len(c.By) == 0) == (c.Without == "") {
			t.Errorf("%s: it is brought about by %d scenarios, and the reason for none is %q", c.Cause, len(c.By), c.Without)
		}
		for _, id := range c.By {
			if !slices.ContainsFunc(scenarios.All(), func(s harness.Scenario) bool { return s.ID == id }) {
				t.Errorf("%s: there is no scenario %s", c.Cause, id)
			}
		}
	}
}

func TestTheCausesAreDocumented(t *testing.T) {
	var b strings.Builder
	b.WriteString("# The causes\n\nHow vendors and standards name what goes wrong between a gateway and its upstream, and what brings it about here.\n" +
		"Made of `scenarios.Causes`.\n\n| | cause | scenarios |\n|--:|---|---|\n")
	for i, c := range scenarios.Causes() {
		by := c.Without
		for j, id := range c.By {
			if j > 0 {
				by += ", "
			}
			by += fmt.Sprintf("[`%s`](catalogue.md#%s)", id, strings.ReplaceAll(id, "/", ""))
		}
		fmt.Fprintf(&b, "| %d | %s | %s |\n", i+1, c.Cause, by)
	}
	if err := made.File("../docs/causes.md", b.String()); err != nil {
		t.Error(err)
	}
}
