package harness

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/speech"
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
	// Servers is how many upstreams there are, zero is one. The last Spared of them are left
	// alone by the fault.
	Servers, Spared int
	// Speaks is what the gateway speaks to its upstreams; "" is HTTP/1, in the version that
	// the gateway takes where nothing is configured.
	Speaks agent.Protocol
	// TLS: it speaks that over TLS, and verifies the certificate.
	TLS bool
	// Socket: the upstream listens at a unix socket.
	Socket bool
	// Front is how the gateway listens for its clients.
	Front Front
	// Setup is what the gateway's configuration does beyond its reference.
	Setup Setup
	// Misled: what is wrong is the configuration itself. The site then has a second way, at
	// WellPath, that is as it should be: by that it is healthy, until the visitor is misled.
	Misled bool
	// Crowd: others ask beside the visitor, so that what is counted at the upstreams is not his alone.
	Crowd bool
}

// WellPath is where a site that misleads passes requests on as it should.
const WellPath = "/well"

// PurgePath is where a site with the setup EdgeCanBePurged removes what its cache keeps:
// DELETE, with the file's name in the cache after it.
const PurgePath = "/purge/"

// Hosts is how many upstreams there are.
func (w World) Hosts() int { return max(1, w.Servers) }

// Plain says that the world needs nothing of the gateway that a simple proxy does not do:
// one upstream that speaks HTTP, clear text on both sides, no setup.
func (w World) Plain() bool {
	return w.Hosts() == 1 && w.Speaks == "" && !w.TLS && !w.Socket && w.Front == FrontHTTP && w.Setup == "" && !w.Misled
}

// Front is how a gateway listens for its clients.
type Front string

// The fronts.
const (
	FrontHTTP  Front = ""      // HTTP/1 in clear text
	FrontTLS   Front = "https" // HTTP/1 over TLS
	FrontHTTP2 Front = "h2"    // HTTP/2 over TLS, chosen by ALPN
)

// Traffic is what the visitor asks for. The zero value is one GET of the site's path.
type Traffic struct {
	Method string
	// HTTP10 asks in HTTP/1.0.
	HTTP10 bool
	// Body is the length of the request's body in bytes.
	Body int
	// Content is the request's body itself, in place of one of that length.
	Content string
	Path    string // with its query; "" is the site's
	// Header has further lines for the request's header, "Cookie: a=b", each with its end. A
	// field that the request has anyway is replaced.
	Header string
	// Chunked says that the body comes in chunks, Expect that the client waits for a 100
	// Continue before it sends it, Gzip that it takes an answer that is compressed.
	Chunked, Expect, Gzip bool
	// Manner is how it sends the body, where it does not wait.
	Manner agent.Manner
	// Unseen asks for what nobody has asked for before the fault, so that no cache has it.
	Unseen bool
	// Past asks past all caches, as a browser's hard reload does.
	Past bool
}

// before is the traffic as it was before the fault.
func (t Traffic) before() Traffic { t.Unseen = false; return t }

// ordinary is the traffic of whoever is content with what a cache has.
func (t Traffic) ordinary() Traffic { t.Past = false; return t }

// past is the traffic of whoever is not.
func (t Traffic) past() Traffic { t.Past = true; return t }

// Site is one bay as a gateway's configuration has to know it.
type Site struct {
	// ID is the scenario's, or the name of the plot that the bay is opened for.
	ID string
	// Name is the host name that clients ask for, Path what they ask for there ("/" if
	// empty), Port where the gateway listens for them (agent.FrontPort if zero).
	Name, Path string
	Port       uint16
	World      World
	// Server is where the first upstream is, at the beginning. The others are hosts of their
	// own with the same port.
	Server netip.AddrPort
	// Upstream is the upstream's name in the lab's DNS, for a World that resolves.
	Upstream string
	// UpstreamSocket is where the one upstream of a World with Socket is, SocketPath(0) if empty.
	UpstreamSocket string
	// Resolver is the lab's DNS server.
	Resolver netip.AddrPort
	// At is where the gateway listens for whoever asks for no route, Port says it where that
	// is not valid.
	At netip.AddrPort
	// Socket is the unix socket where it listens, if it listens nowhere else.
	Socket string
	// Host is the first of the bay's hosts, by index.
	Host int
	// Route is the one that the bay is for, nil where the gateway has a server for the bay.
	Route *Route
}

