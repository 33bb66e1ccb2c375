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

// The families beyond: what goes wrong only with a configuration, a protocol or a client of a
// certain kind.
const (
	TLS       Cause = "tls"       // to the upstream
	Misconfig Cause = "misconfig" // the gateway is told to do what cannot work, or hides what happened
	Reuse     Cause = "reuse"     // connections that are kept
	Pool      Cause = "pool"      // several upstreams
	Send      Cause = "send"      // the request's way to the upstream
	Body      Cause = "body"      // each way in which a body is cut or corrupted
	Local     Cause = "local"     // the gateway's own machine and process
	Edge      Cause = "edge"      // a cache in front
	FastCGI   Cause = "fastcgi"
	UWSGI     Cause = "uwsgi"
	SCGI      Cause = "scgi"
	GRPC      Cause = "grpc" // HTTP/2 to the upstream
	WebSocket Cause = "websocket"
	Socket    Cause = "socket" // an upstream at a unix socket
	HTTPS     Cause = "https"
	HTTP10    Cause = "http10"
	Memcached Cause = "memcached"
	Client    Cause = "client" // what clients speak and ask
	None      Cause = "none"   // nothing is wrong
)

// Phase is where in an exchange between gateway and upstream something went wrong.
type Phase string

// The phases, in their order.
const (
	PhaseStart   Phase = "start" // before any exchange: the gateway loads its configuration
	PhaseResolve Phase = "resolve"
	PhaseConnect Phase = "connect"
	PhaseTLS     Phase = "tls" // the handshake with the upstream
	PhaseSend    Phase = "send"
	PhaseWait    Phase = "wait"   // the request is sent, no byte of an answer is there
	PhaseHeader  Phase = "header" // in the answer's header
	PhaseBody    Phase = "body"
	PhaseReuse   Phase = "reuse" // on a connection that was kept from an earlier exchange
	PhasePool    Phase = "pool"  // in choosing the upstream
	PhaseLocal   Phase = "local" // in the gateway itself
	PhaseEdge    Phase = "edge"  // between a cache in front and what it is in front of
)

// Fault is one way for the world around the gateway to go wrong.
type Fault struct {
	Title string // completes "while ..."
	Cause Cause
	Phase Phase
	// HTTP says that what it lets the upstream say is HTTP/1.
	HTTP bool
	// Invalid says that what it lets the upstream say is no valid answer, so that a whole and
	// healthy one is the gateway's own work (Repaired).
	Invalid bool
	// Kernel is what of the kernel's own decides what comes of it, the zero value for nothing.
	Kernel Kernel
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
