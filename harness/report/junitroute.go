package report

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/badgateway/badgateway/harness"
)

// elsewhere is the suite of what was not played on any one route.
const elsewhere = "no route in particular"

// junitRoutes has a suite for each route, with what was not played on it too. GitLab and
// Jenkins show a case's class and no suite, GitHub's usual actions both: the class is the
// route as well.
func (r Run) junitRoutes(names map[string]int) (suites []junitSuite) {
	spent := map[string]float64{}
	suite := func(route string) *junitSuite {
		i := slices.IndexFunc(suites, func(s junitSuite) bool { return s.Name == route })
		if i < 0 {
			i = len(suites)
			suites = append(suites, r.junitSuite(route))
			suites[i].Properties = append(suites[i].Properties, junitProperty{"covered", r.Coverage.said()})
		}
		return &suites[i]
	}
	for _, c := range r.Summary.Cells {
		s := suite(cmp.Or(c.Route, elsewhere))
		s.add(r.junitCase(c, names))
		spent[s.Name] += c.Spent.Total()
	}
	for _, l := range slices.Concat(r.Coverage.NotRun, r.Coverage.Skipped) {
		suite(cmp.Or(l.Route, elsewhere)).add(leftCase(l, names))
	}
	if len(suites) == 0 {
		suite(elsewhere) // for what ended the run
	}
	for i, s := range suites {
		suites[i].Time = fmt.Sprintf("%.3f", spent[s.Name])
	}
	return suites
}

// leftCase is a fault that was not played on a route.
func leftCase(l Left, names map[string]int) junitCase {
	jc := junitCase{Class: cmp.Or(l.Route, elsewhere), Name: l.Fault, Time: "0.000", Skipped: &junitWords{Message: l.Why}}
	jc.once(names)
	return jc
}

// onRoute names the case by the cell's route, and the first line of the configuration that
// decided it.
func (jc *junitCase) onRoute(c harness.Cell) {
	jc.Class = c.Route
	if decided := positions(c); len(decided) > 0 {
		jc.File, jc.Line = decided[0].File, decided[0].Line
	}
}

// reasonAt is all that some readers show of a case: the reason, with the line of the
// configuration where one decided it.
func reasonAt(c harness.Cell) string {
	if decided := positions(c); c.Route != "" && len(decided) > 0 {
		return c.Reason + " (" + where(decided[0]) + ")"
	}
	return c.Reason
}
