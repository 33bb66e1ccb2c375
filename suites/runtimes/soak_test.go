//go:build linux && soak

package runtimes_test

import (
	"context"
	"fmt"

	. "github.com/onsi/ginkgo/v2"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/nginx"
)

// expectAlike plays the catalogue and fails where cells are not told as in the reference.
func expectAlike(ctx context.Context, plan harness.Plan) {
	GinkgoHelper()
	expectTold(ctx, plan, play(ctx, plan))
}

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
