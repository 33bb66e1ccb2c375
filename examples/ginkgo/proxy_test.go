package proxy_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/badgateway/badgateway/faults"
	"github.com/badgateway/badgateway/harness"
	. "github.com/badgateway/badgateway/harness/matchers"
	"github.com/badgateway/badgateway/harness/nginx"
	"github.com/badgateway/badgateway/harness/runtimes"
)

func TestProxy(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "the shop's proxy")
}

var shop = nginx.Own{Config: "nginx.conf", URL: "http://shop.test:8080/api/", Upstream: "app.shop.internal:9000"}

var _ = Describe("the shop's proxy", Ordered, func() {
	var bay *harness.Bay

	BeforeAll(func(ctx SpecContext) {
		runtime, _, err := runtimes.Open(ctx, runtimes.Auto, runtimes.Want{}, nil)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(runtime.Close)
		lab, err := harness.Open(ctx, runtime, shop)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(lab.Close)
		bay = lab.Bays[0]
	})

	It("is a bad gateway, at once, while the app is gone", func(ctx SpecContext) {
		Expect(bay.While(ctx, faults.Refused)).To(SatisfyAll(BeBadGateway(), HaveReachedUpstream(1), Recover()))
	})

	It("is a gateway timeout, as configured, while the app does not answer", func(ctx SpecContext) {
		Expect(bay.While(ctx, faults.Never)).To(SatisfyAll(BeGatewayTimeout(), AnswerWithin(bay.Policy.Read)))
	})
})
