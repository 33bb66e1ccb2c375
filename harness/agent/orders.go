package agent

import (
	"net/netip"
	"strings"
	"time"
)

// Build is the first order: it makes the world.
type Build struct {
	Hosts int `json:"hosts"` // upstream hosts, each on a network of its own
	Bays  int `json:"bays"`  // each with a visitor and a prober
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
}

// Built is what came of it.
type Built struct {
	// ICMPUnlimited says that the hosts' kernels send each ICMP error at once. Where
	// a security module forbids that, the seventh to one address waits for a second.
	ICMPUnlimited bool `json:"icmp_unlimited"`
	// Capabilities is what the agent still holds, as a mask of capabilities(7) bits.
	Capabilities uint64 `json:"capabilities"`
}

// ProcessState is the wanted condition of an upstream that is a child process.
type ProcessState string

// The conditions. The zero value plays the upstream inside the agent.
const (
	NoProcess ProcessState = ""
	Running   ProcessState = "running"
	Frozen    ProcessState = "frozen" // SIGSTOP
	Killed    ProcessState = "killed" // SIGKILL
)

// NoWorkers as Host.Workers: connections are never accepted.
const NoWorkers = -1

// Host is the whole wanted condition of one upstream host. The zero value of each
// field but Index is the healthy one, save for Script: without one nothing listens.
type Host struct {
	Index   int          `json:"index"`
	Script  string       `json:"script,omitempty"`
	Process ProcessState `json:"process,omitempty"`
	// Addr is where the host lives, HostAddr(Index) if it is not valid.
	Addr netip.Addr `json:"addr,omitzero"`
	// Gone: nobody lives there, so nothing listens and nobody answers ARP.
	Gone bool `json:"gone,omitempty"`
	// Port is where it listens, HostPort if zero.
	Port uint16 `json:"port,omitempty"`
	// Backlog is the argument of listen(2), the system's maximum if zero.
	Backlog int `json:"backlog,omitempty"`
	// Workers is how many connections are served at once, any number if zero.
	Workers int `json:"workers,omitempty"`
	// Descriptors is how many more descriptors than it has now the process may
	// open (RLIMIT_NOFILE), any number if zero.
	Descriptors int `json:"descriptors,omitempty"`
	// Crowd is how many other clients are connected, each with a request sent.
	Crowd int `json:"crowd,omitempty"`
}

// Name is the whole wanted condition of one name in the lab's DNS.
type Name struct {
	Name   string       `json:"name"`
	Addrs  []netip.Addr `json:"addrs,omitempty"`
	TTL    uint32       `json:"ttl,omitempty"`    // seconds
	RCode  string       `json:"rcode,omitempty"`  // "" is NOERROR; NXDOMAIN, SERVFAIL, REFUSED (RFC 1035 4.1.1)
	Silent bool         `json:"silent,omitempty"` // queries are read and never answered
}

// Says is what the resolver does with a query for the name, in a few words.
func (n Name) Says() string {
	switch {
	case n.Silent:
		return "nothing"
	case n.RCode != "":
		return n.RCode
	}
	addrs := make([]string, len(n.Addrs))
	for i, a := range n.Addrs {
		addrs[i] = a.String()
	}
	return strings.Join(addrs, ", ")
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
}

// End is how an exchange ended for its client.
type End string

// The ends.
const (
	EndComplete End = "complete" // the answer was whole by its own framing
	EndFIN      End = "fin"      // the gateway closed
	EndReset    End = "reset"    // the gateway reset
	EndRefused  End = "refused"  // the gateway did not take the connection
	EndPatience End = "patience" // the client gave up
)

// Exchange is what a client saw of one request. Began is on the lab's clock; the
// others count from the moment the request was sent, zero where it did not happen.
type Exchange struct {
	Began     time.Duration `json:"began"`
	FirstByte time.Duration `json:"first_byte,omitempty"`
	Ended     time.Duration `json:"ended"`
	End       End           `json:"end"`
	Response  Response      `json:"response"`
	Err       string        `json:"err,omitempty"`
}

