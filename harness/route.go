package harness

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/badgateway/badgateway/harness/agent"
)

// Route is one way through a gateway's configuration to an upstream.
type Route struct {
	// ID is how a report calls it: "GET https://shop.test/api/".
	ID string
	// Where is the line of the configuration that passes its requests on.
	Where Setting
	Visit Visit
	// Servers are the upstreams that it may lead to, at least one.
	Servers  []Server
	Protocol agent.Protocol // what they are spoken to in
	TLS      bool           // over TLS
	// Resolves says that names of its servers are looked up as requests come.
	Resolves bool
	// Healthy is the status of the answer while nothing is broken.
	Healthy int
}

// Server is an upstream as a configuration writes it.
type Server struct {
	// Name is a name in the DNS, "" where an address is written.
	Name string
	// Addr is the address that is written, or the one that the name has in the lab.
	Addr netip.AddrPort
	// Socket is the path of a unix socket, or of an IPv6 address what stands for it and its
	// port, [::1]:8080: what is there is on the gateway's own side. "" where it is neither.
	Socket string
}

// String is the server as people write it.
func (s Server) String() string {
	switch {
	case strings.HasPrefix(s.Socket, "["):
		return s.Socket
	case s.Socket != "":
		return "unix:" + s.Socket
	case s.Name != "":
		return s.Name + ":" + strconv.Itoa(int(s.Addr.Port()))
	}
	return s.Addr.String()
}

// shares says whether two routes may lead to the same server, so that what breaks one
// breaks the other.
func (r *Route) shares(other *Route) bool {
	for _, s := range r.Servers {
		for _, o := range other.Servers {
			if s == o {
				return true
			}
		}
	}
	return false
}
