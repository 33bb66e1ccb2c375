package nginx

import (
	"testing"

	"github.com/badgateway/badgateway/harness"
)

// What old versions did is not declared for others.
func TestDeviationsAreOfTheirVersions(t *testing.T) {
	for version, want := range map[string]int{"1.22.1": 2, "1.23.0": 0, "1.26.3": 0, "": 0, harness.AnyVersion: 2} {
		found, all := 0, deviations(version)
		for _, d := range all {
			if d.Scenario == "malformed/two-lengths" {
				found++
			}
		}
		if found != want || len(all) == found {
			t.Errorf("version %q: %d of %d are of two lengths, want %d", version, found, len(all), want)
		}
	}
}
