package scenarios

import (
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
		ID: "overload/shedding", Folklore: "503",
		Title:  "an upstream's own 503 is relayed with its Retry-After and not blamed on the gateway",
		Why:    "The upstream said itself that it has too much to do. That is a valid answer; a gateway that turns it into a 502 hides who is overloaded, and clients lose the hint when to come back.",
		Fault:  faults.Shedding,
		Expect: []Check{Answers(503), Keeps("Retry-After", "7"), AnswersInTime(Immediately), Tries(1), Recovers(), Names(""), HidesVersion()},
	},
}
