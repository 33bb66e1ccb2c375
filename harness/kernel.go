package harness

import (
	"fmt"
	"strings"
	"time"
)

// Kernel is something of the kernel's own that may decide what comes of a fault. It goes by the
// machine's clock in every lab.
type Kernel struct {
	By string
	// Connect and Read are the gateway's timeouts up to which it does not: it is the gateway that
	// gives up then. Where both are zero it decides always.
	Connect, Read time.Duration
}

// What in the kernel may decide.
var (
	ByARP       = Kernel{By: "ARP gives a neighbour up after three seconds (arp(7))"}
	ByTCP       = Kernel{By: "TCP sends again what was lost (RFC 6298)"}
	ByQueue     = Kernel{By: "the queue of a link lets packets go at its rate (tc-tbf(8))"}
	ByScheduler = Kernel{By: "the scheduler gives a process a core when it is its turn (sched(7))"}
	ByMemory    = Kernel{By: "the kernel's memory killer ends a process when it gets to it (proc(5), oom_score_adj)"}
	ByRoundTrip = Kernel{By: "TCP measures how far away its peer is, and sends again by that (RFC 6298)"}
	// By its defaults: a SYN and six more. The errno is ETIMEDOUT, and NGINX calls that a bad gateway: a
	// connect timeout of 200 s was a 502 after 134 s (Linux 6.18).
	BySYN = Kernel{By: "TCP gives up a connection that nobody answers, after 127 s or a little more (tcp(7), tcp_syn_retries)", Connect: 127 * time.Second}
	// So too: fifteen times again, with two minutes between the last of them.
	ByData = Kernel{By: "TCP gives up what nobody acknowledges after 924 s (tcp(7), tcp_retries2)", Read: 924 * time.Second}
	// Where it may be either that is lost.
	ByEither = Kernel{By: "TCP gives up what nobody answers (tcp(7), tcp_syn_retries and tcp_retries2)", Connect: BySYN.Connect, Read: ByData.Read}
)

// Always says whether it does whatever the policy is.
func (k Kernel) Always() bool { return k.By != "" && k.Connect == 0 && k.Read == 0 }

// Decides says whether it does under that policy.
func (k Kernel) Decides(p Policy) bool {
	return k.Always() || k.Connect > 0 && p.Connect.Value > k.Connect || k.Read > 0 && p.Read.Value > k.Read
}

// String tells what decides, and where.
func (k Kernel) String() string {
	var where []string
	for _, bound := range []struct {
		timeout string
		over    time.Duration
	}{{"connect", k.Connect}, {"read", k.Read}} {
		if bound.over > 0 {
			where = append(where, fmt.Sprintf("where the %s timeout is over %g s", bound.timeout, bound.over.Seconds()))
		}
	}
	return strings.Join(append([]string{k.By}, where...), ", ")
}
