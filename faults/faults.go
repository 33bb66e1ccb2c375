// Package faults holds the ways in which the world around a gateway goes wrong, one
// file each. A fault breaks a bay through its verbs and knows nothing of gateways,
// runtimes or expectations: what ought to happen then is a scenario's affair.
package faults

import (
	"context"
	"fmt"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// answer lets the upstream read the request and answer with these bytes and FIN.
func answer(ctx context.Context, b *harness.Bay, response string) error {
	return b.Play(ctx, parse("read-request; write %q; close", response))
}

// parse is script.Parse for a script with values in it. %q of Go is the language's own
// quoting, so it cannot fail on a value.
func parse(format string, args ...any) script.Script {
	return script.MustParse(fmt.Sprintf(format, args...))
}

// waitThenServe is not written as text: a wait may be longer than the language allows,
// which the agent says then.
func waitThenServe(d time.Duration) script.Script {
	return script.Script{{Steps: []script.Step{{Verb: script.Wait, Every: d}, {Verb: script.Serve}}}}
}

// head is the header of an answer with a body of that length.
func head(length int) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", length)
}

// lengthOf is the rest of a header, after the status line, for that body.
func lengthOf(body string) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n", len(body)) }