// Reach is a request that goes past the gateway.
type Reach struct {
	To  netip.AddrPort `json:"to"`
	For time.Duration  `json:"for"`
}

// Look asks for everything there is to see of some hosts and a bay's rules.
type Look struct {
	Bay   int           `json:"bay"`
	Hosts []int         `json:"hosts"`
	Name  string        `json:"name,omitempty"`  // the bay's DNS name
	Since time.Duration `json:"since,omitempty"` // events from then on, on the lab's clock
}

// View is the answer to Look. Counts run since the lab was made.
type View struct {
	At     time.Duration `json:"at"`
	Hosts  []HostView    `json:"hosts"`
	Rules  []uint64      `json:"rules,omitempty"` // packets that met each rule of the bay
	Events []Event       `json:"events,omitempty"`
	// Late is how late the agent's own timers fired at worst since Since: the
	// machine's noise in that time.
	Late time.Duration `json:"late"`
	// NoRoutes counts the packets of the gateway's whole side for which its kernel found no
	// route (IpOutNoRoutes, RFC 4293): of one bay only where it is alone. It is read while
	// there is a Route that is not healthy.
	NoRoutes uint64 `json:"no_routes,omitempty"`
}

// HostView is the condition of one host as its kernel shows it.
type HostView struct {
	Attempts int    `json:"attempts"`        // connections that the gateway began to open, by their SYN
	Resets   int    `json:"resets"`          // connections to which the host's kernel or process sent RST
	Queue    int    `json:"queue"`           // connections that wait to be accepted (sock_diag)
	Dropped  int    `json:"dropped"`         // SYNs that the listener dropped (sock_diag)
	State    string `json:"state,omitempty"` // of the child: "R", "S", "T" as in proc(5), "" without one
	Exit     string `json:"exit,omitempty"`  // how the last child ended: "signal: killed"
	// OOMKills counts the agent's control group's kills for want of memory.
	OOMKills int `json:"oom_kills,omitempty"`
	// Neighbours maps addresses of the host's network to what the gateway's kernel
	// knows of them: "reachable", "incomplete", "failed" (ip-neighbour(8)).
	Neighbours map[string]string `json:"neighbours,omitempty"`
	Link       LinkView          `json:"link,omitzero"`
	// Route is the errno that the gateway's kernel gives to who looks for a route to the
	// host: "ENETUNREACH", "EACCES", "" where it has one, or where nobody ordered another.
	Route string `json:"route,omitempty"`
}

// Kind is what an Event tells.
type Kind string

// The kinds of events.
const (
	Accepted Kind = "accepted" // a connection was accepted
	Began    Kind = "began"    // a step of the script began
	Request  Kind = "request"  // a request was read; Text is its first line
	Sent     Kind = "sent"     // bytes were written; N of them
	Gone     Kind = "gone"     // the peer ended the connection; Text says how
	Trouble  Kind = "trouble"  // the host could not do something; Text is the errno
	Ready    Kind = "ready"    // a child accepts; the agent keeps it to itself
	Exited   Kind = "exited"   // a child ended; Text is its wait status
	Answered Kind = "answered" // a DNS query was answered, or left so; Text says how
)

// Event is one thing that happened on the far side.
type Event struct {
	At   time.Duration `json:"at"`
	Kind Kind          `json:"kind"`
	Host int           `json:"host"`           // -1: the resolver
	Conn int           `json:"conn,omitempty"` // numbers the host's connections
	Peer netip.Addr    `json:"peer,omitzero"`
	Step int           `json:"step,omitempty"`
	Verb string        `json:"verb,omitempty"`
	Text string        `json:"text,omitempty"`
	Name string        `json:"name,omitempty"` // Answered: the name asked for
	N    int           `json:"n,omitempty"`
}
