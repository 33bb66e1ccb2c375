// Package own_test plays scenarios of one's own on real NGINX: the example that is published,
// everything that a file can order, and files whose expectations are wrong.
package own_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/nginx"
	"github.com/badgateway/badgateway/harness/own"
	"github.com/badgateway/badgateway/harness/runtimes"
	"github.com/badgateway/badgateway/suites/place"
)

func TestOwn(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "scenarios of one's own")
}

const example = "../../examples/scenarios"

// read is what a file tells.
func read(path string) []harness.Scenario {
	GinkgoHelper()
	s, err := own.Read(path, "nginx")
	Expect(err).NotTo(HaveOccurred())
	return s
}

// played are the cells of scenarios, by their IDs.
func played(ctx context.Context, sham bool, scenarios ...harness.Scenario) map[string]harness.Cell {
	GinkgoHelper()
	runtime, _, err := runtimes.Open(ctx, runtimes.Auto, runtimes.Want{Scenarios: scenarios}, nil)
	place.Available(err)
	defer func() { Expect(runtime.Close()).To(Succeed()) }()
	sum, err := harness.Run(ctx, harness.Plan{Runtime: runtime, Gateway: nginx.Reference("nginx"), Scenarios: scenarios, Sham: sham})
	Expect(err).NotTo(HaveOccurred())
	cells := map[string]harness.Cell{}
	for _, c := range sum.Cells {
		cells[c.ID] = c
	}
	return cells
}

// altered is the example with something else in it, beside its configuration.
func altered(from, to string) []harness.Scenario {
	GinkgoHelper()
	folder := GinkgoT().TempDir()
	for name, alter := range map[string]func(string) string{
		"nginx.conf": func(text string) string { return text },
		"shop.yaml":  func(text string) string { return strings.Replace(text, from, to, 1) },
	} {
		text, err := os.ReadFile(filepath.Join(example, name))
		Expect(err).NotTo(HaveOccurred())
		if name == "shop.yaml" {
			Expect(string(text)).To(ContainSubstring(from))
		}
		Expect(os.WriteFile(filepath.Join(folder, name), []byte(alter(string(text))), 0o600)).To(Succeed())
	}
	return read(filepath.Join(folder, "shop.yaml"))
}

var _ = Describe("a file of scenarios", func() {
	It("orders everything that can be ordered, and each order is proven delivered", func(ctx SpecContext) {
		scenarios := read("testdata/orders.yaml")
		cells := played(ctx, false, scenarios...)
		Expect(cells).To(HaveLen(len(scenarios)))
		for _, c := range cells {
			if place.Played(c) {
				Expect(c.Verdict).To(Equal(harness.Pass), "%s: %s", c.ID, c.Reason)
				Expect(c.Receipt).NotTo(BeEmpty())
			}
		}
	}, SpecTimeout(5*time.Minute))

	It("passes with nothing injected in no cell", func(ctx SpecContext) {
		for _, c := range played(ctx, true, append(read("testdata/orders.yaml"), read(example+"/shop.yaml")...)...) {
			Expect(c.Verdict).NotTo(BeElementOf(harness.Pass, harness.Warn), c.ID)
		}
	}, SpecTimeout(5*time.Minute))

	It("boots a configuration of its own, whose lines decide", func(ctx SpecContext) {
		cells := played(ctx, false, read(example+"/shop.yaml")...)
		Expect(cells).To(HaveLen(4))
		for id, decided := range map[string]string{
			"shop/slow-page": "proxy_read_timeout 1.5s (nginx.conf:16:13)", "shop/slow-payment": "proxy_read_timeout 2s (nginx.conf:22:13)",
			"shop/deploy": "proxy_pass http://app (nginx.conf:14:13)", "shop/firewalled": "proxy_connect_timeout 1s (nginx.conf:15:13)",
		} {
			Expect(cells[id].Verdict).To(Equal(harness.Pass), "%s: %s", id, cells[id].Reason)
			Expect(cells[id].Decided).To(Equal(decided))
		}
	}, SpecTimeout(5*time.Minute))

	It("fails where it promises what is not so", func(ctx SpecContext) {
		var wrong []harness.Scenario
		for i, a := range alterations {
			for _, s := range altered(a.from, a.to) {
				if s.ID == a.id {
					s.ID = fmt.Sprintf("%s-%d", s.ID, i)
					wrong = append(wrong, s)
				}
			}
		}
		cells := played(ctx, false, wrong...)
		for i, a := range alterations {
			cell := cells[fmt.Sprintf("%s-%d", a.id, i)]
			Expect(cell.Verdict).To(Equal(harness.Fail), a.to)
			Expect(cell.Reason).To(ContainSubstring(a.reason))
		}
	}, SpecTimeout(5*time.Minute))
})

// alterations make promises of the example wrong, each in one way.
var alterations = []struct{ id, from, to, reason string }{
	{"shop/slow-page", "status: 504", "status: 502", "expected that the gateway answers 502 Bad Gateway, but the client saw 504 Gateway Timeout"},
	{"shop/slow-page", "time: read timeout", "time: connect timeout", "but it took 1.5"},
	{"shop/slow-page", "tries: 1", "tries: 2", "tries the upstream 2 times, but 1 connections were begun"},
	{"shop/slow-page", "error: connection_read_timeout", "error: dns_error", "but it says connection_read_timeout"},
	{"shop/slow-page", "log: upstream timed out", "log: segmentation fault", "but it says"},
	{"shop/slow-payment", "body_contains: the payment is", "body_contains: all is well, nothing is", `but the body begins with "the payment`},
	{"shop/slow-payment", "Retry-After: 30", "Retry-After: 31", `but it says "30"`},
}
