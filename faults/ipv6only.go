package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// IPv6Only: the upstream's name has an IPv6 address only.
// There is no A record, and the AAAA record leads to where no route leads (RFC 3849).
var IPv6Only = harness.Fault{
	Title: "the upstream's name has an IPv6 address only",
	Cause: harness.DNS,
	Phase: harness.PhaseResolve,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.AnswerIPv6(ctx)
	},
}
