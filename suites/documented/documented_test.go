// Package documented plays the catalogue on NGINX with Ginkgo: one spec a scenario,
// labelled with its cause, its phase and its gateway. The cells are played side by side,
// as `badgateway run` plays them; a spec waits for its own.
//
//	go test ./suites/documented -ginkgo.label-filter='dns || slow'
package documented_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/nginx"
	"github.com/badgateway/badgateway/harness/runtimes"
	"github.com/badgateway/badgateway/scenarios"
	"github.com/badgateway/badgateway/suites/place"
)

func TestDocumented(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "documented causes of gateway errors")
}

const gatewayName = "nginx"

// playing is one run of the engine that all specs share.
type playing struct {
	mu    sync.Mutex
	cells map[string]harness.Cell
	more  chan struct{} // closed by the next cell
	done  chan struct{}
	err   error
}

func (p *playing) add(c harness.Cell) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cells[c.ID] = c
	close(p.more)
	p.more = make(chan struct{})
}

// cell waits for a scenario's cell. An inconclusive one is played once more by the
// engine, so the run's end is waited for.
func (p *playing) cell(ctx context.Context, id string) (harness.Cell, error) {
	for {
		p.mu.Lock()
		c, ok := p.cells[id]
		more := p.more
		p.mu.Unlock()
		if ok && (c.Verdict != harness.Inconclusive || c.Take > 1) {
			return c, nil
		}
		select {
		case <-more:
		case <-p.done:
			return c, p.err
		case <-ctx.Done():
			return c, context.Cause(ctx)
		}
	}
}

var play *playing

var _ = BeforeSuite(func(ctx SpecContext) {
	runtime, why, err := runtimes.Open(ctx, runtimes.Auto, runtimes.Want{From: gatewayName, Scenarios: selected()}, func(s string) { GinkgoWriter.Println(s) })
	place.Available(err)
	GinkgoWriter.Println("labs are made by", runtime.Name(), "because", why)
	DeferCleanup(runtime.Close)
	begin(runtime)
})

// begin starts the run.
func begin(runtime harness.Runtime) {
	ctx, cancel := context.WithCancel(context.Background())
	play = &playing{cells: map[string]harness.Cell{}, more: make(chan struct{}), done: make(chan struct{})}
	DeferCleanup(func() { cancel(); <-play.done }) // before the runtime is closed
	go func() {
		defer close(play.done)
		_, play.err = harness.Run(ctx, harness.Plan{
			Runtime: runtime, Gateway: nginx.Reference(gatewayName), Scenarios: selected(), OnCell: play.add,
		})
	}()
}

// selected is what the label filter leaves of the catalogue.
func selected() (chosen []harness.Scenario) {
	for _, s := range scenarios.All() {
		if Label(s.Labels(gatewayName)...).MatchesLabelFilter(GinkgoLabelFilter()) {
			chosen = append(chosen, s)
		}
	}
	return chosen
}

var _ = Describe("NGINX", func() {
	for _, s := range scenarios.All() {
		It(s.Title, Label(s.Labels(gatewayName)...), func(ctx SpecContext) {
			cell, err := play.cell(ctx, s.ID)
			Expect(err).NotTo(HaveOccurred())
			place.MustBePlayed(cell)
			AddReportEntry(s.ID, cell, ReportEntryVisibilityFailureOrVerbose)
			Expect(cell.Verdict).To(Equal(harness.Pass), "%s: %s\n%s", s.ID, cell.Reason, cell.Why)
			Expect(cell.Receipt).NotTo(BeEmpty(), "a verdict without a proof of delivery")
			if s.Documented {
				row := fmt.Sprintf("| `%s` | %s | **%d** ", s.ID, s.Folklore, cell.Status)
				Expect(os.ReadFile("../../README.md")).To(ContainSubstring(row), "the README's first screen")
			}
		}, SpecTimeout(5*time.Minute))
	}
})
