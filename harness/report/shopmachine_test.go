package report_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/report"
)

// routeSuites is what a CI system reads of a configuration's check.
type routeSuites struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
	Skipped  int `xml:"skipped,attr"`
	Suites   []struct {
		Name  string `xml:"name,attr"`
		Tests int    `xml:"tests,attr"`
		Cases []struct {
			Class   string   `xml:"classname,attr"`
			Name    string   `xml:"name,attr"`
			File    string   `xml:"file,attr"`
			Line    int      `xml:"line,attr"`
			Failure *message `xml:"failure"`
			Error   *message `xml:"error"`
			Skipped *message `xml:"skipped"`
			Out     string   `xml:"system-out"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

func readRoutes(t *testing.T, r report.Run) (read routeSuites, cases []string) {
	t.Helper()
	if err := xml.Unmarshal([]byte(rendered(t, report.JUnit, r)), &read); err != nil {
		t.Fatal(err)
	}
	for _, s := range read.Suites {
		for _, c := range s.Cases {
			state := "passes"
			for name, m := range map[string]*message{"fails": c.Failure, "errs": c.Error, "skipped": c.Skipped} {
				if m != nil {
					state = name + ": " + m.Message
				}
			}
			if c.Class != s.Name {
				t.Errorf("%s is of the class %q in the suite %q", c.Name, c.Class, s.Name)
			}
			cases = append(cases, fmt.Sprintf("%s | %s | %s:%d | %s", c.Class, c.Name, c.File, c.Line, state))
		}
	}
	return read, cases
}

func TestJUnitOfAShop(t *testing.T) {
	read, got := readRoutes(t, shop())
	want := []string{
		"GET https://shop.test/ | slow/never | deploy/nginx.conf:41 | passes",
		"GET https://shop.test/ | crash/refused | deploy/nginx.conf:12 | passes",
		"GET https://shop.test/ | dns/silent | :0 | errs: the query was not seen",
		"GET https://shop.test/ | dns/nxdomain | :0 | skipped: the name is resolved once",
		"POST https://shop.test/api/pay | slow/never | deploy/nginx.conf:44 | fails: one attempt expected, 3 seen (deploy/nginx.conf:44:9)",
		"POST https://shop.test/api/pay | crash/refused | deploy/nginx.conf:12 | passes",
		"GET https://shop.test/api/ | crash/refused | deploy/nginx.conf:20 | passes",
		"no route in particular | memory/* | :0 | skipped: --skip memory",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the cases are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if read.Tests != 8 || read.Failures != 1 || read.Errors != 1 || read.Skipped != 2 || read.Suites[0].Tests != 4 {
		t.Errorf("it counts %+v", read)
	}
	says(t, read.Suites[0].Cases[1].Out, "warn: wished that", "keeps-headers (RFC 6797 7.2): wished that the gateway keeps HSTS on its own pages, but the 502 has none")
	says(t, read.Suites[1].Cases[0].Failure.Text, "deploy/nginx.conf:44:9: proxy_next_upstream error", "try: remove non_idempotent\n",
		"replay: badgateway check deploy/nginx --only 'slow/never@POST https://shop.test/api/pay'\n")
}

// GitLab drops a second case of the same class and name.
func TestWhatWasPlayedAndLeftIsToldApart(t *testing.T) {
	r := aCheck(repeated(), repeated())
	r.Coverage.NotRun = []report.Left{{Fault: repeated().ID, Route: repeated().Route, Why: "x"}}
	seen := map[string]bool{}
	read, _ := readRoutes(t, r)
	for _, c := range read.Suites[0].Cases {
		seen[c.Name] = true
	}
	if len(seen) != 3 {
		t.Errorf("three cases have the names %v", seen)
	}
}

func TestJUnitOfACheckThatPlayedNothing(t *testing.T) {
	r := aCheck()
	r.Trouble = "interrupted (SIGINT)"
	var read routeSuites
	if err := xml.Unmarshal([]byte(rendered(t, report.JUnit, r)), &read); err != nil || read.Errors != 1 {
		t.Errorf("it reads as %+v, %v", read, err)
	}
}

func TestJSONHasRoutesAndCoverage(t *testing.T) {
	var read struct {
		Format   int
		Check    []string
		Coverage report.Coverage
		Cells    []harness.Cell
	}
	r := shop()
	if err := json.Unmarshal([]byte(rendered(t, report.JSON, r)), &read); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(read.Coverage, r.Coverage) || !reflect.DeepEqual(read.Check, r.Check) || !reflect.DeepEqual(read.Cells, r.Summary.Cells) {
		t.Errorf("it reads as %+v", read)
	}
	if text := rendered(t, report.JSON, oneOfEach()); strings.Contains(text, `"coverage"`) || strings.Contains(text, `"check": [`) {
		t.Errorf("a run without a configuration tells of its coverage:\n%s", text)
	}
	says(t, rendered(t, report.JSON, r), `"not_run": [`, `"route": "GET https://shop.test/"`)
}
