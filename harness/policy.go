package harness

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Setting is one value of a configuration and where it was written.
type Setting struct {
	Directive string
	Value     time.Duration
	// Text is a value that is no time: "error timeout".
	Text string
	// File, Line and Column are where it is written; no File means the product's default.
	File         string
	Line, Column int
}

// Where is the setting's place: "nginx.conf:41:9", or that it has none.
func (s Setting) Where() string {
	switch {
	case s.File == "":
		return "default, not written"
	case s.Column == 0:
		return fmt.Sprintf("%s:%d", s.File, s.Line)
	}
	return fmt.Sprintf("%s:%d:%d", s.File, s.Line, s.Column)
}

// Says is the setting as it is written.
func (s Setting) Says() string {
	switch {
	case s.Text != "":
		return s.Directive + " " + s.Text
	case s.Value != 0:
		return s.Directive + " " + s.Value.String()
	}
	return s.Directive
}

func (s Setting) String() string { return s.Says() + " (" + s.Where() + ")" }

// Policy is how patient a gateway is on one route. It is read from the gateway's
// configuration, so every budget has one source.
type Policy struct {
	Connect Setting // to open a connection to an upstream
	Send    Setting // between two writes of the request
	Read    Setting // between two reads of the answer
	Client  Setting // between two reads of the request's body
	Resolve Setting // to resolve a name while a request waits
	Hear    Setting // for the whole of a request's header to be there
	Learned Setting // how long it goes by what a name was resolved to, whatever the DNS says of that
	Pass    Setting // the directive that sends requests to the upstream; no value
	Header  Setting // what limits the answer's header; no value
	// HeaderBytes is that limit.
	HeaderBytes int
	Retry       Retry
	// Tokens says whether the gateway tells its version; no value.
	Tokens Setting
	// Kept are the answers that a cache of the gateway's keeps; Text lists their statuses, and
	// then for how long, as Value says.
	Kept []Setting
	// Lock is how long a request waits for another's of the same, zero where none does.
	Lock Setting
	// Fields are where fields of the answer's header are set, by their names in lower case.
	Fields map[string]Setting
	// Pages is what gives errors a page of the gateway's own, Chunked what lets a body of unknown
	// length say where it ends; no values.
	Pages, Chunked Setting
}

// Field is where a field of the answer's header is set, whatever the case of its name.
func (p Policy) Field(name string) Setting { return p.Fields[strings.ToLower(name)] }

// Retry is when a gateway asks another server, or the same once more, for one request.
type Retry struct {
	On      Setting       // for which failures; Text lists them
	Tries   Setting       // how many servers are asked at most; Count is the number
	Within  Setting       // until when the next one is asked; zero is no limit
	Count   int           // of Tries; 0 is no limit
	Servers int           // how many there are
	Spares  int           // how many of them are asked only when the others fail
	Grudge  time.Duration // how long a failed server is left alone
	Forgive Setting       // what says so
}

// Passes says whether a failure of that kind makes the gateway ask another server.
func (r Retry) Passes(kind string) bool {
	return slices.Contains(strings.Fields(r.On.Text), kind)
}

// Most is how many servers a gateway may ask for one request.
func (r Retry) Most() int {
	n := max(1, r.Servers)
	if r.Count > 0 {
		n = min(n, r.Count)
	}
	return n
}

// Patience is how long a client has to wait before it may call a gateway with this
// policy hung: twice the worst it could need.
func (p Policy) Patience() time.Duration {
	return 2 * (p.Resolve.Value + p.Connect.Value + p.Send.Value + p.Read.Value)
}

// A Term is a time in words of the policy. It names the setting that decides.
type Term struct {
	Text string
	Of   func(Policy) time.Duration
	// Setting is what decides it.
	Setting func(Policy) Setting
}

func (t Term) String() string { return t.Text }

// Times is a multiple of the term.
func (t Term) Times(x float64) Term {
	return Term{
		Text:    fmt.Sprintf("%g x %s", x, t.Text),
		Of:      func(p Policy) time.Duration { return time.Duration(x * float64(t.Of(p))) },
		Setting: t.Setting,
	}
}

func term(text string, setting func(Policy) Setting) Term {
	return Term{text, func(p Policy) time.Duration { return setting(p).Value }, setting}
}

// arpFails is when Linux gives up looking for a neighbour: three requests, a second
// apart (arp(7), mcast_solicit and retrans_time_ms).
const arpFails = 3 * time.Second

func shorter(p Policy) Setting {
	if p.Connect.Value < p.Read.Value {
		return p.Connect
	}
	return p.Read
}

func arpOrConnect(p Policy) time.Duration { return min(p.Connect.Value, arpFails) }

// The terms. Immediately is as fast as the gateway and the machine can; what decides
// then is the line that sends the request to the upstream, or the size of a buffer.
var (
	Immediately    = Term{"at once", func(Policy) time.Duration { return 0 }, func(p Policy) Setting { return p.Pass }}
	HeaderBuffer   = Term{"at once, when its buffer is full", Immediately.Of, func(p Policy) Setting { return p.Header }}
	ConnectTimeout = term("the connect timeout", func(p Policy) Setting { return p.Connect })
	ARPTimeout     = Term{"the connect timeout, or until ARP has failed", arpOrConnect, func(p Policy) Setting { return p.Connect }}
	SendTimeout    = term("the send timeout", func(p Policy) Setting { return p.Send })
	HearTimeout    = term("the timeout for a request's header", func(p Policy) Setting { return p.Hear })
	ClientTimeout  = term("the client's timeout", func(p Policy) Setting { return p.Client })
	ReadTimeout    = term("the read timeout", func(p Policy) Setting { return p.Read })
	ShorterTimeout = term("the shorter of the connect timeout and the read timeout", shorter)
	LockTimeout    = term("the cache lock's timeout", func(p Policy) Setting { return p.Lock })
	ResolveTimeout = term("the resolver's timeout", func(p Policy) Setting { return p.Resolve })
)
