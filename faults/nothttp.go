package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// NotHTTP: the upstream does not speak HTTP.
// It answers as an SSH server does: some other service is behind the port.
var NotHTTP = harness.Fault{
	Title: "the upstream does not speak HTTP",
	Cause: harness.Malformed,
	Phase: harness.PhaseHeader,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, script.MustParse(`read-request; write "SSH-2.0-OpenSSH_9.2p1\r\n"; close`))
	},
}
