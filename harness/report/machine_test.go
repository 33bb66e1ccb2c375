package report_test

import (
	"encoding/json"
	"encoding/xml"
	"reflect"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/report"
)

// suites is what a CI system reads of a JUnit report.
type suites struct {
	Suite struct {
		Name       string `xml:"name,attr"`
		Tests      int    `xml:"tests,attr"`
		Failures   int    `xml:"failures,attr"`
		Errors     int    `xml:"errors,attr"`
		Skipped    int    `xml:"skipped,attr"`
		Properties []struct {
			Name  string `xml:"name,attr"`
			Value string `xml:"value,attr"`
		} `xml:"properties>property"`
		Cases []struct {
			Class   string   `xml:"classname,attr"`
			Name    string   `xml:"name,attr"`
			Failure *message `xml:"failure"`
			Error   *message `xml:"error"`
			Skipped *message `xml:"skipped"`
			Out     string   `xml:"system-out"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

type message struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

func readJUnit(t *testing.T, r report.Run) suites {
	t.Helper()
	var read suites
	if err := xml.Unmarshal([]byte(rendered(t, report.JUnit, r)), &read); err != nil {
		t.Fatal(err)
	}
	return read
}

func TestJUnitVerdicts(t *testing.T) {
	s := readJUnit(t, oneOfEach()).Suite
	if s.Tests != 5 || s.Failures != 1 || s.Errors != 1 || s.Skipped != 1 || s.Name != "nginx 1.26.3 in docker" {
		t.Errorf("the suite is %+v", s)
	}
	for _, c := range s.Cases {
		got := map[string]*message{"fail": c.Failure, "inconclusive": c.Error, "unsupported": c.Skipped}
		verdict := strings.TrimPrefix(c.Name, "verdict/")
		if c.Name == "slow/never" {
			verdict = "fail"
			says(t, c.Failure.Text, "the client saw 502 Bad Gateway", "badgateway run slow/never")
		}
		for v, m := range got {
			if (m != nil) != (v == verdict) {
				t.Errorf("%s: the element of %s is %v", c.Name, v, m)
			}
			if m != nil && m.Message == "" {
				t.Errorf("%s: the element of %s says nothing", c.Name, v)
			}
		}
		if verdict == "warn" {
			says(t, c.Out, "warn: because of warn")
		}
	}
}

func TestJUnitCasesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range readJUnit(t, aRun(dropped(), dropped(), failed(), dropped())).Suite.Cases {
		if key := c.Class + " " + c.Name; seen[key] {
			t.Errorf("%s is there twice", key)
		} else {
			seen[key] = true
		}
	}
	if !seen["nginx.firewall firewall/dropped"] || !seen["nginx.firewall firewall/dropped (3)"] {
		t.Errorf("the cases are %v", seen)
	}
}

// What was not played must not make a green report.
func TestJUnitOfARunThatEndedEarly(t *testing.T) {
	r := aRun(dropped())
	r.Trouble = "interrupted (SIGINT)"
	s := readJUnit(t, r).Suite
	if s.Errors != 1 || s.Tests != 2 || s.Cases[1].Error.Message != r.Trouble {
		t.Errorf("the suite is %+v", s)
	}
}

func TestJSONHasTheWholeSummary(t *testing.T) {
	var read struct {
		Format  int
		Verdict string
		Counts  map[string]int
		Spent   struct{ Longest string }
		Cells   []harness.Cell
	}
	r := oneOfEach()
	text := rendered(t, report.JSON, r)
	if err := json.Unmarshal([]byte(text), &read); err != nil {
		t.Fatal(err)
	}
	if read.Format != report.Format || read.Verdict != "fail" || read.Counts["warn"] != 1 || read.Spent.Longest != "firewall/dropped" {
		t.Errorf("it reads as %+v", read)
	}
	if !reflect.DeepEqual(read.Cells, r.Summary.Cells) {
		t.Errorf("the cells read as %+v", read.Cells)
	}
	if again := rendered(t, report.JSON, r); again != text {
		t.Error("two renderings of one run differ")
	}
}

// A departure that is known passes, and both formats say how many of those that pass
// it is: "pass" holds them, "declared" counts them out.
func TestDeclaredCellsAreCountedAmongThoseThatPass(t *testing.T) {
	failed := with(departed(), func(c *harness.Cell) { c.Verdict = harness.Fail })
	r := aRun(dropped(), departed(), departed(), failed)
	var read struct{ Counts map[string]int }
	if err := json.Unmarshal([]byte(rendered(t, report.JSON, r)), &read); err != nil {
		t.Fatal(err)
	}
	if c := read.Counts; c["pass"] != 3 || c["declared"] != 2 || c["fail"] != 1 {
		t.Errorf("JSON counts %v", c)
	}
	s := readJUnit(t, r).Suite
	properties := map[string]string{}
	for _, p := range s.Properties {
		properties[p.Name] = p.Value
	}
	if s.Tests != 4 || s.Failures != 1 || properties["pass as declared"] != "2" {
		t.Errorf("JUnit has %d tests, %d failures and the properties %v", s.Tests, s.Failures, properties)
	}
	says(t, s.Cases[1].Out, "known: since 0.7")
}

func TestJSONOfNothingHasAList(t *testing.T) {
	says(t, rendered(t, report.JSON, aRun()), `"cells": []`)
}
