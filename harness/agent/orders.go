package agent

import (
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Build is the first order: it makes the world.
type Build struct {
	Hosts int `json:"hosts"` // upstream hosts, each on a network of its own
	Bays  int `json:"bays"`  // each with a visitor, a prober and a stranger
	// Still keeps the agent asleep between events: it does not watch the machine's
	// noise. Where an upstream runs out of memory the agent's own pages have been
	// reclaimed, and fetching one back before the upstream's are free makes the kernel
	// kill the agent too.
	Still bool `json:"still,omitempty"`
	// Wired are the hosts whose link must be able to delay. Where neither the kernel nor
	// a wire of the agent's own can, there is no world.
	Wired []int `json:"wired,omitempty"`
	// MakeTUN makes the device node of TAP devices where there is none. It is for an agent
	// whose file system is nobody else's, and takes the capability MKNOD.
	MakeTUN bool `json:"make_tun,omitempty"`
	// Ports lets the ports that the gateway's kernel takes be limited (Ports).
	Ports bool `json:"ports,omitempty"`
	// Virtual lets everything in the lab live by a clock that stands still while anything goes on,
	// and then jumps to what is next. A gateway that the agent does not launch borrows it (ClockSocket).
	Virtual bool `json:"virtual,omitempty"`
	// Around is what a configuration that was not written for a lab takes for granted.
	Around Surroundings `json:"around,omitzero"`
	// Authority signs what hosts and clients show to whom wants a certificate. Without one
	// they have none, and speak no TLS.
	Authority Authority `json:"authority,omitzero"`
}

// Authority is a certificate authority's certificate and private key, in PEM.
type Authority struct {
	Certificate []byte `json:"certificate,omitempty"`
	Key         []byte `json:"key,omitempty"`
}

// Built is what came of it.
type Built struct {
	// ICMPUnlimited says that the hosts' kernels send each ICMP error at once. Where
	// a security module forbids that, the seventh to one address waits for a second.
	ICMPUnlimited bool `json:"icmp_unlimited"`
	// Capabilities is what the agent still holds, as a mask of capabilities(7) bits.
	Capabilities uint64 `json:"capabilities"`
}

// ProcessState is the wanted condition of an upstream that is a child process, or a program.
type ProcessState string

// The conditions. The zero value plays the upstream inside the agent.
const (
	NoProcess ProcessState = ""
	Running   ProcessState = "running"
	Frozen    ProcessState = "frozen" // SIGSTOP
	Killed    ProcessState = "killed" // SIGKILL
	// Orphaned is a program whose first process was killed. What that started goes on.
	Orphaned ProcessState = "orphaned"
)

// SocketState is the condition of the file of a unix socket.
type SocketState string

// The conditions. Nobody can be told to have one full: it is seen.
const (
	SocketOpen      SocketState = ""
	SocketMissing   SocketState = "missing"   // there is no file, and nobody listens
	SocketForbidden SocketState = "forbidden" // nobody may connect (mode 0)
	SocketFull      SocketState = "full"      // as many wait as the listener has room for
)

// NoWorkers as Host.Workers: connections are never accepted.
const NoWorkers = -1

// ClockSocket is where a lab's agent lends its virtual clock to programs that are not its own: an
// abstract unix socket of the near side's network namespace.
const ClockSocket = "@badgateway-clock"

// Host is the whole wanted condition of one upstream host. The zero value of each
// field but Index is the healthy one, save for Script: without one nothing listens.
type Host struct {
	Index   int          `json:"index"`
	Script  string       `json:"script,omitempty"`
	Process ProcessState `json:"process,omitempty"`
	// Program is what the host runs instead of a script, a process or more of its own. It has to
	// listen where the host does.
	Program *Program `json:"program,omitempty"`
	// Addr is where the host lives, HostAddr(Index) if it is not valid.
	Addr netip.Addr `json:"addr,omitzero"`
	// Gone: nobody lives there, so nothing listens and nobody answers ARP.
	Gone bool `json:"gone,omitempty"`
	// Port is where it listens, HostPort if zero.
	Port uint16 `json:"port,omitempty"`
	// Socket is the unix socket at which it listens instead, one of Surroundings.Sockets.
	Socket string `json:"socket,omitempty"`
	// SocketIs is what is wrong with that socket's file.
	SocketIs SocketState `json:"socket_is,omitempty"`
	// Called is the name that its certificate is for where nobody says one (RFC 6066 3).
	Called string `json:"called,omitempty"`
	// TLS is how it speaks that to whom opens with it.
	TLS ServerTLS `json:"tls,omitzero"`
	// Backlog is the argument of listen(2), the system's maximum if zero.
	Backlog int `json:"backlog,omitempty"`
	// Workers is how many connections are served at once, any number if zero.
	Workers int `json:"workers,omitempty"`
	// Descriptors is how many more descriptors than it has now the process may
	// open (RLIMIT_NOFILE), any number if zero.
	Descriptors int `json:"descriptors,omitempty"`
	// Throttled: the process has a core for a fiftieth of the time (as by cgroup's cpu.max).
	Throttled bool `json:"throttled,omitempty"`
	// Crowd is how many other clients are connected, each with a request sent.
	Crowd int `json:"crowd,omitempty"`
}

// Signal is sent to the gateway's master process, or to a worker of it.
type Signal struct {
	Worker bool   `json:"worker,omitempty"`
	Name   string `json:"name"` // as kill(1) has it: "HUP"
	// Host is the one whose events tell of it.
	Host int `json:"host"`
}

// Name is the whole wanted condition of one name in the lab's DNS.
type Name struct {
	Name   string       `json:"name"`
	Addrs  []netip.Addr `json:"addrs,omitempty"`
	IPv6   []netip.Addr `json:"ipv6,omitempty"`   // of queries for AAAA
	Alias  string       `json:"alias,omitempty"`  // answered with this name and no address (RFC 1035 3.3.1): its own makes a loop
	TTL    uint32       `json:"ttl,omitempty"`    // seconds
	RCode  string       `json:"rcode,omitempty"`  // "" is NOERROR; NXDOMAIN, SERVFAIL, REFUSED, FORMERR, NOTIMP (RFC 1035 4.1.1)
	Silent bool         `json:"silent,omitempty"` // queries are read and never answered
	Cut    bool         `json:"cut,omitempty"`    // an answer over UDP is empty and says that it is cut (TC), one over TCP is whole
	Astray bool         `json:"astray,omitempty"` // answers have another ID than their query
	// Late is how long after its query an answer is given.
	Late time.Duration `json:"late,omitempty"`
}

// OverTCP is the condition as who asks over TCP finds it.
func (n Name) OverTCP() Name { n.Cut = false; return n }

// Says is what the resolver does with a query for the name, in a few words.
func (n Name) Says() string {
	switch {
	case n.Silent:
		return "nothing"
	case n.Cut:
		return "ask over TCP"
	case n.RCode != "":
		return n.RCode
	case n.Alias != "":
		return "see " + n.Alias
	case len(n.Addrs)+len(n.IPv6) == 0:
		return "no address"
	}
	addrs := make([]string, 0, len(n.Addrs)+len(n.IPv6))
	for _, a := range slices.Concat(n.Addrs, n.IPv6) {
		addrs = append(addrs, a.String())
	}
	said := strings.Join(addrs, ", ")
	if n.Astray {
		said += ", to another query"
	}
	return said
}

// Where a rule sits: on a packet's way to the host, or back to the gateway.
type Where string

// The two ends of a rule's way.
const (
	Arriving  Where = "arriving"
	Returning Where = "returning"
)

// Action is what a firewall does with the packets that a rule matches.
type Action string

// The actions. Reject with a reset is for TCP only.
const (
	Drop            Action = "drop"
	RejectReset     Action = "reset"            // TCP RST
	RejectPort      Action = "port-unreach"     // ICMP type 3 code 3
	RejectHost      Action = "host-unreach"     // ICMP type 3 code 1
	RejectForbidden Action = "admin-prohibited" // ICMP type 3 code 13 (RFC 1812 5.2.7.1)
)

// Rule is one line of a firewall: TCP between the gateway and a host's HostPort.
type Rule struct {
	Host    int    `json:"host"`
	Where   Where  `json:"where"`
	SYNOnly bool   `json:"syn_only,omitempty"` // match only the opening of connections
	Older   bool   `json:"older,omitempty"`    // match only connections that began before the rule was there
	After   uint64 `json:"after,omitempty"`    // let this many bytes pass first
	Loss    Loss   `json:"loss,omitzero"`      // meet only a share of what is left
	Action  Action `json:"action"`
}

// Rules is the whole firewall of one bay. None is an open one.
type Rules struct {
	Bay   int    `json:"bay"`
	Rules []Rule `json:"rules,omitempty"`
}

// Ask is one request of a client.
type Ask struct {
	From     netip.Addr     `json:"from"`
	To       netip.AddrPort `json:"to"`
	Method   string         `json:"method"`  // how to read the answer: HEAD has no body
	Request  []byte         `json:"request"` // the bytes to send
	Patience time.Duration  `json:"patience"`
	// TLS is how the client opens the connection, nil for plain text.
	TLS *ClientTLS `json:"tls,omitempty"`
	// Proxy sends a header of the PROXY protocol (version 1) before all else, which says
	// that From and To are the ends of the connection.
	Proxy bool `json:"proxy,omitempty"`
	// HTTP2 lets the client say Request, which is written as for HTTP/1.1, in HTTP/2: with
	// prior knowledge (RFC 9113 3.3) or, over TLS, by ALPN.
	HTTP2 bool `json:"http2,omitempty"`
	// WebSocket lets the client use the WebSocket that it asks for (AskWebSocket).
	WebSocket bool `json:"websocket,omitempty"`
	// Socket is the gateway's unix socket to ask, by its path in the gateway's own root; To
	// says nothing then.
	Socket string `json:"socket,omitempty"`
	// Fill is how many bytes of body follow Request, which is its head then; Chunked says that
	// they come in chunks.
	Fill    int    `json:"fill,omitempty"`
	Chunked bool   `json:"chunked,omitempty"`
	Manner  Manner `json:"manner,omitempty"`
	// Dawdle is how long the client reads nothing once it has sent its request. It reads in
	// HTTP/1.
	Dawdle time.Duration `json:"dawdle,omitempty"`
	// Aside says that none of the players (Client.Play) waits for what comes of it.
	Aside bool `json:"aside,omitempty"`
}

// Manner is how a client sends the body of its request.
type Manner string

// The manners. All but the first are of HTTP/1.
const (
	Straight  Manner = ""          // at once, whatever is answered meanwhile
	Awaited   Manner = "awaited"   // once the gateway has said 100 Continue, and never where it has not (RFC 9110 10.1.1)
	Halved    Manner = "halved"    // half of it, and then nothing more
	Abandoned Manner = "abandoned" // half of it, and then the client is gone
)

// ClientTLS is how a client speaks TLS. It trusts every certificate and shows one of the
// lab's authority to whom asks for it.
type ClientTLS struct {
	// ServerName is sent as RFC 6066 section 3 has it, "" sends none.
	ServerName string `json:"server_name,omitempty"`
}

// End is how an exchange ended for its client.
type End string

// The ends.
const (
	EndComplete End = "complete" // the answer was whole by its own framing
	EndFIN      End = "fin"      // the gateway closed
	EndReset    End = "reset"    // the gateway reset, in HTTP/2 the stream or all
	EndRefused  End = "refused"  // the gateway did not take the connection, or the handshake on it
	EndPatience End = "patience" // the client gave up
	EndLeft     End = "left"     // the client went away, as it was told to
)

// Exchange is what a client saw of one request. Began is on the lab's clock; the
// others count from the moment the request was sent, zero where it did not happen.
type Exchange struct {
	Began     time.Duration `json:"began"`
	FirstByte time.Duration `json:"first_byte,omitempty"`
	Ended     time.Duration `json:"ended"`
	End       End           `json:"end"`
	// To is where it was said, Over what: "tls", or "" for plain text; In is HTTP2, or "" for
	// HTTP/1.
	To       netip.AddrPort `json:"to,omitzero"`
	Over     string         `json:"over,omitempty"`
	In       Protocol       `json:"in,omitempty"`
	Response Response       `json:"response"`
	// Sent is how many bytes of the request the client's kernel took, Head how many of them
	// come before its body.
	Sent int    `json:"sent,omitempty"`
	Head int    `json:"head,omitempty"`
	Err  string `json:"err,omitempty"`
}

// Reach is a request that goes past the gateway.
type Reach struct {
	To  netip.AddrPort `json:"to"`
	For time.Duration  `json:"for"`
}

// Protocol is what gateway and upstream speak.
type Protocol string

// The protocols that hosts understand. Which it is they see by the first bytes.
const (
	HTTP10    Protocol = "http/1.0"
	HTTP11    Protocol = "http/1.1"
	WebSocket Protocol = "websocket" // an HTTP/1.1 request that asks for it (RFC 6455 4.1)
	HTTP2     Protocol = "http/2"    // RFC 9113, with prior knowledge or by ALPN
	GRPC      Protocol = "grpc"      // HTTP/2 whose content type says so
	FastCGI   Protocol = "fastcgi"   // FastCGI specification 1.0
	UWSGI     Protocol = "uwsgi"     // the uwsgi protocol, modifier 0
	SCGI      Protocol = "scgi"      // SCGI, Neil Schemenauer
	Memcached Protocol = "memcached" // its text protocol
)
