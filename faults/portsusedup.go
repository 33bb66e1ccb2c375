package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// PortsUsedUp: other connections to the upstream have taken all ports of the gateway's kernel.
// Each port is one connection to that address and port of an upstream.
var PortsUsedUp = harness.Fault{
	Title:  "other connections to the upstream have taken all ports of the gateway's kernel",
	Cause:  harness.Local,
	Phase:  harness.PhaseConnect,
	Inject: func(ctx context.Context, b *harness.Bay) error { return b.UseUpPorts(ctx) },
}
