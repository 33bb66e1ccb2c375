package agent

import (
	"net/netip"
	"strconv"
)

// Elsewhere is where everything is that has no host of its own: one healthy upstream that
// answers to every name and address, so that a configuration finds all that it names.
const Elsewhere = -2

// Nameserver is the resolver, as the host of its events.
const Nameserver = -1

// Surroundings is what a configuration that was not written for a lab takes for granted of
// the network around it. Nothing of it leads out of the lab.
type Surroundings struct {
	// Elsewhere is there: names that nobody ordered have addresses, and all addresses that
	// lead to no host of their own, loopback too, lead to it.
	Elsewhere bool `json:"elsewhere,omitempty"`
	// Listens are the addresses at which the gateway itself listens; an unspecified one
	// is any. They are near addresses, and no door leads away from them.
	Listens []netip.AddrPort `json:"listens,omitempty"`
	// Resolvers are the DNS servers that the configuration names. All are the lab's.
	Resolvers []netip.AddrPort `json:"resolvers,omitempty"`
	// Names are the gateway's own: they lead to Front.
	Names []string `json:"names,omitempty"`
	Doors []Door   `json:"doors,omitempty"`
	// Sockets are the unix sockets at which the configuration looks for upstreams, by their
	// path in the gateway's root. There it has to be a link to SocketFile of its number. One of
	// the form [::1]:8080 is an IPv6 address of the gateway's side: no other side has any.
	Sockets []string `json:"sockets,omitempty"`
}

// SocketFolder is where the agent's unix sockets are, in its own root and in the gateway's.
const SocketFolder = "/.sockets"

// SocketFile is the socket of that number among Surroundings.Sockets.
func SocketFile(n int) string { return SocketFolder + "/" + strconv.Itoa(n) }

// A Door leads what the gateway sends to an address to a host's HostAddr, same port.
type Door struct {
	At   netip.AddrPort `json:"at"`
	Host int            `json:"host"`
}

// MaxElsewhere is how many names can have an address elsewhere.
const MaxElsewhere = 1000

// ElsewhereAddr is the address that the name with that number has elsewhere. Whoever
// orders doors numbers from 0; names that nobody ordered are numbered from the end.
func ElsewhereAddr(n int) netip.Addr {
	return netip.AddrFrom4([4]byte{198, 18, byte(252 + n/256), byte(n % 256)})
}

// LoopbackElsewhere is where connections to loopback lead to that have no door.
var LoopbackElsewhere = ElsewhereAddr(1020)

// ElsewhereHome is where the upstream elsewhere really lives, and the gateway's way to
// every address that is nobody's.
var ElsewhereHome = netip.AddrFrom4([4]byte{198, 19, 255, 1})
