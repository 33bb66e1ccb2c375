package harness

import (
	"net/netip"
	"strings"

	"github.com/badgateway/badgateway/harness/agent"
)

// Resolve says when the gateway learns an upstream's address.
type Resolve int

const (
	// Literal: the configuration holds the address.
	Literal Resolve = iota
	// AtStart: the configuration holds a name, resolved once, when it is loaded.
	AtStart
	// AtRequest: the configuration holds a name, resolved as requests come.
	AtRequest
)

// World is what stands around the gateway in a scenario. It is comparable; the zero
// value is one upstream, known by its address, played inside the agent, no retries.
type World struct {
	Resolve Resolve
	// Process: the upstream is a child process, which can really die.
	Process bool
	// Restart: the gateway is started anew once the fault is there.
	Restart bool
	// Alone: the scenario touches what others would share, so it has a lab to itself.
	Alone bool
	// Needs is what the scenario needs of its lab beyond what every lab has.
	Needs Needs
}

// Traffic is what the visitor asks for. The zero value is one GET of the site's path.
type Traffic struct {
	Method string
}

func (t Traffic) method() string {
	if t.Method == "" {
		return "GET"
	}
	return t.Method
}

// Request is the bytes that a client sends to the gateway.
func (t Traffic) Request(s Site) []byte {
	path := s.Path
	if path == "" {
		path = "/"
	}
	return []byte(t.method() + " " + path + " HTTP/1.1\r\nHost: " + s.Name +
		"\r\nUser-Agent: badgateway\r\nAccept: */*\r\nConnection: close\r\n\r\n")
}

// Site is one bay as a gateway's configuration has to know it.
type Site struct {
	// Name is the host name that clients ask for, Path what they ask for there ("/" if
	// empty), Port where the gateway listens for them (agent.FrontPort if zero).
	Name, Path string
	Port       uint16
	World      World
	// Server is where the upstream is, at the beginning.
	Server netip.AddrPort
	// Upstream is the upstream's name in the lab's DNS, for a World that resolves.
	Upstream string
	// Resolver is the lab's DNS server.
	Resolver netip.AddrPort
}

func (s Site) port() uint16 {
	if s.Port == 0 {
		return agent.FrontPort
	}
	return s.Port
}

// Plot is what a bay is opened for.
type Plot struct {
	Name  string // a scenario's ID, or any name
	World World
}

// siteName makes a host name of a scenario's ID (RFC 6761 sets .test aside).
func siteName(id string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(id)) + ".test"
}
