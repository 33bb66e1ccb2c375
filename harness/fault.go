package harness

import "context"

// Cause is the family of a fault, as incident write-ups name it.
type Cause string

// The causes of gateway errors, as they are documented everywhere, and one more.
const (
	Crash     Cause = "crash"
	Overload  Cause = "overload"
	DNS       Cause = "dns"
	Firewall  Cause = "firewall"
	Malformed Cause = "malformed"
	Slow      Cause = "slow"
	Network   Cause = "network" // in no list of causes: the way between the two
)

// Phase is where in an exchange between gateway and upstream something went wrong.
type Phase string

// The phases, in their order.
const (
	PhaseStart   Phase = "start" // before any exchange: the gateway loads its configuration
	PhaseResolve Phase = "resolve"
	PhaseConnect Phase = "connect"
	PhaseSend    Phase = "send"
	PhaseWait    Phase = "wait"   // the request is sent, no byte of an answer is there
	PhaseHeader  Phase = "header" // in the answer's header
	PhaseBody    Phase = "body"
)

// Fault is one way for the world around the gateway to go wrong.
type Fault struct {
	Title string // completes "while ..."
	Cause Cause
	Phase Phase
	// Inject breaks the bay through its verbs, and through nothing else.
	Inject func(context.Context, *Bay) error `json:"-"`
}

// Change is one reversible alteration of a bay.
type Change struct {
	What string // completes "badgateway ..."
	// Apply makes it; Confirm returns nil once it can be felt.
	Apply, Confirm func(context.Context) error
	// Revert undoes it, also after a partial Apply or none, and returns when health
	// can be felt again.
	Revert func(context.Context) error
	// Delivered is the receipt.
	Delivered Proof
}

// A Proof finds in the evidence what shows that a change was met in the visitor's
// exchange, and says it in a few words. An error says what is missing.
type Proof func(*Evidence) (string, error)
