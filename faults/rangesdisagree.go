package faults

import (
	"context"
	"fmt"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// RangesDisagree: the upstream's page changes between two ranges of it.
// Each answer is as it should be, and their entity tags tell that they are of two pages (RFC 9110
// 13.1.5, 14.4).
var RangesDisagree = harness.Fault{
	Title: "the upstream's page changes between two ranges of it",
	Cause: harness.Edge,
	Phase: harness.PhaseEdge,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		const n = harness.SliceSize
		first, rest := script.Page[:n], script.Page[n:]
		return b.PlayEach(ctx, parse("1 x read-request; write %q; close, then read-request; write %q; close",
			partOf(first, 0, "before"), partOf(rest, n, "after")))
	},
}

// partOf is an answer with a part of the page, from its nth byte on.
func partOf(part string, n int, tag string) string {
	return fmt.Sprintf("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes %d-%d/%d\r\nETag: %q\r\n%s%s",
		n, n+len(part)-1, len(script.Page), tag, lengthOf(part), part)
}
