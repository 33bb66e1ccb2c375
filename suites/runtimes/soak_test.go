//go:build linux && soak

package runtimes_test

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/nginx"
)

var _ = Describe("a scenario", func() {
	for seed := range uint64(3) {
		It(fmt.Sprintf("is told alike in another order (seed %d)", seed), func(ctx SpecContext) {
			expectAlike(ctx, harness.Plan{
				Runtime: here, Gateway: nginx.Reference("nginx"), Shuffle: true, Seed: seed,
			})
		}, SpecTimeout(patience))
	}

	It("is told alike without neighbours", func(ctx SpecContext) {
		expectAlike(ctx, harness.Plan{Runtime: here, Gateway: solitary{nginx.Reference("nginx")}})
	}, SpecTimeout(patience))
})
