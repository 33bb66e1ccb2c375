package agent

import "net/netip"

// A lab's addresses are a plan, not a negotiation: everyone can compute them. They
// lie in 198.18.0.0/15, which RFC 2544 sets aside for the testing of devices.
//
//	198.18.0.53        the resolver        near side 198.18.0.2
//	198.18.(i+1).10    host i              near side 198.18.(i+1).2
//	198.19.(b).1 to 3  bay b's clients     near side 198.19.255.254: the gateway's front
//	198.19.(b).10 ...  bay b's crowd
const (
	// MaxHosts is how many upstream hosts a lab can have.
	MaxHosts = 250
	// MaxBays is how many bays a lab can have.
	MaxBays = 250
	// HostPort is where an upstream listens unless its order says otherwise.
	HostPort = 8080
	// FrontPort is where the gateway listens for clients.
	FrontPort = 80
	// FrontTLSPort is where it listens for those who speak TLS.
	FrontTLSPort = 443
)

// Resolver is the address of the lab's DNS server, port 53.
var Resolver = netip.AddrFrom4([4]byte{198, 18, 0, 53})

// ResolverNear is the gateway's own address on the resolver's network.
var ResolverNear = netip.AddrFrom4([4]byte{198, 18, 0, 2})

// Front is the address under which clients reach the gateway.
var Front = netip.AddrFrom4([4]byte{198, 19, 255, 254})

// HostAddr is where host i lives.
func HostAddr(i int) netip.Addr { return netip.AddrFrom4([4]byte{198, 18, byte(i + 1), 10}) }

// MovedAddr is where host i lives after a move.
func MovedAddr(i int) netip.Addr { return netip.AddrFrom4([4]byte{198, 18, byte(i + 1), 11}) }

// NobodyAddr is an address on host i's network at which there is no host.
func NobodyAddr(i int) netip.Addr { return netip.AddrFrom4([4]byte{198, 18, byte(i + 1), 99}) }

// IdleAddr is a second address of host i, on which nothing listens.
func IdleAddr(i int) netip.Addr { return netip.AddrFrom4([4]byte{198, 18, byte(i + 1), 20}) }

// NearAddr is the gateway's own address on host i's network.
func NearAddr(i int) netip.Addr { return netip.AddrFrom4([4]byte{198, 18, byte(i + 1), 2}) }

// Visitor is the client of bay b whose request meets the fault.
func Visitor(b int) netip.Addr { return netip.AddrFrom4([4]byte{198, 19, byte(b), 1}) }

// Prober is the client of bay b that asks before the fault and after it.
func Prober(b int) netip.Addr { return netip.AddrFrom4([4]byte{198, 19, byte(b), 2}) }

// Stranger is the client of bay b that asks where the visitor got nothing, and is bound to
// nothing that holds the visitor.
func Stranger(b int) netip.Addr { return netip.AddrFrom4([4]byte{198, 19, byte(b), 3}) }

// FirstOfCrowd is the last byte of the address of the first client of a bay's crowd; the
// others follow, MostOfCrowd in all.
const (
	FirstOfCrowd = 10
	MostOfCrowd  = 200
)
