//go:build linux

// Package runtimes plays the catalogue in every runtime and compares cell by cell: a fault
// is written once, so what a client sees of it must not depend on where the lab is. It
// also plays it in other orders, in other company and again in the same place: nothing of
// one scenario may be felt in another.
package runtimes_test

import (
	"context"
	"fmt"
	"regexp"
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

// patience is for a run of the catalogue, which takes some 5 s on two cores.
const patience = 2 * time.Minute

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
	plan.Scenarios = scenarios.All()
	summary, err := harness.Run(ctx, plan)
	Expect(err).NotTo(HaveOccurred())
	cells := map[string]harness.Cell{}
	for _, c := range summary.Cells {
		cells[c.ID] = c
	}
	Expect(cells).To(HaveLen(len(plan.Scenarios)))
	return cells
}

// line is where a setting stands, which depends on who else is in the configuration.
var line = regexp.MustCompile(`:\d+\)`)

// told is everything about a cell that must not depend on where, when and beside whom it
// was played. Counts of packets may: retransmissions are the kernel's.
func told(c harness.Cell) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: %d %s, %d attempts, %s, decided by %s", c.ID, c.Verdict, c.Status, c.Outcome, c.Attempts, c.ErrorType, line.ReplaceAllString(c.Decided, ")"))
	for _, f := range c.Findings {
		fmt.Fprintf(&b, "\n  %s %v: %s %s", f.Strength, f.Held, f.Check, f.Declared)
	}
	return b.String()
}

// expectAlike fails where cells are not told as in the reference, and says how.
func expectAlike(cells map[string]harness.Cell) {
	GinkgoHelper()
	var differences []string
	for _, s := range scenarios.All() {
		if !place.Played(reference[s.ID]) || !place.Played(cells[s.ID]) {
			continue
		}
		if want, got := told(reference[s.ID]), told(cells[s.ID]); want != got {
			differences = append(differences, fmt.Sprintf("%s\n%s\n(%s)\n", want, got, cells[s.ID].Reason))
		}
	}
	if len(differences) > 0 {
		Fail(strings.Join(differences, "\n"))
	}
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

	It("is told alike by docker", func(ctx SpecContext) {
		there, err := docker.New(docker.Options{Progress: func(s string) { GinkgoWriter.Println(s) }})
		place.Available(err)
		DeferCleanup(there.Close)
		cells := play(ctx, harness.Plan{Runtime: there, Gateway: nginx.Reference("nginx")})
		if one, other := reference["slow/never"].Version, cells["slow/never"].Version; one != other {
			// Two versions may do differently, and either may be declared; neither may fail.
			for _, c := range cells {
				Expect(c.Verdict).To(Equal(harness.Pass), "nginx is %s here and %s in docker; there %s: %s", one, other, c.ID, c.Reason)
			}
			return
		}
		expectAlike(cells)
	}, SpecTimeout(patience))
})

// solitary is a gateway that is given a lab for every scenario.
type solitary struct{ harness.Gateway }

func (solitary) Capacity() int { return 1 }

var _ = Describe("a scenario", func() {
	for seed := range uint64(3) {
		It(fmt.Sprintf("is told alike in another order (seed %d)", seed), func(ctx SpecContext) {
			expectAlike(play(ctx, harness.Plan{
				Runtime: here, Gateway: nginx.Reference("nginx"), Shuffle: true, Seed: seed,
			}))
		}, SpecTimeout(patience))
	}

	It("is told alike without neighbours", func(ctx SpecContext) {
		expectAlike(play(ctx, harness.Plan{Runtime: here, Gateway: solitary{nginx.Reference("nginx")}}))
	}, SpecTimeout(patience))
})
