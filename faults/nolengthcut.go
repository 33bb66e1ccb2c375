package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// NoLengthCut: the upstream dies in a body that ends with the connection.
// Half of the page and FIN: the sign that would also end a whole one.
var NoLengthCut = harness.Fault{
	Title: "the upstream dies in a body that ends with the connection",
	Cause: harness.HTTP10,
	Phase: harness.PhaseBody,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answer(ctx, b, "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n"+script.Page[:len(script.Page)/2])
	},
}
