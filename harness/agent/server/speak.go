//go:build linux

package server

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

// A protocol is the upstream's end of what is spoken on one connection. What a peer sends
// it is bounded in everything that has to be kept.
type protocol interface {
	// read takes in one request, to the end of its body. Its error is io.EOF where the peer
	// ended and had not begun one.
	read() (asked, error)
	// answer gives the request that was read last script.Page.
	answer(asked) error
}

// asked is a request that was read.
type asked struct {
	protocol agent.Protocol
	text     string // "METHOD URI"
	body     int64  // bytes
	head     bool   // the answer has no body
	last     bool   // the connection ends with the answer
	stream   uint32 // numbers it where a connection carries several
}

// speaking finds out by a connection's first bytes what its peer speaks. It reads none of
// them, and waits for no more than it takes to tell.
func speaking(in *bufio.Reader, out io.Writer) (protocol, error) {
	first, err := in.Peek(1)
	if err != nil {
		return nil, err
	}
	switch c := first[0]; {
	case c == fastCGIVersion:
		return &fastCGI{in: in, out: out}, nil
	case c == uwsgiModifier:
		return &uwsgi{in: in, out: out}, nil
	case c >= '0' && c <= '9':
		return &scgi{in: in, out: out}, nil
	case begins(in, "PRI * HTTP/2"):
		return newHTTP2(in, out), nil
	case begins(in, "get "), begins(in, "gets "):
		return &memcached{in: in, out: out}, nil
	}
	return newHTTP1(in, out), nil
}

// begins says whether the next bytes are those. It looks at them one by one: more than
// what is different may never come.
func begins(in *bufio.Reader, opening string) bool {
	for i := range len(opening) {
		if got, err := in.Peek(i + 1); err != nil || got[i] != opening[i] {
			return false
		}
	}
	return true
}

// readRequest reads a request in what the peer speaks, and tells of it.
func (p *playing) readRequest() (asked, error) {
	a, err := p.heard()
	if err != nil {
		return a, err
	}
	e := agent.Event{Kind: agent.Request, Text: a.text, N: int(a.body), Protocol: a.protocol}
	if p.conn != p.raw {
		e.Over = "tls"
	}
	p.told(e)
	return a, nil
}

// readHead reads the head of an HTTP/1 request and leaves its body where it is.
func (p *playing) readHead() error {
	if err := p.settle(); err != nil {
		return err
	}
	first := ""
	for left := longestHead; left > 0; {
		line, err := p.in.ReadSlice('\n')
		if err != nil {
			return torn(err)
		}
		text := strings.TrimRight(string(line), "\r\n")
		if text == "" {
			p.told(agent.Event{Kind: agent.Request, Text: first, Protocol: agent.HTTP11})
			return nil
		}
		if first == "" {
			first, _, _ = strings.Cut(text, " HTTP/")
		}
		left -= len(line)
	}
	return fmt.Errorf("a head of more than %d bytes", longestHead)
}

func (p *playing) heard() (a asked, err error) {
	if err := p.settle(); err != nil {
		return a, err
	}
	if p.protocol == nil {
		if p.protocol, err = speaking(p.in, p.conn); err != nil {
			return a, err
		}
	}
	return p.protocol.read()
}

// serve is a well-behaved server on one connection.
func (p *playing) serve() error {
	for {
		a, err := p.readRequest()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := p.protocol.answer(a); err != nil || a.last {
			return err
		}
	}
}

// healthy is a whole healthy answer as HTTP and CGI write it, from its status line on.
func healthy(status string, a asked, fields ...string) string {
	head := fmt.Sprintf("%s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n", status, len(script.Page))
	for _, f := range fields {
		head += f + "\r\n"
	}
	return head + "\r\n" + a.page()
}

// page is the body of the answer.
func (a asked) page() string {
	if a.head {
		return ""
	}
	return script.Page
}

// torn is the error of a read within a request: an end is no end there.
func torn(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
