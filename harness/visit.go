package harness

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/badgateway/badgateway/harness/agent"
)

// Visit is how a client comes by a route.
type Visit struct {
	Method string // "" is GET
	Path   string // with its query; "" is /
	Host   string
	Fields []agent.Field // further ones of the request's header
	Body   []byte
	// At is where the gateway listens; not valid is agent.Front, port agent.FrontPort.
	At     netip.AddrPort
	Socket string // or at which unix socket
	TLS    *agent.ClientTLS
	Proxy  bool // the PROXY protocol is expected
	HTTP2  bool
	// WebSocket: the client uses the WebSocket that its fields ask for.
	WebSocket bool
	// Fresh asks for something else each time, by a query of its own, so that no cache answers.
	Fresh bool
	// From is a network from which clients are let in; not valid is any.
	From netip.Prefix
}

// Ask is the visit of a client at that address. What the traffic says goes before what the
// visit says.
func (v Visit) Ask(from netip.Addr, t Traffic) agent.Ask {
	method := cmp.Or(t.Method, v.Method, "GET")
	v.Path = cmp.Or(t.Path, v.Path)
	v.Fields = replaced(v.Fields, t.fields())
	if t.Content != "" {
		v.Body = []byte(t.Content)
	}
	return agent.Ask{
		From: from, To: v.Address(), Method: method, Request: v.request(method, t),
		TLS: v.TLS, Proxy: v.Proxy, HTTP2: v.HTTP2, WebSocket: v.WebSocket, Socket: v.Socket,
		Fill: t.Body, Chunked: t.Chunked, Manner: t.manner(),
	}
}

// fields are those of Header.
func (t Traffic) fields() (found []agent.Field) {
	for line := range strings.Lines(t.Header) {
		name, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), ": ")
		found = append(found, agent.Field{Name: name, Value: value})
	}
	return found
}

// replaced are fields with others in the place of those of the same name.
func replaced(fields, by []agent.Field) []agent.Field {
	kept := slices.DeleteFunc(slices.Clone(fields), func(f agent.Field) bool {
		return slices.ContainsFunc(by, func(b agent.Field) bool { return strings.EqualFold(b.Name, f.Name) })
	})
	return append(kept, by...)
}

func (t Traffic) manner() agent.Manner {
	if t.Expect {
		return agent.Awaited
	}
	return t.Manner
}

// Address is where the gateway listens. Loopback is asked on the gateway's own side.
func (v Visit) Address() netip.AddrPort {
	addr, port := v.At.Addr(), v.At.Port()
	if !addr.IsValid() || addr.IsUnspecified() {
		addr = agent.Front
	}
	if port == 0 {
		port = agent.FrontPort
	}
	return netip.AddrPortFrom(addr, port)
}

// request is the bytes of the request.
func (v Visit) request(method string, t Traffic) []byte {
	var b bytes.Buffer
	path := v.Path
	if path == "" {
		path = "/"
	}
	if v.Fresh {
		path = withQuery(path, fmt.Sprintf("badgateway=%x", rand.Uint64()))
	}
	if t.Unseen {
		path = withQuery(path, "unseen")
	}
	version, body := "HTTP/1.1", v.Body
	if t.HTTP10 {
		version = "HTTP/1.0"
	}
	if t.Body > 0 {
		body = nil // the client makes it up
	}
	fmt.Fprintf(&b, "%s %s %s\r\nHost: %s\r\nAccept: */*\r\n", method, path, version, v.Host)
	fields := v.Fields
	if t.Past {
		fields = slices.Concat(fields, uncached)
	}
	for _, f := range fields {
		fmt.Fprintf(&b, "%s: %s\r\n", f.Name, f.Value)
	}
	for _, f := range t.framing(len(body)) {
		fmt.Fprintf(&b, "%s: %s\r\n", f.Name, f.Value)
	}
	connection := "close"
	if v.WebSocket {
		connection = "Upgrade"
	}
	fmt.Fprintf(&b, "Connection: %s\r\n\r\n%s", connection, body)
	return b.Bytes()
}

// framing are the fields that say how the traffic's body comes, of which that many bytes are
// there already, and what answers it takes.
func (t Traffic) framing(length int) (fields []agent.Field) {
	if t.Gzip {
		fields = append(fields, agent.Field{Name: "Accept-Encoding", Value: "gzip"})
	}
	if t.Expect {
		fields = append(fields, agent.Field{Name: "Expect", Value: "100-continue"})
	}
	switch length += t.Body; {
	case t.Chunked:
		fields = append(fields, agent.Field{Name: "Transfer-Encoding", Value: "chunked"})
	case length > 0:
		fields = append(fields, agent.Field{Name: "Content-Length", Value: strconv.Itoa(length)})
	}
	return fields
}

// withQuery is the path with one more parameter.
func withQuery(path, parameter string) string {
	sign := "?"
	if strings.Contains(path, "?") {
		sign = "&"
	}
	return path + sign + parameter
}

// uncached are the fields of a request that no cache may answer (RFC 9111 5.2.1.4, 5.4).
var uncached = []agent.Field{{Name: "Cache-Control", Value: "no-cache"}, {Name: "Pragma", Value: "no-cache"}}

// Client is the address of a bay's client: of the network that is let in, where only one is.
func (v Visit) Client(bay, which int) netip.Addr {
	switch {
	case v.From.IsValid():
		return nth(v.From, 3*bay+which)
	case v.At.Addr().IsLoopback():
		return netip.AddrFrom4([4]byte{127, 19, byte(bay), byte(which)})
	}
	return netip.AddrFrom4([4]byte{198, 19, byte(bay), byte(which)})
}

// nth is an address of a network, the first again where it has not as many.
func nth(p netip.Prefix, n int) netip.Addr {
	a := p.Masked().Addr()
	for range n {
		if next := a.Next(); p.Contains(next) {
			a = next
		}
	}
	return a
}
