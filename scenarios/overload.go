package scenarios

import (
	"time"

	"github.com/badgateway/badgateway/faults"
	. "github.com/badgateway/badgateway/harness"
)

var overload = []Scenario{
	{
		ID: "overload/backlog-full", Documented: true, Folklore: "502",
		Title:  "an upstream whose accept queue is full is a gateway timeout, after the connect timeout",
		Why:    "The upstream accepts more slowly than clients come, its queue is full, and its kernel drops every further SYN without a word. For the gateway that looks like a firewall: it waits for the connect timeout and says 504. The application never saw the request, so its own metrics show nothing; its kernel's do: `ss -ltn` (Recv-Q) and `nstat TcpExtListenOverflows`.",
		Fault:  faults.BacklogFull,
		Expect: GatewayTimeout(ConnectTimeout, 1, "connection_timeout"),
	},
	{
		ID: "overload/workers-busy", Folklore: "504",
		Title:  "an upstream all of whose workers are busy is a gateway timeout, after the read timeout",
		Why:    "The kernel made the connection and took the request, and no worker came to read it. Connecting worked, so the connect timeout does not help; the client waits for the read timeout. The request may still be executed later, for nobody.",
		Fault:  faults.WorkersBusy,
		Expect: GatewayTimeout(ReadTimeout, 1, "connection_read_timeout"),
	},
	{
		ID: "overload/out-of-memory", Folklore: "502",
		Title:  "an upstream that is killed for want of memory is a bad gateway, at once",
		Why:    "The kernel's memory killer ended the process in the middle of the request. The client gets the same 502 as with any crash; the kernel's log on the upstream's host is where the reason is.",
		World:  World{Process: true, Alone: true, Needs: LimitedMemory},
		Fault:  faults.OutOfMemory,
		Expect: BadGateway(Immediately, 1, "http_response_incomplete"),
	},
	{
		ID: "overload/out-of-descriptors", Folklore: "502",
		Title:  "an upstream without a file descriptor left is a gateway timeout, after the read timeout",
		Why:    "accept(2) fails with EMFILE, so the connection stays in the kernel's queue: made, acknowledged, never read. To the gateway that is a slow upstream. Look for `too many open files` in the upstream's log.",
		World:  World{Process: true},
		Fault:  faults.OutOfDescriptors,
		Expect: GatewayTimeout(ReadTimeout, 1, "connection_read_timeout"),
	},
	{
		ID: "overload/frozen", Folklore: "502",
		Title:  "an upstream that is frozen is a gateway timeout, after the read timeout",
		Why:    "The process is stopped (SIGSTOP, a paused container or machine, a debugger, a long collection of garbage), its kernel is not: it accepts and acknowledges. Health checks that only connect stay green.",
		World:  World{Process: true},
		Fault:  faults.Frozen,
		Expect: GatewayTimeout(ReadTimeout, 1, "connection_read_timeout"),
	},
	{
		ID: "overload/starved", Folklore: "502",
		Title:  "an upstream that is starved of CPU is a gateway timeout, after the read timeout",
		Why:    "The process has a second's work to do and is given a core for two milliseconds in a hundred: a CPU quota that is used up, noisy neighbours, too many workers. Nothing is broken, everything takes fifty times as long. Memory, descriptors and the network are fine, so look at the run queue (`vmstat`, load) and at pressure (`/proc/pressure/cpu`, `nr_throttled` of cgroup's cpu.stat); a retry makes it worse.",
		World:  World{Process: true},
		Fault:  faults.Starved,
		Expect: GatewayTimeout(ReadTimeout, 1, "connection_read_timeout"),
	},
	{
		ID: "overload/shedding", Folklore: "503",
		Title:  "an upstream's own 503 is relayed with its Retry-After and not blamed on the gateway",
		Why:    "The upstream said itself that it has too much to do. That is a valid answer; a gateway that turns it into a 502 hides who is overloaded, and clients lose the hint when to come back.",
		Fault:  faults.Shedding,
		Expect: []Check{Answers(503), Keeps("Retry-After", "7"), AnswersInTime(Immediately), Tries(1), Recovers(), Names(""), HidesVersion()},
		Waits:  time.Second,
	},
	{
		ID: "overload/more-than-served", Folklore: "503",
		Title: "more requests than an upstream serves are served as long as the queue is short, and are gateway timeouts from then on",
		Why:   "More comes than the workers finish, so the queue grows: each client waits longer than the one before, until the first of them has waited for the read timeout. From then on most of what the upstream does is for clients who have got their 504: it is busy, and nobody is served. The rate decides, not the size of the machine; look at the accept queue (`ss -ltn`, Recv-Q) and at latencies that climb before errors come.",
		World: World{Crowd: true},
		Fault: faults.MoreThanServed,
		Expect: []Check{
			Answers(504), AnswersInTime(ReadTimeout), CrowdGets(200, 504), CrowdWaits(504, ReadTimeout), Recovers(),
			Names("connection_read_timeout"), HidesVersion(), TellsClient(),
		},
		Repair: []Step{CheckHealth, FindSlow, RaiseLimits},
		Waits:  2500 * time.Millisecond,
	},
	{
		ID: "overload/burst", Folklore: "503",
		Title:  "a burst that the upstream's queue holds is served late, and whole",
		Why:    "The requests of one moment wait in the upstream's accept queue, and a few workers take one after the other. As long as the last of them is served within the read timeout nothing fails; the price is latency, which an average hides: half of the clients wait for more than half of it.",
		World:  World{Crowd: true},
		Fault:  faults.Burst,
		Expect: []Check{Answers(200), KeepsPage(), CrowdGets(200), CrowdWaits(200, ReadTimeout), Recovers(), Names(""), HidesVersion()},
		Waits:  time.Second,
	},
	{
		ID: "overload/shed-by-gateway", Folklore: "503",
		Title: "a gateway that lets in as many as the upstream serves turns the others away at once",
		Why:   "limit_conn counts requests that are being worked on. Whoever comes beyond the limit gets a 503 within milliseconds, and those who are let in wait for nobody: without the limit all would wait, and most for nothing. The limit belongs near the number of the upstream's workers.",
		World: World{Crowd: true, Setup: LimitsAll},
		Fault: faults.CrowdAtOnce,
		Expect: append(Denied(503, "http_request_denied"),
			CrowdGets(200, 503), CrowdWaits(503, Immediately), CrowdWaits(200, ReadTimeout.Times(0.75))),
		Repair: []Step{CheckHealth, FindSlow, RaiseLimits},
		Waits:  time.Second,
	},
	{
		ID: "overload/retry-storm", Folklore: "504",
		Title: "a pool that is late is asked once more for each of its servers",
		Why:   "proxy_next_upstream passes a request that timed out on to the next server, which is as late as the first. So a pool of three that cannot keep up gets three times the load, and each client waits three read timeouts for its 504. With max_fails=0 nothing ends it; with the default the servers are left alone after a failure, and clients get a 502 at once (`no live upstreams`). proxy_next_upstream_tries and proxy_next_upstream_timeout bound it.",
		World: World{Crowd: true, Servers: 3, Setup: AsksAll},
		Fault: faults.SlowPool,
		Expect: []Check{
			Answers(504), AnswersInTime(ReadTimeout.Times(3)), CrowdGets(504), CrowdWaits(504, ReadTimeout.Times(3)), Multiplies(3), Recovers(),
			Names("connection_read_timeout"), HidesVersion(), TellsClient(),
		},
		Repair: []Step{FindSlow, FixConfig, RaiseLimits},
	},
}
