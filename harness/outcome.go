package harness

import (
	"bytes"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

// Outcome is what became of the client's request, in one stable word.
type Outcome string

// The outcomes. Only the first has a status that tells the truth.
const (
	Answered          Outcome = "answered"           // a whole response
	Truncated         Outcome = "truncated"          // a response whose framing shows that it was cut
	SilentlyTruncated Outcome = "silently-truncated" // the upstream's page, which looks whole and is not
	Repaired          Outcome = "repaired"           // a whole healthy answer, made of one that was none: see repaired
	Closed            Outcome = "closed"             // the connection ended without a byte
	RawBytes          Outcome = "raw-bytes"          // bytes, and no status line before them
	Left              Outcome = "left"               // the client went away before an answer was there
	Hang              Outcome = "hang"               // the client's patience ran out first
	DidNotStart       Outcome = "did-not-start"      // there was no gateway to ask
)

// OutcomeOf classifies an exchange.
func OutcomeOf(x agent.Exchange) Outcome {
	r := x.Response
	switch {
	case x.End == agent.EndPatience:
		return Hang
	case x.End == agent.EndLeft:
		return Left
	case r.Bytes == 0:
		return Closed
	case r.Status == 0:
		return RawBytes
	case !r.Whole:
		return Truncated
	case upstreams(r.Start) && !bytes.HasSuffix(r.Tail, []byte(script.LastLine)):
		return SilentlyTruncated
	}
	return Answered
}

// repaired says that a gateway made a whole answer of what was none: what the fault lets the
// upstream say is no valid answer, and the client got the healthy status and the whole page
// in a valid frame. A page from elsewhere (a spare, a cache of a configuration of
// somebody's own) is no repair.
func (b *Bay) repaired(f Fault, e *Evidence) bool {
	r := e.Exchange.Response
	return f.Invalid && e.Outcome == Answered && r.Status == b.Site.healthy() &&
		upstreams(r.Start) && e.Spared == 0 && b.Site.Route == nil
}

// upstreams says whether a body that begins like that is the upstream's page, and not one
// of the gateway's own. Its first words will do: it may have been cut after them, and
// been filled up with something else.
func upstreams(start []byte) bool {
	const words = len("an answer of the")
	n := min(len(start), words)
	return n > 0 && string(start[:n]) == script.FirstLine[:n]
}
