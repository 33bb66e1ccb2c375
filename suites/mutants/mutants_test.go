// Package mutants_test proves that the harness bites: every mutant proxy is caught by
// the scenarios that its fault is against, every scenario is failed by a mutant, the
// honest proxy keeps every promise, and with nothing injected nothing passes. It prints
// the matrix of who was caught where, and holds the documentation to it:
//
//	BADGATEWAY_UPDATE=1 go test ./suites/mutants    # writes docs/mutants.md
package mutants_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/mutant"
	"github.com/badgateway/badgateway/harness/runtimes"
	"github.com/badgateway/badgateway/suites/made"
	"github.com/badgateway/badgateway/suites/place"
)

func TestMutants(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Mutants")
}

// patience is for all trials together, which take half a minute on two cores.
const patience = 8 * time.Minute

var (
	trial *trials
	// sham is the honest proxy with injection switched off.
	sham = mutant.Variant{Name: "sham", Is: "is honest, with nothing injected"}
)

var _ = BeforeSuite(func(ctx SpecContext) {
	runtime := place.Anywhere(ctx, runtimes.Want{From: "agent", Scenarios: simple()})
	DeferCleanup(runtime.Close)
	trial = begin(runtime)
	DeferCleanup(trial.stop)
})

var _ = ReportAfterSuite("the matrix", func(Report) {
	if trial == nil {
		return
	}
	fmt.Println(trial.matrix().text())
})

var _ = Describe("the harness", func() {
	It("passes an honest proxy in every scenario", SpecTimeout(patience), func(ctx SpecContext) {
		cells := trial.of(ctx, mutant.Honest)
		for _, s := range simple() {
			Expect(cells).To(HaveKey(s.ID))
			if place.Played(cells[s.ID]) {
				Expect(cells[s.ID]).To(haveVerdict(harness.Pass))
			}
		}
	})

	for _, v := range mutant.Variants() {
		It("catches a proxy that "+v.Is, Label(v.Name), SpecTimeout(patience), func(ctx SpecContext) {
			cells := trial.of(ctx, v.Name)
			for _, id := range v.Caught {
				if !place.Played(cells[id]) {
					continue
				}
				Expect(cells[id]).To(haveVerdict(harness.Fail), "in %s", id)
			}
			for _, id := range v.Warned {
				if !place.Played(cells[id]) {
					continue
				}
				Expect(cells[id]).To(haveVerdict(harness.Warn), "in %s", id)
			}
		})
	}

	for _, s := range simple() {
		It("has a mutant that fails "+s.ID, Label(string(s.Fault.Cause)), SpecTimeout(patience), func(ctx SpecContext) {
			place.MustBePlayed(trial.untilEnd(ctx, mutant.Honest)[s.ID])
			var by []string
			for _, v := range mutant.Variants() {
				if c, played := trial.untilEnd(ctx, v.Name)[s.ID]; played && c.Verdict == harness.Fail {
					by = append(by, v.Name)
				}
			}
			Expect(by).NotTo(BeEmpty(), "%s", s.Title)
		})
	}

	It("tells every mutant from every other", SpecTimeout(patience), func(ctx SpecContext) {
		alike := map[string]string{}
		for _, v := range mutant.Variants() {
			seen := strings.Join(caught(trial.of(ctx, v.Name)), "\n")
			Expect(alike).NotTo(HaveKey(seen), "%s is caught just as %s is", v.Name, alike[seen])
			alike[seen] = v.Name
		}
	})

	It("passes nothing when nothing was injected", SpecTimeout(patience), func(ctx SpecContext) {
		cells := trial.of(ctx, sham.Name)
		for _, s := range simple() {
			Expect(cells).To(HaveKey(s.ID))
			if !place.Played(cells[s.ID]) {
				continue
			}
			Expect(cells[s.ID].Verdict).To(BeNumerically(">=", harness.Inconclusive), "%s: %s", s.ID, cells[s.ID].Receipt)
		}
	})

	It("is documented as it is", SpecTimeout(patience), func(ctx SpecContext) {
		for _, v := range everyone() {
			trial.untilEnd(ctx, v.Name)
		}
		for _, c := range trial.of(ctx, mutant.Honest) {
			place.MustBePlayed(c) // or there would be gaps
		}
		m := trial.matrix()
		Expect(made.File("../../docs/mutants.md", m.markdown())).To(Succeed())
		Expect(made.Section("../../README.md", "mutants", m.table())).To(Succeed())
	})
})
