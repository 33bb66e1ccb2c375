//go:build linux

// Package runtimes plays the catalogue in every runtime and compares cell by cell: a fault
// is written once, so what a client sees of it must not depend on where the lab is. It
// also plays the catalogue again in the same place, and, behind the build tag soak, in other
// orders and in other company: nothing of one scenario may be felt in another.
package runtimes_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/docker"
	"github.com/badgateway/badgateway/harness/local"
	"github.com/badgateway/badgateway/harness/nginx"
	"github.com/badgateway/badgateway/scenarios"
	"github.com/badgateway/badgateway/suites/place"
)

func TestRuntimes(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "runtimes")
}

// patience is for a run of the catalogue, which takes half a minute on two slow cores.
const patience = 5 * time.Minute

// reference is the run that all others are compared with: in the local runtime, in the
// catalogue's order.
var (
	here      *local.Runtime
	reference map[string]harness.Cell
)

var _ = BeforeSuite(func(ctx SpecContext) {
	var err error
	here, err = local.New(local.Options{Progress: func(s string) { GinkgoWriter.Println(s) }})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(here.Close)
	place.Available(here.Supports(ctx, 0))
	reference = play(ctx, harness.Plan{Runtime: here, Gateway: nginx.Reference("nginx")})
}, NodeTimeout(patience))

// play plays the whole catalogue.
func play(ctx context.Context, plan harness.Plan) map[string]harness.Cell {
	GinkgoHelper()
	return playSome(ctx, plan, scenarios.All())
}

func playSome(ctx context.Context, plan harness.Plan, some []harness.Scenario) map[string]harness.Cell {
	GinkgoHelper()
	plan.Scenarios = some
	summary, err := harness.Run(ctx, plan)
	Expect(err).NotTo(HaveOccurred())
	cells := map[string]harness.Cell{}
	for _, c := range summary.Cells {
		cells[c.ID] = c
	}
	Expect(cells).To(HaveLen(len(plan.Scenarios)))
	return cells
}

// placed is where a setting stands and which host it names, which depends on who else is in
// the configuration.
var placed = regexp.MustCompile(`(:\d+)+\)|(198|127)\.18\.\d+\.\d+`)

// told is everything about a cell that must not depend on where, when and beside whom it
// was played. Counts of packets may, retransmissions are the kernel's; so may what a crowd got, and
// whether a reload was answered in the moment that it is given. (What is promised of those is
// among the findings.)
func told(c harness.Cell) string {
	var b strings.Builder
	attempts := c.Attempts
	if c.Load != nil {
		attempts = 0
	}
	fmt.Fprintf(&b, "%s %s: %d %s, %d attempts, decided by %s", c.ID, c.Verdict, c.Status, c.Outcome, attempts, placed.ReplaceAllString(c.Decided, ""))
	for _, f := range c.Findings {
		fmt.Fprintf(&b, "\n  %s %v: %s %s", f.Strength, f.Held, f.Check, f.Declared)
	}
	return b.String()
}

// expectTold fails where cells are not told as in the reference, and says how. What differs has to
// do so again, alone.
func expectTold(ctx context.Context, plan harness.Plan, cells map[string]harness.Cell) {
	GinkgoHelper()
	differ := slices.DeleteFunc(scenarios.All(), func(s harness.Scenario) bool { return alike(cells, s.ID) })
	if len(differ) == 0 {
		return
	}
	plan.Gateway, plan.Parallel = solitary{plan.Gateway}, 1
	cells = playSome(ctx, plan, differ)
	var differences []string
	for _, s := range differ {
		if !alike(cells, s.ID) {
			differences = append(differences, fmt.Sprintf("%s\n%s\n(%s)\n", told(reference[s.ID]), told(cells[s.ID]), cells[s.ID].Reason))
		}
	}
	if len(differences) > 0 {
		Fail(strings.Join(differences, "\n"))
	}
}

// alike says whether a cell is told as in the reference, where both were played.
func alike(cells map[string]harness.Cell, id string) bool {
	return !place.Played(reference[id]) || !place.Played(cells[id]) || told(reference[id]) == told(cells[id])
}

var _ = Describe("the catalogue", func() {
	It("is met in the local runtime, with a proof for each cell", func(SpecContext) {
		for _, c := range reference {
			if !place.Played(c) {
				continue
			}
			Expect(c.Verdict).To(Equal(harness.Pass), "%s: %s", c.ID, c.Reason)
			Expect(c.Receipt).NotTo(BeEmpty(), c.ID)
		}
	})

	It("logs lines that lead back to their scenario", func(ctx SpecContext) {
		var astray []harness.Scenario
		for _, s := range scenarios.All() {
			if !leadsBack(reference[s.ID]) {
				astray = append(astray, s)
			}
		}
		if len(astray) == 0 {
			return
		}
		// On a machine that is busy a timeout of NGINX's may be told of that is none of the fault's.
		alone, err := harness.Run(ctx, harness.Plan{Runtime: here, Gateway: solitary{nginx.Reference("nginx")}, Scenarios: astray, Parallel: 1})
		Expect(err).NotTo(HaveOccurred())
		for _, c := range alone.Cells {
			if !leadsBack(c) {
				Fail(fmt.Sprintf("%s is no candidate of what NGINX said: give it to the row of the table, or make one\n%s", c.ID, strings.Join(c.Log, "\n")))
			}
		}
	}, SpecTimeout(patience))

	It("is told alike by docker", func(ctx SpecContext) {
		there, err := docker.New(docker.Options{Progress: func(s string) { GinkgoWriter.Println(s) }})
		place.Available(err)
		DeferCleanup(there.Close)
		plan := harness.Plan{Runtime: there, Gateway: nginx.Reference("nginx")}
		cells := play(ctx, plan)
		if one, other := reference["slow/never"].Version, cells["slow/never"].Version; one != other {
			// Two versions may do differently, and either may be declared; neither may fail.
			for _, c := range cells {
				Expect(c.Verdict).To(Equal(harness.Pass), "nginx is %s here and %s in docker; there %s: %s", one, other, c.ID, c.Reason)
			}
			return
		}
		expectTold(ctx, plan, cells)
	}, SpecTimeout(patience))
})

// leadsBack says whether one of the lines does, if there are any.
func leadsBack(c harness.Cell) bool {
	return len(c.Log) == 0 || slices.ContainsFunc(c.Log, func(line string) bool { return leadsTo(line, c.ID) })
}

// solitary is a gateway that is given a lab for every scenario.
type solitary struct{ harness.Gateway }

func (solitary) Capacity() int { return 1 }

// leadsTo says whether a line of NGINX's log is explained by that scenario.
func leadsTo(line, id string) bool {
	sign, sense := nginx.Reference("nginx").(harness.Interpreter).Interpret(line)
	return sense == harness.Symptomatic && slices.ContainsFunc(sign.Symptom.Candidates, func(c harness.Candidate) bool { return c.Scenario == id })
}
