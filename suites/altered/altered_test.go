// Package altered_test proves that the scenarios bite which are about a configuration: on NGINX
// with one line of each scenario's part of the reference configuration altered, each has to
// fail. What is about any proxy is failed by a mutant (suites/mutants).
package altered_test

import (
	"context"
	"slices"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/mutant"
	"github.com/badgateway/badgateway/harness/nginx"
	"github.com/badgateway/badgateway/harness/runtimes"
	"github.com/badgateway/badgateway/scenarios"
	"github.com/badgateway/badgateway/suites/place"
)

func TestAltered(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "altered configurations")
}

// patience is for the runs of what is altered, on a machine on which a container takes seconds.
const patience = 8 * time.Minute

// configured are the scenarios that no mutant can be tried on.
func configured() (some []harness.Scenario) {
	for _, s := range scenarios.All() {
		if mutant.Gateway(mutant.Honest).Fits(s) != nil {
			some = append(some, s)
		}
	}
	return some
}

// cells are those on altered configurations, idle those on the reference with nothing injected.
var cells, idle = map[string]harness.Cell{}, map[string]harness.Cell{}

var _ = BeforeSuite(func(ctx SpecContext) {
	if len(configured()) == 0 {
		return
	}
	runtime := place.Anywhere(ctx, runtimes.Want{From: "nginx", Scenarios: configured()})
	DeferCleanup(runtime.Close)
	altered := harness.Plan{Runtime: runtime, Gateway: nginx.Altered("nginx"), Scenarios: configured()}
	play(ctx, altered, cells)
	altered.Scenarios = slices.DeleteFunc(altered.Scenarios, func(s harness.Scenario) bool { return cells[s.ID].Verdict != harness.Inconclusive })
	altered.Parallel = 1 // what their company has left in doubt
	play(ctx, altered, cells)
	play(ctx, harness.Plan{Runtime: runtime, Gateway: nginx.Reference("nginx"), Sham: true, Scenarios: configured()}, idle)
}, NodeTimeout(patience))

func play(ctx context.Context, plan harness.Plan, into map[string]harness.Cell) {
	GinkgoHelper()
	summary, err := harness.Run(ctx, plan)
	Expect(err).NotTo(HaveOccurred())
	for _, c := range summary.Cells {
		into[c.ID] = c
	}
}

var _ = Describe("an altered configuration", func() {
	for _, s := range configured() {
		It("passes nothing of "+s.ID+" with nothing injected", func() {
			place.MustBePlayed(idle[s.ID])
			c := idle[s.ID]
			Expect(c.Verdict).To(BeNumerically(">=", harness.Inconclusive), "%s: %d %s; %s", c.ID, c.Status, c.Outcome, c.Receipt)
		})

		It("fails "+s.ID, func() {
			Expect(nginx.Altered("nginx").Fits(s)).To(Succeed(), "nothing would ever fail it")
			place.MustBePlayed(cells[s.ID])
			c := cells[s.ID]
			Expect(c.Verdict).To(Equal(harness.Fail), "%s: %d %s after %.3f s; %s\nreceipt: %s\nlog: %v", c.ID, c.Status, c.Outcome, c.Seconds, c.Reason, c.Receipt, c.Log)
		})
	}
})
