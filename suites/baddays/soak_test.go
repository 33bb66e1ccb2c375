//go:build linux && soak

package baddays_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/journal"
	"github.com/badgateway/badgateway/scenarios"
)

// play runs the whole catalogue with the built command and returns the last take of
// each cell, and how many had to be played twice.
func play() (verdicts map[string]string, twice int, took time.Duration) {
	path := filepath.Join(GinkgoT().TempDir(), "journal.ndjson")
	cmd := command("run", "--report", "journal="+path)
	began := time.Now()
	err := cmd.Run()
	took = time.Since(began)
	Expect(exitCode(err)).To(BeElementOf(0, 1, 3), "%s", cmd.Stderr)
	run, err := journal.ReadFile(path)
	Expect(err).NotTo(HaveOccurred())
	verdicts = map[string]string{}
	for _, c := range run.Cells {
		verdicts[c.ID] = fmt.Sprintf("%s %d %s", c.Verdict, c.Status, c.Outcome)
		if c.Take > 1 {
			twice++
		}
		if c.Verdict != harness.Pass {
			GinkgoWriter.Printf("take %d of %s: %s: %s\n", c.Take, c.ID, c.Verdict, c.Reason)
		}
	}
	Expect(verdicts).To(HaveLen(len(scenarios.All())))
	return verdicts, twice, took
}

var _ = Describe("soak", Serial, func() {
	It("gives the same verdicts ten times in a row", func() {
		var times []time.Duration
		var again int
		first, _, _ := play()
		for range 10 {
			verdicts, twice, took := play()
			Expect(verdicts).To(Equal(first))
			times, again = append(times, took), again+twice
		}
		slices.Sort(times)
		AddReportEntry("ten runs of the catalogue", fmt.Sprintf("median %v, longest %v, %d cells played twice", times[5], times[9], again))
	})

	It("gives the same verdicts beside four busy loops", func(ctx SpecContext) {
		calm, _, _ := play()
		busy, cancel := context.WithCancel(ctx)
		DeferCleanup(cancel)
		for range 4 {
			loop := exec.CommandContext(busy, "sh", "-c", "while :; do :; done")
			Expect(loop.Start()).To(Succeed())
			DeferCleanup(func() { loop.Wait() })
			DeferCleanup(cancel)
		}
		again := 0
		for range 10 {
			verdicts, twice, _ := play()
			Expect(verdicts).To(Equal(calm))
			again += twice
		}
		AddReportEntry("ten runs beside four busy loops", fmt.Sprintf("%d cores, %d cells played twice", runtime.NumCPU(), again))
	})

	It("leaves nothing when it is killed at 20 random moments", func() {
		seed := uint64(GinkgoRandomSeed())
		moments := rand.New(rand.NewPCG(seed, seed))
		for range 20 {
			cmd := command("run")
			Expect(cmd.Start()).To(Succeed())
			moment := time.Duration(moments.Int64N(int64(5 * time.Second)))
			time.Sleep(moment) // the moment is what is tested
			Expect(cmd.Process.Kill()).To(Succeed())
			cmd.Wait()
			Eventually(left).WithArguments(cmd).WithTimeout(gone).Should(BeEmpty(), "killed after %v", moment)
		}
	})
})
