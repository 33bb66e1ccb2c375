package faults

import (
	"context"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// ManyHints: the upstream sends a hundred early hints.
// Each is an answer of its own (RFC 8297), the one that was asked for comes after them.
var ManyHints = harness.Fault{
	Title: "the upstream sends a hundred early hints",
	Cause: harness.Malformed,
	Phase: harness.PhaseHeader,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answer(ctx, b, strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n", 100)+head(len(script.Page))+script.Page)
	},
}
