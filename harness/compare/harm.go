package compare

import (
	"slices"

	"github.com/badgateway/badgateway/harness"
)

// harm is how bad it is what a client got, 0 for a page. What he can tell at once is better
// than what he finds out late, and that is better than what he never finds out.
type harm int

// The harms, from the least on. A status below 400 is a page, whatever it says; one from 400
// on blames the client or the servers, truthfully or not.
const (
	aPage  harm = iota
	mended      // a page that the gateway made of what was none: nobody finds out, and it may be right
	clientBlamed
	serverBlamed
	hungUp     // not a byte: it is safe to ask again, and clients do (RFC 9112 9.3.1)
	cutOff     // a part of a page, and it can be seen to be one
	waited     // until his own patience was over
	noGateway  // nobody gets anything
	noHTTP     // bytes that some clients take for a page (HTTP/0.9)
	unnoticed  // a part of a page that looks whole
	neverHeard // an outcome that this version has no word for
)

var harms = map[harness.Outcome]harm{
	harness.Closed: hungUp, harness.Truncated: cutOff, harness.Hang: waited, harness.DidNotStart: noGateway,
	harness.RawBytes: noHTTP, harness.SilentlyTruncated: unnoticed, harness.Repaired: mended,
	harness.Left: aPage, // he wanted nothing any more
}

func harmOf(c harness.Cell) harm {
	if h, ok := harms[c.Outcome]; ok {
		return h
	}
	switch {
	case c.Outcome != harness.Answered:
		return neverHeard
	case c.Status >= 500:
		return serverBlamed
	case c.Status >= 400:
		return clientBlamed
	}
	return aPage
}

// idempotent are the methods whose repetition does no more than the first time (RFC 9110
// 9.2.2).
var idempotent = []string{"", "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"}

// Repeats says that another attempt of the cell's request may do what it asks for once more.
func Repeats(c harness.Cell) bool { return !slices.Contains(idempotent, c.Method) }
