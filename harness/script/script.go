// Package script is the language of misbehaviour: what a peer does on a connection,
// as steps at the level of bytes on a socket.
//
//	read-request; write "HTTP/1.1 200 OK\r\nContent-Le"; close
//	3 x reset, then serve
//
// A Script is a list of clauses. Each new connection is played by the first clause
// whose count is not used up; the last clause needs no count and plays for ever. The
// text form is the wire form and the form that people write: Parse and String are
// inverses. The package knows no socket: harness/agent/server plays what it says.
package script

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Page is the body of a healthy answer. It begins with FirstLine, so that it can be told
// from a page of the gateway's own, and ends with LastLine, so that one that was cut can
// be told from a whole one even when the framing says nothing.
const (
	Page      = FirstLine + LastLine
	FirstLine = "an answer of the upstream, from its first line\n"
	LastLine  = "to its last.\n"
)

// A Verb is what a step does.
type Verb string

// The verbs. Only a process of its own (agent.Host.Process) can Work, Die or ExhaustMemory.
const (
	ReadRequest   Verb = "read-request"   // read one request, head and body, in what the peer speaks
	ReadHead      Verb = "read-head"      // read the head of one HTTP/1 request, and nothing of its body
	Hear          Verb = "hear"           // wait for the peer's first bytes, and read what has come, whatever it is
	ReadHello     Verb = "read-hello"     // read what the peer opens TLS with; what follows is no TLS
	Handshake     Verb = "handshake"      // finish the TLS handshake, if the peer begins one
	Write         Verb = "write"          // write Text, Times over, at once
	Drip          Verb = "drip"           // write Text byte by byte, one every Every
	Wait          Verb = "wait"           // do nothing for Every
	Work          Verb = "work"           // the process computes until it has had a core for Every
	Serve         Verb = "serve"          // hand the connection to a well-behaved server of what the peer speaks
	Hold          Verb = "hold"           // keep the connection open and silent until the peer ends it
	Close         Verb = "close"          // send FIN, then read what the peer still sends
	Reset         Verb = "reset"          // send RST
	Die           Verb = "die"            // the process kills itself: SIGKILL
	ExhaustMemory Verb = "exhaust-memory" // the process allocates until the kernel kills it
)

// A Step is one thing done on a connection.
type Step struct {
	Verb  Verb
	Text  string        // Write, Drip
	Times int           // Write: repetitions, zero is one
	Every time.Duration // Drip: the pause between bytes; Wait, Work: how long
}

// A Clause is what Count connections do, or, with Count zero, all that follow.
type Clause struct {
	Count int
	Steps []Step
}

// A Script is what the connections to a host do, one clause after the other.
type Script []Clause

// Healthy is the script of a well-behaved upstream.
var Healthy = Script{{Steps: []Step{{Verb: Serve}}}}

// Clause returns the clause that plays connection n, counting from zero; nil once
// every counted clause is used up and none without a count follows.
func (s Script) Clause(n int) *Clause {
	for i := range s {
		if s[i].Count == 0 || n < s[i].Count {
			return &s[i]
		}
		n -= s[i].Count
	}
	return nil
}

// Ends says whether the clause's last step has that verb.
func (c Clause) Ends(v Verb) bool { return len(c.Steps) > 0 && c.Steps[len(c.Steps)-1].Verb == v }

// Reads is how many requests the clause reads, one by one.
func (c Clause) Reads() (n int) {
	for _, s := range c.Steps {
		if s.Verb == ReadRequest {
			n++
		}
	}
	return n
}

func (s Script) String() string {
	clauses := make([]string, len(s))
	for i, c := range s {
		clauses[i] = c.String()
	}
	return strings.Join(clauses, ", then ")
}

func (c Clause) String() string {
	steps := make([]string, len(c.Steps))
	for i, s := range c.Steps {
		steps[i] = s.String()
	}
	text := strings.Join(steps, "; ")
	if c.Count > 0 {
		return fmt.Sprintf("%d x %s", c.Count, text)
	}
	return text
}

func (s Step) String() string {
	switch s.Verb {
	case Write:
		if s.Times > 1 {
			return fmt.Sprintf("write %s x %d", strconv.Quote(s.Text), s.Times)
		}
		return "write " + strconv.Quote(s.Text)
	case Drip:
		return fmt.Sprintf("drip %s every %v", strconv.Quote(s.Text), s.Every)
	case Wait, Work:
		return string(s.Verb) + " " + s.Every.String()
	}
	return string(s.Verb)
}
