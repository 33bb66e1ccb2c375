package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// LengthOfLetters: the upstream's Content-Length is no number.
// Digits with letters behind them, which some parsers stop at (RFC 9112 6.3).
var LengthOfLetters = harness.Fault{
	Title:   "the upstream's Content-Length is no number",
	Cause:   harness.Malformed,
	Phase:   harness.PhaseHeader,
	HTTP:    true,
	Invalid: true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answer(ctx, b, "HTTP/1.1 200 OK\r\nContent-Length: 6o\r\n\r\n"+script.Page)
	},
}
