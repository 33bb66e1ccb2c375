//go:build linux

package runtimes_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/nginx"
	"github.com/badgateway/badgateway/scenarios"
)

// repeatable are the scenarios that can follow one another in a bay of one world: those
// that any bay will do for, have no lab to themselves and do not depend on how the gateway was started.
func repeatable() (some []harness.Scenario) {
	for _, s := range scenarios.All() {
		if s.Portable() && !s.World.Alone && s.World.Resolve != harness.AtStart && reference[s.ID].Verdict != harness.Unsupported {
			some = append(some, s)
		}
	}
	return some
}

// playedIn plays scenarios one after the other in a bay, and tells what it found against each.
func playedIn(ctx context.Context, bay *harness.Bay, version string, row []harness.Scenario) (found []string) {
	before := "nothing"
	for _, s := range row {
		e, err := bay.While(ctx, s.Fault)
		if err != nil { // what is not proven is played once more, as a run does
			e, err = bay.While(ctx, s.Fault)
		}
		if err != nil {
			return append(found, fmt.Sprintf("%s after %s: %v", s.ID, before, err))
		}
		for i, f := range harness.Judge(s, nginx.Reference("nginx").Deviations(version), bay.Policy, e) {
			if want := reference[s.ID].Findings[i]; f.Held != want.Held {
				found = append(found, fmt.Sprintf("%s after %s: the gateway %s: %v, and %v in a lab of its own; %s", s.ID, before, f.Check, f.Held, want.Held, f.Saw))
			}
		}
		before = s.ID
	}
	return found
}

var _ = Describe("a bay", func() {
	// A kernel that kept it would wait seconds before it sends again what is lost. It learns slowly.
	It("forgets how far away its upstream was", func(ctx SpecContext) {
		latency, loss := scenarioOf("network/latency"), scenarioOf("network/loss")
		lab, err := harness.Open(ctx, here, nginx.Reference("nginx"),
			harness.Plot{Name: "again/far", World: harness.World{Process: true, Resolve: harness.AtRequest, Needs: harness.Latency}})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(lab.Close)
		Expect(playedIn(ctx, lab.Bays[0], lab.Gateway.Version(),
			[]harness.Scenario{latency, latency, latency, loss})).To(BeEmpty())
	}, SpecTimeout(patience))

	It("keeps nothing of a fault for the next", func(ctx SpecContext) {
		const bays = 8
		plots := make([]harness.Plot, bays)
		for i := range plots {
			plots[i] = harness.Plot{Name: fmt.Sprint("again/", i), World: harness.World{Process: true, Resolve: harness.AtRequest, Needs: needed()}}
		}
		lab, err := harness.Open(ctx, here, nginx.Reference("nginx"), plots...)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(lab.Close)
		seed := uint64(GinkgoRandomSeed())
		row := repeatable()
		rand.New(rand.NewPCG(seed, seed)).Shuffle(len(row), func(i, j int) { row[i], row[j] = row[j], row[i] })
		var wg sync.WaitGroup
		found := make([][]string, bays)
		for i := range bays {
			from, to := i*len(row)/bays, (i+1)*len(row)/bays
			wg.Go(func() { found[i] = playedIn(ctx, lab.Bays[i], lab.Gateway.Version(), row[from:to]) })
		}
		wg.Wait()
		for i := range found {
			Expect(found[i]).To(BeEmpty(), "seed %d", seed)
		}
	}, SpecTimeout(patience))
})

func scenarioOf(id string) harness.Scenario {
	GinkgoHelper()
	all := scenarios.All()
	i := slices.IndexFunc(all, func(s harness.Scenario) bool { return s.ID == id })
	Expect(i).To(BeNumerically(">=", 0), "%s", id)
	return all[i]
}

// needed is what any of the repeatable scenarios needs of its lab.
func needed() (all harness.Needs) {
	for _, s := range repeatable() {
		all |= s.World.Needs
	}
	return all &^ harness.LimitedMemory
}
