package check

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// The rules in docs/check.md are those that there are.
func TestTheDocumentedRulesAreTheRules(t *testing.T) {
	text, err := os.ReadFile("../../docs/check.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows strings.Builder
	for _, r := range Rules() {
		fmt.Fprintf(&rows, "| `%s` | %s | %s |\n", r.Name, r.Title, r.Cite)
	}
	if !strings.Contains(string(text), rows.String()) {
		t.Errorf("docs/check.md does not have exactly these rows:\n%s", rows.String())
	}
	if n := strings.Count(string(text), "\n| `"); n != len(Rules()) {
		t.Errorf("docs/check.md has %d rows of rules, there are %d", n, len(Rules()))
	}
}
