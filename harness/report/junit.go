package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/badgateway/badgateway/harness"
)

// The elements of a JUnit report that CI systems agree on. There is no standard; the
// order of elements is that of the schema of Jenkins' xUnit plugin.
type junitSuites struct {
	XMLName xml.Name `xml:"testsuites"`
	Name    string   `xml:"name,attr"`
	junitCounts
	Suites []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name      string `xml:"name,attr"`
	Timestamp string `xml:"timestamp,attr"`
	junitCounts
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
}

type junitCounts struct {
	Tests    int    `xml:"tests,attr"`
	Failures int    `xml:"failures,attr"`
	Errors   int    `xml:"errors,attr"`
	Skipped  int    `xml:"skipped,attr"`
	Time     string `xml:"time,attr"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Class   string      `xml:"classname,attr"`
	Name    string      `xml:"name,attr"`
	File    string      `xml:"file,attr,omitempty"`
	Line    int         `xml:"line,attr,omitempty"`
	Time    string      `xml:"time,attr"`
	Skipped *junitWords `xml:"skipped"`
	Error   *junitWords `xml:"error"`
	Failure *junitWords `xml:"failure"`
	Out     string      `xml:"system-out,omitempty"`
}

type junitWords struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// JUnit renders XML 1.0 for CI: fail is a failure, inconclusive an error, unsupported
// skipped; a warning is in the output of a case that passes. A run that did not come
// to its end has one more case, an error, so that what is missing cannot pass. A
// configuration's routes have a suite each.
func JUnit(w io.Writer, r Run) error {
	r = r.tamed()
	suites := r.junitSuites()
	if r.Drift != "" {
		suites[len(suites)-1].add(junitCase{Class: r.Gateway, Name: "is the gateway that was recorded", Time: "0.000",
			Failure: &junitWords{Message: r.Drift, Type: harness.Fail.String()}})
	}
	if r.Trouble != "" {
		suites[len(suites)-1].add(junitCase{Class: r.Gateway, Name: "comes to its end", Time: "0.000",
			Error: &junitWords{Message: r.Trouble, Type: "ended early"}})
	}
	all := junitSuites{Name: "badgateway", Suites: suites}
	for _, s := range suites {
		all.Tests, all.Failures, all.Errors, all.Skipped = all.Tests+s.Tests, all.Failures+s.Failures, all.Errors+s.Errors, all.Skipped+s.Skipped
	}
	all.Time = r.junitTime()
	return writeXML(w, all)
}

func (r Run) junitTime() string {
	spent := r.Summary.Spent
	return fmt.Sprintf("%.3f", spent.Start+spent.Play+spent.Stop)
}

// junitSuites is one suite, or one for each route.
func (r Run) junitSuites() []junitSuite {
	names := map[string]int{}
	if r.routed() {
		return r.junitRoutes(names)
	}
	suite := r.junitSuite(r.subject())
	suite.Time = r.junitTime()
	suite.Properties = append(suite.Properties, junitProperty{"where the time went", took(r.Summary)},
		junitProperty{"pass as declared", strconv.Itoa(declared(r.Summary.Cells))})
	for _, c := range r.Summary.Cells {
		suite.add(r.junitCase(c, names))
	}
	return []junitSuite{suite}
}

// junitSuite is one without cases.
func (r Run) junitSuite(name string) junitSuite {
	return junitSuite{
		Name: name, Timestamp: r.Started.UTC().Format(time.RFC3339),
		Properties: []junitProperty{
			{"badgateway", r.Badgateway}, {"gateway", r.Reference}, {"source", r.Summary.Source},
		},
	}
}

func writeXML(w io.Writer, v any) error {
	text, err := xml.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the report: %w", err)
	}
	_, err = w.Write(bytes.Join([][]byte{[]byte(xml.Header), text, []byte("\n")}, nil))
	return err
}

// add counts a case in.
func (s *junitSuite) add(c junitCase) {
	s.Cases = append(s.Cases, c)
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
}

// junitCase renders a tame cell. Readers drop a second case of the same class and name.
func (r Run) junitCase(c harness.Cell, names map[string]int) junitCase {
	jc := junitCase{
		Class: c.Gateway + "." + string(c.Cause), Name: c.ID,
		Time: fmt.Sprintf("%.3f", c.Spent.Total()), Out: sentence(c),
	}
	if c.Route != "" {
		jc.onRoute(c)
	}
	jc.once(names)
	words := &junitWords{Message: reasonAt(c), Type: c.Verdict.String()}
	switch c.Verdict {
	case harness.Fail:
		words.Text, jc.Failure = r.evidenceText(c), words
	case harness.Inconclusive:
		words.Text, jc.Error = r.evidenceText(c), words
	case harness.Unsupported:
		words.Type, jc.Skipped = "", words
	case harness.Warn:
		jc.Out += "\nwarn: " + c.Reason + "\n" + r.evidenceText(c)
	}
	return jc
}

// once gives the case a name of its own.
func (jc *junitCase) once(names map[string]int) {
	key := jc.Class + " " + jc.Name
	if names[key]++; names[key] > 1 {
		jc.Name = fmt.Sprintf("%s (%d)", jc.Name, names[key])
	}
}

func (r Run) evidenceText(c harness.Cell) string {
	var b strings.Builder
	for _, e := range r.all(c) {
		b.WriteString(e.name + ": " + e.text + "\n")
	}
	return b.String()
}