// visit is how the bay's clients come by.
func (s Site) visit() Visit {
	if s.Route != nil {
		return s.Route.Visit
	}
	at := s.At
	if !at.IsValid() {
		at = netip.AddrPortFrom(netip.Addr{}, s.Port)
	}
	v := Visit{
		Host: s.Name, Path: s.Path, At: at, Socket: s.Socket,
		Fields: []agent.Field{{Name: "User-Agent", Value: "badgateway"}},
	}
	if s.World.Front != FrontHTTP {
		v.At = netip.AddrPortFrom(at.Addr(), agent.FrontTLSPort)
		v.TLS, v.HTTP2 = &agent.ClientTLS{ServerName: s.Name}, s.World.Front == FrontHTTP2
	}
	switch s.World.Speaks {
	case agent.WebSocket:
		v.Fields = append(v.Fields, upgrade...)
		v.WebSocket = true
	case agent.GRPC:
		v.Method, v.Body, v.Fields = http.MethodPost, []byte(speech.Message("")), append(v.Fields, call...)
	}
	return v
}

// call is what a gRPC client says of its request (gRPC over HTTP2, Requests).
var call = []agent.Field{{Name: "Content-Type", Value: "application/grpc"}, {Name: "TE", Value: "trailers"}}

// upgrade asks for a WebSocket (RFC 6455 4.1; the key is the one of its 1.3).
var upgrade = []agent.Field{
	{Name: "Upgrade", Value: "websocket"}, {Name: "Sec-WebSocket-Version", Value: "13"},
	{Name: "Sec-WebSocket-Key", Value: "dGhlIHNhbXBsZSBub25jZQ=="},
}

// servers are the bay's upstreams.
func (s Site) servers() []Server {
	if s.Route != nil {
		return s.Route.Servers
	}
	servers := make([]Server, s.World.Hosts())
	for i := range servers {
		if s.World.Socket {
			servers[i] = Server{Socket: s.SocketPath(i)}
			continue
		}
		servers[i].Addr = netip.AddrPortFrom(agent.HostAddr(s.Host+i), s.Server.Port())
		if s.World.Resolve != Literal {
			servers[i].Name = s.Upstream
		}
	}
	return servers
}

// Addresses are where the bay's upstreams are, or the paths of their unix sockets, as a
// configuration names them.
func (s Site) Addresses() (all []string) {
	for _, server := range s.servers() {
		all = append(all, server.String())
	}
	return all
}

// SocketPath is the unix socket of one of the bay's upstreams, in the gateway's root.
func (s Site) SocketPath(i int) string {
	if s.UpstreamSocket != "" {
		return s.UpstreamSocket
	}
	return fmt.Sprintf("/run/%s-%d.sock", s.Name, i)
}

// PlainPort is where a gateway with the setup AlsoPlain listens in clear text: for each site
// somewhere else, since what is spoken at a port is so for all of its sites.
func (s Site) PlainPort() uint16 { return 8000 + uint16(s.Host) }

// healthy is the status of the answer while nothing is broken.
func (s Site) healthy() int {
	switch {
	case s.Route != nil:
		return s.Route.Healthy
	case s.speaks() == agent.WebSocket:
		return http.StatusSwitchingProtocols
	}
	return http.StatusOK
}

// speaks is what the upstream is spoken to in.
func (s Site) speaks() agent.Protocol {
	switch {
	case s.Route != nil:
		return s.Route.Protocol
	case s.World.Setup == NoUpgrade:
		return agent.HTTP11
	}
	return s.World.Speaks
}

// Plot is what a bay is opened for.
type Plot struct {
	Name  string // a scenario's ID, or any name
	World World
	Route *Route // nil for a server of its own
	// Application is what the upstream really is, nil for one that the agent plays.
	Application *Application
}

// world is what stands around its gateway: an application is a process, and not every lab can
// have one.
func (p Plot) world() World {
	w := p.World
	if p.Application != nil {
		w.Process, w.Needs = true, w.Needs|Applications
	}
	return w
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
