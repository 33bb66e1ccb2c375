package agent

import (
	"net/netip"
	"time"

	"github.com/badgateway/badgateway/harness/authority"
)

// Look asks for everything there is to see of some hosts and a bay's rules.
type Look struct {
	Bay   int           `json:"bay"`
	Hosts []int         `json:"hosts"`
	Names []string      `json:"names,omitempty"` // the bay's in the DNS
	All   bool          `json:"all,omitempty"`   // queries for any name
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
	// Starved is how long the gateway's processes and the agent have waited for a core, since
	// they began (proc(5), schedstat). 0 where that is not told.
	Starved time.Duration `json:"starved,omitempty"`
	// NoRoutes counts the packets of the gateway's whole side for which its kernel found no
	// route (IpOutNoRoutes, RFC 4293): of one bay only where it is alone. It is read while
	// there is a Route that is not healthy.
	NoRoutes uint64 `json:"no_routes,omitempty"`
}

// HostView is the condition of one host as its kernel shows it.
type HostView struct {
	Attempts int         `json:"attempts"`            // connections that the gateway began to open, by their SYN; on a unix socket those that a script accepted
	Socket   string      `json:"socket,omitempty"`    // where it listens, if that is a unix socket
	SocketIs SocketState `json:"socket_is,omitempty"` // the condition of that
	Resets   int         `json:"resets"`              // connections to which the host's kernel or process sent RST
	Queue    int         `json:"queue"`               // connections that wait to be accepted (sock_diag)
	Dropped  int         `json:"dropped"`             // SYNs that the listener dropped (sock_diag)
	State    string      `json:"state,omitempty"`     // of the child, or a program's first process: "R", "S", "T" as in proc(5), "" without one
	Exit     string      `json:"exit,omitempty"`      // how the last of them ended: "signal: killed"
	// Throttled counts the periods in which a child had used up its share of a core and
	// wanted more of it, as nr_throttled of a control group does.
	Throttled int `json:"throttled,omitempty"`
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
	Accepted  Kind = "accepted"  // a connection was accepted
	Began     Kind = "began"     // a step of the script began
	Request   Kind = "request"   // a request was read; Text is its first line
	Sent      Kind = "sent"      // bytes were written; N of them
	Gone      Kind = "gone"      // the peer ended the connection; Text says how
	Trouble   Kind = "trouble"   // the host could not do something; Text is the errno
	Ready     Kind = "ready"     // a child accepts; the agent keeps it to itself
	Exited    Kind = "exited"    // a child, or a program's first process, ended; Text is its wait status
	Signalled Kind = "signalled" // the gateway was sent a signal; Text is its name
	Answered  Kind = "answered"  // a DNS query was answered, or left so; Text says how
	Said      Kind = "said"      // a program wrote a line; Text is it
	Secured   Kind = "secured"   // a TLS handshake ended; Text says how (Whole and so on)
)

// Event is one thing that happened on the far side.
type Event struct {
	At   time.Duration `json:"at"`
	Kind Kind          `json:"kind"`
	Host int           `json:"host"`           // or Nameserver, or Elsewhere
	Conn int           `json:"conn,omitempty"` // numbers the host's connections
	Peer netip.Addr    `json:"peer,omitzero"`
	Step int           `json:"step,omitempty"`
	Verb string        `json:"verb,omitempty"`
	Text string        `json:"text,omitempty"`
	Name string        `json:"name,omitempty"` // Answered: the name asked for
	N    int           `json:"n,omitempty"`
	// Protocol is what a Request was said in: see the constants.
	Protocol Protocol `json:"protocol,omitempty"`
	// Over is what it came over: "tls", or "" for plain text.
	Over string `json:"over,omitempty"`
	// Shown is what was wrong with the certificate that was shown in a handshake, or that would
	// have been shown had no session been Resumed.
	Shown authority.Flaw `json:"shown,omitempty"`
	// To is where the gateway wanted to go, of what came Elsewhere; Name is then the name
	// that it had the address by, "" if none.
	To netip.AddrPort `json:"to,omitzero"`
}
