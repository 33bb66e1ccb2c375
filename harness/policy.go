package harness

import (
	"fmt"
	"time"
)

// Setting is one value of a configuration and where it was written.
type Setting struct {
	Directive string
	Value     time.Duration
	// File and Line are where it is written; no File means the product's default.
	File string
	Line int
}

func (s Setting) String() string {
	where := "default, not written"
	if s.File != "" {
		where = fmt.Sprintf("%s:%d", s.File, s.Line)
	}
	if s.Value == 0 {
		return fmt.Sprintf("%s (%s)", s.Directive, where)
	}
	return fmt.Sprintf("%s %v (%s)", s.Directive, s.Value, where)
}

// Policy is how patient a gateway is on one route. It is read from the gateway's
// configuration, so every budget has one source.
type Policy struct {
	Connect Setting // to open a connection to an upstream
	Send    Setting // between two writes of the request
	Read    Setting // between two reads of the answer
	Resolve Setting // to resolve a name while a request waits
	Pass    Setting // the directive that sends requests to the upstream; no value
	Header  Setting // what limits the answer's header; no value
	// HeaderBytes is that limit.
	HeaderBytes int
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
	ReadTimeout    = term("the read timeout", func(p Policy) Setting { return p.Read })
	ShorterTimeout = term("the shorter of the connect timeout and the read timeout", shorter)
	ResolveTimeout = term("the resolver's timeout", func(p Policy) Setting { return p.Resolve })
)
