//go:build linux

// Package versions plays the catalogue on each NGINX that distributions ship, and holds what
// it finds against what is declared of that version: every cell passes, or departs from its promise
// as declared. From one version to the next nothing changes for clients but that.
package versions_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/compare"
	"github.com/badgateway/badgateway/harness/docker"
	"github.com/badgateway/badgateway/harness/journal"
	"github.com/badgateway/badgateway/harness/local"
	"github.com/badgateway/badgateway/harness/nginx"
	"github.com/badgateway/badgateway/scenarios"
	"github.com/badgateway/badgateway/suites/place"
)

func TestVersions(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "versions")
}

// refs are the gateways, from the oldest on.
var refs = []string{"nginx@1.22", "nginx@1.26", "nginx@1.30"}

// patience is for three runs of the catalogue and for fetching what the cache lacks, once.
const patience = 10 * time.Minute

// journals are what came of each, by reference, as they were written and read again.
var journals = map[string]*journal.Run{}

var _ = BeforeSuite(func(ctx SpecContext) {
	here, err := local.New(local.Options{Progress: func(s string) { GinkgoWriter.Println(s) }})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(here.Close)
	place.Available(here.Supports(ctx, 0))
	for _, ref := range refs {
		journals[ref], err = play(ctx, here, ref)
		place.Available(err)
	}
}, NodeTimeout(patience))

// play plays the catalogue and keeps a journal, unless there was no gateway to play it on.
func play(ctx SpecContext, runtime harness.Runtime, ref string) (*journal.Run, error) {
	GinkgoHelper()
	var text bytes.Buffer
	w, err := journal.Begin(&text, journal.Start{Started: time.Now(), Gateway: ref, Runtime: runtime.Name()})
	Expect(err).NotTo(HaveOccurred())
	var lost error
	plan := harness.Plan{
		Runtime: runtime, Gateway: nginx.Reference(ref), Scenarios: scenarios.All(),
		OnCell: func(c harness.Cell) { lost = errors.Join(lost, w.Cell(c)) },
	}
	summary, err := harness.Run(ctx, plan)
	if err != nil {
		return nil, err
	}
	// What is not as it should be has to be so again, alone: here it is versions that are compared,
	// and not how busy the machine was. The later cell counts.
	plan.Scenarios, plan.Parallel = nil, 1
	plan.OnCell = func(c harness.Cell) {
		c.Take += 2
		lost = errors.Join(lost, w.Cell(c))
	}
	for i, s := range scenarios.All() {
		if v := summary.Cells[i].Verdict; v == harness.Fail || v == harness.Inconclusive {
			plan.Scenarios = append(plan.Scenarios, s)
		}
	}
	if _, err := harness.Run(ctx, plan); err != nil {
		return nil, err
	}
	Expect(lost).NotTo(HaveOccurred())
	Expect(summary.Cells).To(HaveLen(len(scenarios.All())))
	Expect(w.End(journal.End{Verdict: summary.Verdict(), Version: summary.Version, Source: summary.Source})).To(Succeed())
	return journal.Read(ref, &text)
}

// expectDeclared fails where a cell neither passes nor departs as declared of the version.
func expectDeclared(run *journal.Run) {
	GinkgoHelper()
	departures := map[string]bool{}
	for _, d := range nginx.Reference("nginx").Deviations(run.End.Version) {
		departures[d.Scenario] = true
	}
	cells := map[string]harness.Cell{}
	for _, c := range run.Cells {
		cells[c.ID] = c // a second take comes later
	}
	for id, c := range cells {
		if !place.Played(c) {
			continue
		}
		Expect(c.Verdict).To(Equal(harness.Pass), "nginx %s, %s: %s", c.Version, id, c.Reason)
		Expect(c.Receipt).NotTo(BeEmpty(), id)
		departs := slices.ContainsFunc(c.Findings, func(f harness.Finding) bool { return f.Declared != "" })
		Expect(departs).To(Equal(departures[id]), "nginx %s departs in %s", c.Version, id)
	}
}

var _ = Describe("NGINX", func() {
	for _, ref := range refs {
		It(ref+" passes everything, or departs as declared", func() {
			Expect("nginx@" + journals[ref].End.Version).To(HavePrefix(ref + "."))
			expectDeclared(journals[ref])
		})
	}

	for _, ref := range []string{"image:nginx:stable", "image:nginx:mainline"} {
		It(ref+" does too, where there is a registry", func(ctx SpecContext) {
			there, err := docker.New(docker.Options{Progress: func(s string) { GinkgoWriter.Println(s) }})
			place.Available(err)
			DeferCleanup(there.Close)
			run, err := play(ctx, there, ref)
			if err != nil && strings.Contains(err.Error(), "cannot be had") { // not every place that tests has one
				fmt.Fprintln(os.Stderr, "SKIPPED, it was not played: ", err)
				Skip(err.Error())
			}
			Expect(err).NotTo(HaveOccurred())
			expectDeclared(run)
		}, SpecTimeout(patience))
	}
})

// declaredOtherwise are the scenarios of which another thing is declared of one version than of
// the other.
func declaredOtherwise(one, other string) (ids []string) {
	for _, d := range nginx.Reference("nginx").Deviations(harness.AnyVersion) {
		if d.Applies(one) != d.Applies(other) {
			ids = append(ids, d.Scenario)
		}
	}
	return ids
}

// changed are the cells in which clients get something else, with the direction.
func changed(c compare.Comparison) map[string]compare.Direction {
	found := map[string]compare.Direction{}
	for _, one := range c.Changes {
		if one.Has(compare.Result) {
			found[one.From.ID] = one.Direction()
		}
	}
	return found
}

var _ = Describe("an upgrade", func() {
	for i, from := range refs[:len(refs)-1] {
		to := refs[i+1]
		It(fmt.Sprintf("from %s to %s changes what is declared, and nothing else", from, to), func() {
			c := compare.Journals(journals[from], journals[to])
			Expect(c.Common()).To(Equal(len(scenarios.All())))
			for id := range changed(c) {
				Expect(declaredOtherwise(journals[from].End.Version, journals[to].End.Version)).To(ContainElement(id))
			}
		})
	}

	It("from 1.22 to 1.26 makes a page that was silently cut off a bad gateway, which is better", func() {
		c := compare.Journals(journals["nginx@1.22"], journals["nginx@1.26"])
		Expect(changed(c)).To(HaveKeyWithValue("malformed/two-lengths", compare.Better))
		i := slices.IndexFunc(c.Changes, func(c compare.Change) bool { return c.From.ID == "malformed/two-lengths" })
		Expect(c.Changes[i].From.Outcome).To(Equal(harness.SilentlyTruncated))
		Expect(c.Changes[i].To.Status).To(Equal(502))
	})

	It("is a regression the other way round", func() {
		c := compare.Journals(journals["nginx@1.26"], journals["nginx@1.22"])
		Expect(changed(c)).To(HaveKeyWithValue("malformed/two-lengths", compare.Worse))
		Expect(c.Changes[0].To.Outcome).To(Equal(harness.SilentlyTruncated), "it is the worst of it")
	})
})
