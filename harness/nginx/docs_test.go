package nginx

import (
	"fmt"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/suites/made"
)

// docs/symptoms.md is the table.
func TestTheDocumentedSymptomsAreTheTable(t *testing.T) {
	if err := made.File("../../docs/symptoms.md", markdown()); err != nil {
		t.Error(err)
	}
}

func markdown() string {
	var b strings.Builder
	b.WriteString(`# What NGINX's logs say

Made of the table (harness/nginx/symptoms*.go and statuses.go); ` + "`BADGATEWAY_UPDATE=1 go test ./harness/nginx`" + ` writes it, and
fails where it is stale. ` + "`badgateway explain --log`" + ` tells how candidates are told from each other.

`)
	section := func(title string, rows []harness.Symptom) {
		fmt.Fprintf(&b, "## %s\n\n| it says | phase | RFC 9209 | it means | it may be |\n|---|---|---|---|---|\n", title)
		for _, s := range rows {
			var ids []string
			for _, c := range s.Candidates {
				ids = append(ids, "`"+c.Scenario+"`")
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", s.Says, s.Phase, s.ErrorType, strings.ReplaceAll(s.Means, "|", `\|`), strings.Join(ids, ", "))
		}
	}
	section("The error log", known()[:len(symptoms)])
	b.WriteString("\n")
	section("An access log", known()[len(symptoms):])
	return b.String()
}
