//go:build linux && soak

package ordinary_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
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

var _ = Describe("soak of the machine", Serial, func() {
	It("is as it was after 50 kills each", func(ctx SpecContext) { onMachine(ctx, "soak on the machine itself") }, SpecTimeout(20*time.Minute))
})

func init() {
	if inMachine {
		Describe("soak on the machine itself", Serial, soakOfTheMachineItself)
	}
}

func soakOfTheMachineItself() {
	for who, as := range map[string]func(*exec.Cmd) *exec.Cmd{"an ordinary user": func(c *exec.Cmd) *exec.Cmd { return c }, "root": asRoot} {
		It("leaves nothing when "+who+" plays all there is", func() {
			before := machine()
			cmd := as(command("run", "--runtime", "local"))
			exits(0, cmd)
			Expect(left(cmd, before)).To(BeEmpty())
		})

		It("leaves nothing when a run of "+who+" is killed at 50 random moments", func() {
			before := machine()
			seed := uint64(GinkgoRandomSeed())
			moments := rand.New(rand.NewPCG(seed, seed))
			var slowest time.Duration
			for range 50 {
				cmd := as(command("run", "--runtime", "local"))
				Expect(cmd.Start()).To(Succeed())
				moment := time.Duration(moments.Int64N(int64(4 * time.Second)))
				time.Sleep(moment) // the moment is what is tested
				Expect(cmd.Process.Kill()).To(Succeed())
				killed := time.Now()
				cmd.Wait()
				Eventually(left).WithArguments(cmd, before).WithTimeout(gone).Should(BeEmpty(), "killed after %v", moment)
				slowest = max(slowest, time.Since(killed))
			}
			AddReportEntry("50 kills", fmt.Sprintf("seed %d; found to be gone after %v at most", seed, slowest))
		})
	}
}

var _ = Describe("soak", Serial, func() {
	It("gives the same verdicts 20 times beside four busy loops", func(ctx SpecContext) {
		busy, cancel := context.WithCancel(ctx)
		DeferCleanup(cancel)
		calm, _, _ := verdicts()
		for range 4 {
			loop := exec.CommandContext(busy, "sh", "-c", "while :; do :; done")
			Expect(loop.Start()).To(Succeed())
			DeferCleanup(func() { loop.Wait() })
			DeferCleanup(cancel)
		}
		var again int
		var times []time.Duration
		var flakes []string
		for i := range 20 {
			v, twice, took := verdicts()
			for id, verdict := range v {
				if verdict != calm[id] {
					flakes = append(flakes, fmt.Sprintf("run %d: %s: %s, and %s without them", i+1, id, verdict, calm[id]))
				}
			}
			again, times = again+twice, append(times, took)
		}
		slices.Sort(times)
		AddReportEntry("20 runs beside four busy loops", fmt.Sprintf("%d cores, %d cells played twice, median %v, longest %v",
			runtime.NumCPU(), again, times[10], times[19]))
		Expect(flakes).To(BeEmpty())
	})
})

// verdicts plays the whole catalogue and returns the last take of each cell, and how many
// had to be played twice.
func verdicts() (last map[string]string, twice int, took time.Duration) {
	cmd := command("run", "--runtime", "local")
	if os.Getuid() == 0 {
		cmd = asRoot(cmd)
	}
	path := filepath.Join(GinkgoT().TempDir(), "journal.ndjson")
	cmd.Args = append(cmd.Args, "--report", "journal="+path)
	began := time.Now()
	cmd.Run()
	took = time.Since(began)
	run, err := journal.ReadFile(path)
	Expect(err).NotTo(HaveOccurred(), "%s", cmd.Stderr)
	last = map[string]string{}
	for _, c := range run.Cells {
		last[c.ID] = fmt.Sprintf("%s %d %s", c.Verdict, c.Status, c.Outcome)
		if c.Take > 1 {
			twice++
		}
		if c.Verdict != harness.Pass {
			GinkgoWriter.Printf("take %d of %s: %s: %s\n", c.Take, c.ID, c.Verdict, c.Reason)
		}
	}
	Expect(last).To(HaveLen(len(scenarios.All())))
	return last, twice, took
}
