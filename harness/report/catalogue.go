package report

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/badgateway/badgateway/harness"
)

// Catalogue is scenarios as people read them, held to what versions of one gateway are known
// to do.
type Catalogue struct {
	Scenarios []harness.Scenario
	Gateway   harness.Gateway
	Called    string   // the gateway, in a sentence: "NGINX"
	Versions  []string // the oldest first
	// Log is what to look for in the gateway's log of a scenario, in its own words; nil knows
	// nothing.
	Log func(id string) []string
}

// Markdown is the whole of it.
func (c Catalogue) Markdown() (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "# The catalogue\n\nMade of the scenarios themselves; `BADGATEWAY_UPDATE=1 go test ./scenarios` writes it, and fails where it is stale.\n\n%s", c.Matrix())
	for _, family := range c.families() {
		fmt.Fprintf(&b, "\n## %s\n\n%s", family, c.table(family))
		for _, s := range c.of(family) {
			text, err := c.scenario(s)
			if err != nil {
				return "", fmt.Errorf("%s: %w", s.ID, err)
			}
			b.WriteString(text)
		}
	}
	return b.String(), nil
}

// Matrix is a row for each family: how many of its scenarios end in what, for the oldest version.
func (c Catalogue) Matrix() string {
	columns := []string{"200", "502", "504", "other status", "cut 200", "no status"}
	var b strings.Builder
	fmt.Fprintf(&b, "| family | scenarios | %s |\n|---|--:|%s\n", strings.Join(columns, " | "), strings.Repeat("--:|", len(columns)))
	total := map[string]int{}
	row := func(name string, n int, counts map[string]int) {
		fmt.Fprintf(&b, "| %s | %d |", name, n)
		for _, column := range columns {
			fmt.Fprintf(&b, " %s |", blank(counts[column]))
		}
		b.WriteString("\n")
	}
	for _, family := range c.families() {
		counts := map[string]int{}
		for _, s := range c.of(family) {
			column := columnOf(c.ends(s, c.Versions[0]))
			counts[column]++
			total[column]++
		}
		row("`"+family+"`", len(c.of(family)), counts)
	}
	row("all", len(c.Scenarios), total)
	return b.String()
}

// Kernel is a row for each scenario that no virtual clock can play, or not always, and why.
func (c Catalogue) Kernel() string {
	var b strings.Builder
	b.WriteString("| scenario | decided by |\n|---|---|\n")
	for _, s := range c.Scenarios {
		if k := s.Kernel(); k.By != "" {
			fmt.Fprintf(&b, "| `%s` | %s |\n", s.ID, k)
		}
	}
	return b.String()
}

func blank(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// columnOf sorts an end into the matrix.
func columnOf(end string) string {
	switch status, _, more := strings.Cut(end, ","); {
	case !more && (status == "200" || status == "502" || status == "504"):
		return status
	case more && status == "200":
		return "cut 200"
	case status != "" && status[0] >= '1' && status[0] <= '9':
		return "other status"
	}
	return "no status"
}

func (c Catalogue) families() (found []string) {
	for _, s := range c.Scenarios {
		if f := string(s.Cause()); !slices.Contains(found, f) {
			found = append(found, f)
		}
	}
	return found
}

func (c Catalogue) of(family string) (found []harness.Scenario) {
	for _, s := range c.Scenarios {
		if string(s.Cause()) == family {
			found = append(found, s)
		}
	}
	return found
}

// table is a family at a glance.
func (c Catalogue) table(family string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "| scenario | everyone says | %s %s |\n|---|---|%s\n", c.Called, strings.Join(c.Versions, " | "), strings.Repeat("---|", len(c.Versions)))
	for _, s := range c.of(family) {
		fmt.Fprintf(&b, "| [`%s`](#%s) | %s |", s.ID, anchor(s.ID), cmp.Or(s.Folklore, "-"))
		for _, v := range c.Versions {
			fmt.Fprintf(&b, " %s |", c.ends(s, v))
		}
		b.WriteString("\n")
	}
	return b.String()
}

// anchor is how Markdown's readers call a heading.
func anchor(heading string) string { return strings.ReplaceAll(heading, "/", "") }

// titles are what the first check of a scenario says, and how that is said in a word or two.
var titles = []struct {
	says *regexp.Regexp
	as   string
}{
	{regexp.MustCompile(`^answers (\d{3}).*`), "$1"},
	{regexp.MustCompile(`^gives (\d{3}) [^,]*, ([a-z-]+)$`), "$1, $2"},
	{regexp.MustCompile(`^gives no status: ([a-z-]+)$`), "$1"},
	{regexp.MustCompile(`^refuses to start$`), "does not start"},
}

// ends is how the exchange ends with that version.
func (c Catalogue) ends(s harness.Scenario, version string) string {
	title := harness.Promised(c.Gateway, version, s)[0].Title
	for _, t := range titles {
		if t.says.MatchString(title) {
			return t.says.ReplaceAllString(title, t.as)
		}
	}
	return title
}

func (c Catalogue) scenario(s harness.Scenario) (string, error) {
	decides, err := harness.Decides(c.Gateway, s)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n### %s\n\n**%s**, while %s (phase: %s).\n\n%s\n\n", s.ID, capital(s.Title), s.Fault.Title, s.Fault.Phase, s.Why)
	for _, check := range s.Expect {
		if check.Strength != harness.Note {
			fmt.Fprintf(&b, "- %s: the gateway %s\n", check.Strength, check.Title)
		}
	}
	if decides.Directive != "" {
		fmt.Fprintf(&b, "- decided by `%s`\n", decides.Says())
	}
	if c.Log != nil {
		for _, said := range c.Log(s.ID) {
			fmt.Fprintf(&b, "- in the log: `%s`\n", said)
		}
	}
	c.deviations(&b, s)
	for i, step := range s.Repair {
		fmt.Fprintf(&b, "%s%d. %s\n", map[bool]string{true: "\n"}[i == 0], i+1, step)
	}
	return b.String(), nil
}

// deviations are what is known of the gateway, with the versions that it is known of.
func (c Catalogue) deviations(b *strings.Builder, s harness.Scenario) {
	for _, d := range c.Gateway.Deviations(harness.AnyVersion) {
		if d.Scenario != s.ID {
			continue
		}
		of := strings.TrimSpace(c.Called + " " + d.Versions())
		fmt.Fprintf(b, "- %s: not that it %s, it %s: %s\n", of, d.Check, d.Instead.Title, d.Reason)
	}
}

// capital begins as a sentence does.
func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
