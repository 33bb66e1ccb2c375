package settings

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/document"
)

// told is a problem as a terminal shows it, without the name of the file.
func told(t *testing.T, err error) []string {
	t.Helper()
	var p *harness.Problem
	if !errors.As(err, &p) || p.Blame != harness.Usage {
		t.Fatalf("no problem of the user's: %v", err)
	}
	first := p.What
	if p.Hint != "" {
		first += " (" + p.Hint + ")"
	}
	lines := append([]string{first}, p.Detail...)
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], "f:")
	}
	return lines
}

func TestMistakes(t *testing.T) {
	for text, want := range map[string]string{
		// keys
		"version: 1\nrule: {}":         `2:1: there is no key "rule" here (did you mean rules?)`,
		"colour: red":                  `1:1: there is no key "colour" here (the keys here are version, budgets, faults, max_wait, rules, expect, skip, configuration)`,
		"budgets:\n  clent: 3s":        `2:3: there is no key "clent" here (did you mean client?)`,
		"budgets: {client: 3s, cdn: }": `1:23: instead of a duration such as 1m30s there is nothing here`,
		"max_wait: 3s\nmax_wait: 4s":   `2:1: "max_wait" is said already in line 1`,
		"rules:\n  keeps-headers: warn\n  repeats-no-post: warn\n  keeps-headers: fail": `4:3: "keeps-headers" is said already in line 2`,
		"skip:\n- {fault: slow/late, reason: x, until: May}":                            `2:33: there is no key "until" here (the keys here are route, fault, reason)`,
		"configuration: {without-modules: a}":                                           `1:17: there is no key "without-modules" here (did you mean without_modules?)`,
		"? [a]\n: b":                                                                    `1:3: instead of a key there is a list here`,
		"- a":                                                                           `1:1: instead of keys with values: version, budgets, faults, max_wait, rules, expect, skip, configuration there is a list here`,
		// versions
		"version: 2\nnew: x": `1:10: there is no version 2 of this file (this badgateway reads version 1)`,
		"version: '1'":       `1:10: instead of the number 1 there is the text "1" here`,
		"version:":           `1:9: instead of the number 1 there is nothing here`,
		"version: [1]":       `1:10: instead of the number 1 there is a list here`,
		// durations
		"max_wait: 30":                        `1:11: 30 what? (write 30s)`,
		"max_wait: 1.5":                       `1:11: 1.5 what? (write 1.5s)`,
		"max_wait: 0":                         `1:11: 0 what? (write 30s, 500ms or 1m30s)`,
		"max_wait: -5s":                       `1:11: -5s is no time to wait (what makes sense is between 1ms and 24h)`,
		"max_wait: 0s":                        `1:11: 0s is no time to wait (what makes sense is between 1ms and 24h)`,
		"max_wait: 25h":                       `1:11: 25h is no time to wait (what makes sense is between 1ms and 24h)`,
		"max_wait: 3ns":                       `1:11: 3ns is no time to wait (what makes sense is between 1ms and 24h)`,
		"max_wait: 30 s":                      `1:11: "30 s" is no duration (write it as 30s, 500ms or 1m30s)`,
		"max_wait: 99999999999h":              `1:11: "99999999999h" is no duration (write it as 30s, 500ms or 1m30s)`,
		"max_wait: [3s]":                      `1:11: instead of a duration such as 1m30s there is a list here`,
		"expect: [{within: 5m, status: 504}]": `1:19: nobody waits for longer than max_wait, which is 1m30s (raise max_wait)`,
		// faults
		"faults: slow/nevr":                     `1:9: there is no fault "slow/nevr" (did you mean slow/never?)`,
		"faults: [canonical, slow]":             `1:21: there is no fault "slow" (did you mean 'slow/*'?)`,
		"faults: ['dns/*']":                     `1:10: there is no fault "dns/*" (` + "`badgateway list` shows them)",
		"faults: []":                            `1:9: this list is empty: here belongs a fault's ID or a pattern (leave the key out)`,
		"faults: {a: b}":                        `1:9: instead of a fault's ID or a pattern there is keys with values here`,
		"faults: [slow/never, ['a']]":           `1:22: instead of a fault's ID or a pattern there is a list here`,
		"faults:":                               `1:1: instead of a fault's ID or a pattern there is nothing here`,
		"skip: [{fault: canonical, reason: x}]": `1:16: there is no fault "canonical" (` + "`badgateway list` shows them)",
		// rules
		"rules: {repeats-no-posts: fail}":                      `1:9: there is no rule "repeats-no-posts" (did you mean repeats-no-post?)`,
		"rules: {repeats-no-post: error}":                      `1:26: there is no level "error" (the levels are fail, warn and off)`,
		"rules: {repeats-no-post: fial}":                       `1:26: there is no level "fial" (did you mean fail?)`,
		"rules: {repeats-no-post: false}":                      `1:26: there is no level "false" (the levels are fail, warn and off)`,
		"rules: {repeats-no-post: }":                           `1:9: instead of fail, warn or off there is nothing here`,
		"rules: {repeats-no-post: off}":                        `1:26: a rule that is off wants a reason (write {level: off, reason: "..."})`,
		"rules: {repeats-no-post: {level: off}}":               `1:26: a rule that is off wants a reason (write {level: off, reason: "..."})`,
		"rules: {repeats-no-post: {reason: x}}":                `1:26: this rule has no level (write level: fail, warn or off)`,
		"rules: {repeats-no-post: {level: off, reason: '  '}}": `1:47: instead of a text there is the text "  " here`,
		"rules: [repeats-no-post]":                             `1:8: instead of names of rules, each with fail, warn or off there is a list here`,
		"rules: {'*': fail}":                                   `1:9: there is no rule "*" (the rules are repeats-no-post, keeps-headers, answers-in-budget)`,
		// expectations
		"expect: {route: a}":                            `1:9: instead of a list of expectations there is keys with values here`,
		"expect:\n- route: a*\n  reason: x":             `2:3: this expects nothing (write status, outcome, within or attempts)`,
		"expect:\n-":                                    `2:2: this expects nothing (write status, outcome, within or attempts)`,
		"expect: [{status: 99}]":                        `1:19: 99 is no status such as 504 (write 100 to 599)`,
		"expect: [{status: 0504}]":                      `1:19: 0504 is no status such as 504 (write 100 to 599)`,
		"expect: [{status: 0x1F8}]":                     `1:19: 0x1F8 is no status such as 504 (write 100 to 599)`,
		"expect: [{status: '504'}]":                     `1:19: instead of a status such as 504 there is the text "504" here`,
		"expect: [{status: [502, 5xx]}]":                `1:25: instead of a status such as 504 there is the text "5xx" here`,
		"expect: [{status: []}]":                        `1:19: this list is empty: here belongs a status (leave the key out)`,
		"expect: [{outcome: answerd}]":                  `1:20: there is no outcome "answerd" (did you mean answered?)`,
		"expect: [{outcome: 5}]":                        `1:20: instead of an outcome: answered, truncated, silently-truncated, repaired, closed, raw-bytes, left, hang, did-not-start there is the number 5 here`,
		"expect: [{outcome: closed, status: 502}]":      `1:10: this cannot come true: closed has no status (leave one of them out)`,
		"expect: [{attempts: -1}]":                      `1:21: -1 is no number of attempts (write 0 to 1000)`,
		"expect: [{attempts: 1.0}]":                     `1:21: instead of a number of attempts there is the number 1.0 here`,
		"expect: [{attempts: 99999999999999999999}]":    `1:21: instead of a number of attempts there is the number 99999999999999999999 here`,
		"expect: [{route: 2026-01-01, status: 502}]":    `1:18: instead of a text there is the date 2026-01-01 here`,
		"expect: [{route: !!binary YQ==, status: 502}]": `1:18: instead of a text there is "YQ==" with the tag !!binary here`,
		// skips
		"skip:\n- {route: a}":             `2:3: what is skipped wants a reason (write reason: "...")`,
		"skip:\n- {reason: a}":            `2:3: this would skip everything (name a route or a fault)`,
		"skip:\n- {route: a, reason: }":   `2:14: instead of a text there is nothing here`,
		"skip:\n- {route: a, reason: ''}": `2:22: instead of a text there is the text "" here`,
		// configurations
		"configuration: {at: nginx}":            `1:21: "nginx" is no whole path (write it as on the server: /etc/nginx)`,
		"configuration: {path: [a]}":            `1:23: instead of a text there is a list here`,
		"configuration: {set: {A: [b]}}":        `1:26: instead of a value there is a list here`,
		"configuration: {set: [A]}":             `1:22: instead of names of placeholders with their values there is a list here`,
		"configuration: {without_modules: [1]}": `1:35: instead of the name of a module there is the number 1 here`,
		// what is YAML's
		"a: &a {b: *a}":                                   `1:1: there is no key "a" here (the keys here are version, budgets, faults, max_wait, rules, expect, skip, configuration)`,
		"max_wait: &a 3s\nbudgets: {cdn: *a}":             `2:16: instead of a duration such as 1m30s there is the alias *a here (write it out; a pattern that begins with * wants quotes)`,
		"budgets: &a {cdn: 3s}\nconfiguration:\n  <<: *a": `3:3: there is no key "<<" here (nothing is merged into this file: write it out)`,
		"version: 1\n---\nversion: 1":                     `2:1: a second document begins here (leave one of them out)`,
	} {
		_, err := parse("f", []byte(text), known)
		if err == nil {
			t.Errorf("%q is read", text)
			continue
		}
		if got := strings.Join(told(t, err), "\n"); got != want {
			t.Errorf("%q:\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestSyntax(t *testing.T) {
	const indentation = " (are the indentation and the brackets right?)"
	const colon = " (is the indentation right? A text with a colon and a space in it wants quotes)"
	const quotes = " (a pattern that begins with * wants quotes: '*/never')"
	for text, want := range map[string]string{
		"version: 1\nfaults: [*/never]\n":                              "2: this is no YAML: did not find expected alphabetic or numeric character" + quotes,
		"faults: [*never]\n":                                           "1: this is no YAML: unknown anchor 'never' referenced" + quotes,
		"rules:\n  a: warn\n\tb: fail\n":                               "3:1: this line is indented with a tab (YAML wants spaces)",
		"skip:\n- reason: it is: off\nfaults: all\n":                   "2: this is no YAML: mapping values are not allowed in this context" + colon,
		"rules:\n  a: warn\n  b\n  c: fail\nskip: []\n":                "3: this is no YAML: could not find expected ':'",
		"rules:\n  a: warn\n c: fail\nskip: []\n":                      "3: this is no YAML: did not find expected key" + indentation,
		"version: 1\nrules:\n  a: {level: warn\n  b: warn\nskip: []\n": "3: this is no YAML: did not find expected ',' or '}'" + indentation,
		"version: 1\nmax_wait: \"3s\nskip: []\n":                       "2: this is no YAML: found unexpected end of stream",
		"version: 1\n# \x00\nskip: []\n":                               "2: this is no YAML: control characters are not allowed",
		"version: 1\nmax_wait: \xff\nskip: []\n":                       "2: this is no YAML: invalid leading UTF-8 octet",
		"version: 1\n}":                                                "2: this is no YAML: did not find expected key" + indentation,
		strings.Repeat("[", 20000):                                     "1: this is no YAML: exceeded max depth of 10000",
	} {
		_, err := parse("f", []byte(text), Known{})
		if err == nil {
			t.Errorf("%q is read", text)
			continue
		}
		if got := strings.Join(told(t, err), "\n"); got != want {
			t.Errorf("%.80q:\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestATabInATextIsNoMistake(t *testing.T) {
	s := read(t, "skip:\n- fault: slow/late\n  reason: |\n    it is\n    \toff\n")
	if got := s.Skip[0].Reason; got != "it is off" {
		t.Errorf("got %q", got)
	}
}

func TestEveryMistakeIsTold(t *testing.T) {
	const text = `version: 1
max_wait: 30
rules:
  keeps-header: fail
  repeats-no-post: off
expect:
  - {status: 999, outcom: closed}
`
	want := []string{
		"2:11: 30 what? (and 4 more) (write 30s)",
		`4:3: there is no rule "keeps-header" (did you mean keeps-headers?)`,
		`5:20: a rule that is off wants a reason (write {level: off, reason: "..."})`,
		"7:14: 999 is no status such as 504 (write 100 to 599)",
		`7:19: there is no key "outcom" here (did you mean outcome?)`,
	}
	_, err := parse("f", []byte(text), known)
	if got := told(t, err); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}

func TestTheMistakesThatAreToldHaveAnEnd(t *testing.T) {
	var text strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&text, "key%d: x\n", i)
	}
	_, err := parse("f", []byte(text.String()), known)
	got := told(t, err)
	if len(got) != document.MostTold+1 || got[document.MostTold] != "and 4980 more" || !strings.Contains(got[0], "(and 4999 more)") {
		t.Errorf("got %d lines: %s ... %s", len(got), got[0], got[len(got)-1])
	}
}

func TestNamesAreCheckedWhereTheyAreKnown(t *testing.T) {
	const text = "rules: {a: fail}\nfaults: [b]"
	if _, err := parse("f", []byte(text), Known{}); err != nil {
		t.Error(err)
	}
	_, err := parse("f", []byte(text), Known{Rules: []string{}, Faults: []string{}})
	if got := told(t, err); len(got) != 2 {
		t.Errorf("got %q", got)
	}
}
