package scenarios

import (
	"time"

	"github.com/badgateway/badgateway/faults"
	. "github.com/badgateway/badgateway/harness"
)

var slow = []Scenario{
	{
		ID: "slow/late", Folklore: "504",
		Title:  "an upstream whose first byte is late is a gateway timeout, after the read timeout",
		Why:    "The upstream does the work and answers, but after the gateway has given up. The client saw a 504, the upstream's log shows a 200 with a long duration, and whatever the request changed has been changed.",
		Fault:  faults.Late,
		Expect: GatewayTimeout(ReadTimeout, 1, "connection_read_timeout"),
	},
	{
		ID: "slow/never", Documented: true, Folklore: "504",
		Title:  "an upstream that never answers is a gateway timeout, after the read timeout",
		Why:    "A deadlock, a query without an index, a call to something that hangs itself: the request was read and nothing comes back. Only the gateway's read timeout ends it.",
		Fault:  faults.Never,
		Expect: GatewayTimeout(ReadTimeout, 1, "connection_read_timeout"),
	},
	{
		ID:     "slow/header-drip",
		Title:  "a header that drips in is a gateway timeout, after the read timeout",
		Why:    "Every byte comes well before the read timeout, the whole header does not. Documentation says that the timeout runs between two reads; in a header that would let one upstream hold a connection for ever, so the clock is not started anew until the header is complete.",
		Fault:  faults.HeaderDripped,
		Expect: GatewayTimeout(ReadTimeout, 1, "connection_read_timeout"),
	},
	{
		ID: "slow/header-stall", Folklore: "502",
		Title:  "a header that stops in its middle is a gateway timeout, after the read timeout",
		Why:    "The upstream has begun to answer and then hangs, with its connection open: a worker that was stopped, a buffer that nobody flushes, a firewall that eats all but the first packet. Nothing of the half is passed on.",
		Fault:  faults.HeaderStalled,
		Expect: GatewayTimeout(ReadTimeout, 1, "connection_read_timeout"),
	},
	{
		ID: "slow/body-drip", Folklore: "504",
		Title:  "a body that drips in is waited for as long as no pause exceeds the read timeout",
		Why:    "In the body the read timeout runs between two reads: each byte starts it anew. That is what lets long downloads and event streams live, and what lets a slow upstream hold clients for ever.",
		Fault:  faults.BodyDripped,
		Expect: Relayed(200, ReadTimeout),
		Waits:  3 * time.Second,
	},
	{
		ID: "slow/body-stall", Folklore: "504",
		Title:  "a body that stalls ends visibly, after the read timeout",
		Why:    "The header has gone out with 200 and half of the body with it. The gateway waits for the read timeout and breaks off; there is no status left to say so.",
		Fault:  faults.BodyStalled,
		Expect: CutOff(ReadTimeout, "connection_read_timeout"),
	},
	{
		ID: "slow/in-time", Folklore: "200",
		Title:  "an upstream that is slow but in time is waited for",
		Why:    "Half of the read timeout is slow and within the contract. A gateway that gives up here is stricter than its configuration says.",
		Fault:  faults.InTime,
		Expect: Relayed(200, ReadTimeout.Times(0.5)),
	},
}
