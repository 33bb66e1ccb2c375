package agent

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"
)

// LatestFrame bounds a link's Delay and Jitter together. What netem is told is counted in a
// number that overflows after four minutes.
const LatestFrame = time.Minute

// Link is the whole wanted condition of the link between the gateway and one host. The
// zero value of each field but Host is the healthy one.
type Link struct {
	Host int `json:"host"`
	// Down takes the host's end down. The gateway's loses its carrier by that.
	Down bool `json:"down,omitempty"`
	// Rate is how many bytes a second the host can send, any number if zero.
	Rate uint64 `json:"rate,omitempty"`
	// Delay is how late each frame is, in each direction: a round trip takes twice that.
	// It needs a link that was built for it (Build.Wired).
	Delay time.Duration `json:"delay,omitempty"`
	// Jitter is how much later than Delay a frame is at most. How much each one is follows
	// from Seed, and begins anew with each connection: the same frames get the same. (Where
	// the kernel delays, it draws itself, and frames may overtake each other.)
	Jitter time.Duration `json:"jitter,omitempty"`
	Seed   uint64        `json:"seed,omitempty"`
}

// RouteKind is what the gateway's kernel finds when it looks for a way to a host.
type RouteKind string

// The kinds. The zero value is a route that leads there.
const (
	Routed     RouteKind = ""
	NoRoute    RouteKind = "none"     // connect(2) says ENETUNREACH
	Prohibited RouteKind = "prohibit" // connect(2) says EACCES (ip-route(8))
)

// Route is the whole wanted condition of the gateway's route to HostAddr(Host).
type Route struct {
	Host int       `json:"host"`
	Kind RouteKind `json:"kind,omitempty"`
}

// Loss is a share of packets: of each Of that a rule matches, it takes Lost. Which they
// are follows from Seed, so that a run is repeated with the same ones lost. The zero
// value takes all.
type Loss struct {
	Seed uint64 `json:"seed,omitempty"`
	Of   int    `json:"of,omitempty"`
	Lost int    `json:"lost,omitempty"`
}

// Indices are those that are lost, in order, counting from 0 for the first packet of the
// first connection that began after the rule was made.
func (l Loss) Indices() []int {
	lost := rand.New(rand.NewPCG(l.Seed, 0)).Perm(l.Of)[:l.Lost]
	slices.Sort(lost)
	return lost
}

// LinkView is what the kernels show of a host's link while it is in another condition
// than the healthy one. Then nobody looks: each look takes a lock that all namespaces of
// a machine share.
type LinkView struct {
	// State is that of the gateway's end, as RFC 2863 has it: "up", "lower-layer-down".
	State string `json:"state,omitempty"`
	// What the queue that limits the rate did since it was ordered: bytes that passed,
	// times that it had to wait, packets for which it had no room.
	Passed     uint64 `json:"passed,omitempty"`
	Overlimits uint64 `json:"overlimits,omitempty"`
	Dropped    uint64 `json:"dropped,omitempty"`
	// Delayed counts the SYNs and the answers to them that were held back: what else is
	// late may be of an older connection. (Where the kernel delays, it counts all frames.)
	Delayed uint64 `json:"delayed,omitempty"`
}

// What an agent can be asked to try.
const (
	AbilityTBF   = "tbf"   // a queue that limits a rate (tc-tbf(8))
	AbilityNetem = "netem" // a queue that delays (tc-netem(8))
	AbilityTUN   = "tun"   // network devices whose other end is a program
	// AbilityNftables is what every lab needs, AbilityPtrace nobody yet.
	AbilityNftables = "nftables" // rules for packets
	AbilityPtrace   = "ptrace"   // a process that traces another (ptrace(2))
)

// SetLink puts the link of a host into that condition. What was on its way when the
// order came has arrived; what is when the next one comes is lost.
func (c *Client) SetLink(ctx context.Context, l Link) error { return c.call(ctx, "link", l, nil) }

// SetRoute puts the gateway's route to a host into that condition.
func (c *Client) SetRoute(ctx context.Context, r Route) error { return c.call(ctx, "route", r, nil) }

// Try finds out by doing it, in the world that was built, whether the agent is able to do
// something, and undoes it. The error says why it is not.
func (c *Client) Try(ctx context.Context, ability string) error {
	return c.call(ctx, "try", ability, nil)
}
