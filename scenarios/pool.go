package scenarios

import (
	"time"

	"slices"

	"github.com/badgateway/badgateway/faults"
	. "github.com/badgateway/badgateway/harness"
)

var pool = slices.Concat(poolCovers, poolMethods, poolFails, poolChoice)

// covered is the expectation where another server gives the healthy answer.
func covered(t Term, tries int, errorType string) []Check {
	return []Check{Answers(200), AnswersInTime(t), KeepsPage(), Tries(tries), Recovers(), Names(errorType), HidesVersion()}
}

// What a spare covers for.
var poolCovers = []Scenario{
	{
		ID: "pool/refused", Folklore: "502",
		Title:  "a refused connection is covered for by a healthy spare, at once",
		Why:    "One upstream is down and the next is asked for the same request: nothing of it had been sent, so that is safe for any method. The client sees a 200; only the gateway's error log, and $upstream_addr with two addresses, tell that a server is gone.",
		World:  World{Process: true, Servers: 2, Spared: 1, Setup: Spare},
		Fault:  faults.Refused,
		Expect: covered(Immediately, 2, "connection_refused"),
	},
	{
		ID: "pool/timeout", Folklore: "504",
		Title:  "a server that never answers is covered for by its spare, after the read timeout",
		Why:    "The spare is asked once the read timeout is over, and not sooner: the client gets a 200 that is as late as a 504 would have been. What shows is a second peak in the response times, at the timeout; shorten the read timeout if a spare is to help anybody.",
		World:  World{Servers: 2, Spared: 1, Setup: Spare},
		Fault:  faults.Never,
		Expect: covered(ReadTimeout, 2, "connection_read_timeout"),
	},
	{
		ID: "pool/reset", Folklore: "502",
		Title:  "a reset after the request is covered for by a healthy spare, at once",
		Why:    "The server had the GET when it reset the connection. A GET may be asked again, so the spare is; that the first server crashes on this very request is told by the error log alone, until the spare crashes on it too.",
		World:  World{Servers: 2, Spared: 1, Setup: Spare},
		Fault:  faults.Reset,
		Expect: covered(Immediately, 2, "connection_terminated"),
	},
	{
		ID: "pool/blackhole", Folklore: "504",
		Title:  "a server that drops every packet is covered for by its spare, after the connect timeout",
		Why:    "A dead host does not refuse, so the gateway waits for the connect timeout before it asks the spare, and does so anew whenever fail_timeout is over: now and then one request takes a timeout longer than all others. Of 60 s, the default, no client waits for the end.",
		World:  World{Servers: 2, Spared: 1, Setup: Spare},
		Fault:  faults.SYNDropped,
		Expect: covered(ConnectTimeout, 2, "connection_timeout"),
	},
	{
		ID: "pool/invalid-header", Folklore: "200",
		Title:  "a header that is too large is a bad gateway, though there is a healthy spare",
		Why:    "What the gateway cannot take is no failure of the connection: unless proxy_next_upstream says invalid_header it asks nobody else. But it counts: the server is left alone for fail_timeout, so a refresh goes to the spare. Where every server sends the same header, that empties the pool, one visitor after the other.",
		World:  World{Servers: 2, Spared: 1, Setup: Spare},
		Fault:  faults.HeaderTooLarge,
		Expect: append(BadGateway(HeaderBuffer, 1, "http_response_header_section_size"), HelpedBy(Refresh)),
		Repair: []Step{ReadLogs, CurlFromProxy, RaiseLimits},
	},
	{
		ID: "pool/short-body", Folklore: "200",
		Title:  "a body that ends too early ends the response visibly, though there is a healthy spare",
		Why:    "The header has gone out, and with it the choice: nothing that happens in the body can be covered for by another server. The client holds half an answer and a healthy spare idles; a refresh leads to the same server, since what breaks off in the body is not held against it.",
		World:  World{Servers: 2, Spared: 1, Setup: Spare},
		Fault:  faults.ShortBody,
		Expect: CutOff(Immediately, "http_response_incomplete"),
		Repair: []Step{ReadLogs, CurlFromProxy, FixApplication},
	},
	{
		ID: "pool/http-503-passed", Folklore: "200",
		Title:  "a server's own 503 is relayed though there is a healthy spare",
		Why:    "An answer is an answer: a gateway passes on to the next server what failed on the way, and no status, unless it is told which. Clients of one overloaded server see its 503 while the spare idles; proxy_next_upstream http_503 is what changes that.",
		World:  World{Servers: 2, Spared: 1, Setup: Spare},
		Fault:  faults.Shedding,
		Expect: []Check{Answers(503), Keeps("Retry-After", "7"), AnswersInTime(Immediately), Tries(1), Recovers(), Names(""), HidesVersion()},
		Waits:  time.Second,
	},
	{
		ID: "pool/http-503-next", Folklore: "200",
		Title:  "a server's own 503 is covered for by a healthy spare where the gateway is told so",
		Why:    "proxy_next_upstream http_503 takes the answer for a failure: the spare is asked, and the server is left alone for fail_timeout as if it were down. Where all are busy, that turns shedding into more load.",
		World:  World{Servers: 2, Spared: 1, Setup: SpareForBusy},
		Fault:  faults.Shedding,
		Expect: covered(Immediately, 2, ""),
	},
}

// What the method has to do with it.
var poolMethods = []Scenario{
	{
		ID: "pool/post-not-replayed", Folklore: "200",
		Title:   "a POST whose server resets the connection is a bad gateway, though there is a healthy spare",
		Why:     "The server had the whole request, and may have done what it asks for. To ask the spare could do it twice, so a gateway must not (RFC 9110 9.2.2); with the same fault a GET gets a 200. Only the client can know whether to try again.",
		World:   World{Servers: 2, Spared: 1, Setup: Spare},
		Traffic: Traffic{Method: "POST", Body: 16},
		Fault:   faults.Reset,
		Expect:  append(BadGateway(Immediately, 1, "connection_terminated"), SendsOnce()),
	},
	{
		ID: "pool/post-timeout", Folklore: "504",
		Title:   "a POST that is not answered is a gateway timeout, though there is a healthy spare",
		Why:     "The server may be at work on it still. The client gets a 504 after the read timeout and the spare is not asked: what the request does is done once at most (RFC 9110 9.2.2), or later, when nobody waits for it any more.",
		World:   World{Servers: 2, Spared: 1, Setup: Spare},
		Traffic: Traffic{Method: "POST", Body: 16},
		Fault:   faults.Never,
		Expect:  append(GatewayTimeout(ReadTimeout, 1, "connection_read_timeout"), SendsOnce()),
	},
	{
		ID: "pool/post-replayed", Folklore: "200",
		Title:   "a POST is sent to both servers where the gateway is told to take it for idempotent",
		Why:     "proxy_next_upstream non_idempotent makes the 502 go away: the first server had the whole order when it reset the connection, and the spare gets it again. The client sees one 200; two servers have read one payment, against RFC 9110 9.2.2. Look for doubles in the data, not in the gateway's log.",
		World:   World{Servers: 2, Spared: 1, Setup: SpareForAll},
		Traffic: Traffic{Method: "POST", Body: 16},
		Fault:   faults.Reset,
		Expect:  append(covered(Immediately, 2, "connection_terminated"), Sends(2)),
		Repair:  []Step{ReadLogs, FixConfig},
	},
	{
		ID: "pool/post-refused-replayed", Folklore: "502",
		Title:   "a POST that was refused is covered for by a healthy spare, and sent once",
		Why:     "The connection was refused, so nothing of the request had been sent: to ask the spare is no repetition, whatever the method.",
		World:   World{Process: true, Servers: 2, Spared: 1, Setup: Spare},
		Traffic: Traffic{Method: "POST", Body: 16},
		Fault:   faults.Refused,
		Expect:  append(covered(Immediately, 2, "connection_refused"), SendsOnce()),
	},
	{
		ID: "pool/put-replayed", Folklore: "502",
		Title:   "a PUT whose server resets the connection is sent to a healthy spare, too",
		Why:     "PUT is idempotent by its definition (RFC 9110 9.2.2): to do it twice is to do it once, so the gateway asks the spare. An application whose PUT counts, appends or sends mail is the one that is wrong.",
		World:   World{Servers: 2, Spared: 1, Setup: Spare},
		Traffic: Traffic{Method: "PUT", Body: 16},
		Fault:   faults.Reset,
		Expect:  append(covered(Immediately, 2, "connection_terminated"), Sends(2)),
	},
	{
		ID: "pool/get-amplified", Folklore: "502",
		Title:  "a GET that fails everywhere is sent to every server of the pool",
		Why:    "One request becomes as many as there are servers: a query that kills its worker kills one on each, and in an overload the load is multiplied when it is least wanted. proxy_next_upstream_tries bounds it.",
		World:  World{Servers: 3, Setup: Forgiving},
		Fault:  faults.Reset,
		Expect: append(BadGateway(Immediately, 3, "connection_terminated"), Sends(3)),
	},
}

// What happens where no server is left.
var poolFails = []Scenario{
	{
		ID: "pool/all-down", Folklore: "502",
		Title:  "a pool all of whose servers refuse is a bad gateway, at once, after each was tried",
		Why:    "Every server refused, so the last refusal is the client's 502. The error log has a line for each attempt; they are one request.",
		World:  World{Process: true, Servers: 2, Setup: Forgiving},
		Fault:  faults.Refused,
		Expect: append(BadGateway(Immediately, 2, "connection_refused"), RecoversAtOnce()),
		Repair: []Step{ReadLogs, CheckHealth, Restart},
	},
	{
		ID: "pool/all-silent", Folklore: "504",
		Title:  "a pool none of whose servers answers is a gateway timeout, after the read timeout of each",
		Why:    "The timeouts add up: two servers make the client wait twice as long, ten servers ten times, far longer than whatever is in front of the gateway waits. proxy_next_upstream_timeout bounds the sum.",
		World:  World{Servers: 2, Setup: ForgivingSoon},
		Fault:  faults.Never,
		Expect: GatewayTimeout(ReadTimeout.Times(2), 2, "connection_read_timeout"),
		Repair: []Step{ReadLogs, FindSlow, RaiseTimeout},
	},
	{
		ID: "pool/no-live-upstreams", Folklore: "502",
		Title:  "a pool all of whose servers have failed before is unavailable, at once, and nobody is asked",
		Why:    "Another client's request found all servers down, and each is left alone for fail_timeout. Until that is over nobody is asked: the client gets an error within a millisecond, with no address in the log, `no live upstreams`. Look for what came before it. It is an outage of the whole pool, for which RFC 9209 2.3.4 recommends a 503.",
		World:  World{Process: true, Servers: 2, Setup: Grudging},
		Fault:  faults.FailedEarlier,
		Expect: unavailable("destination_unavailable"),
		Waits:  3 * time.Second,
	},
	{
		ID: "pool/contaminated", Folklore: "200",
		Title:  "a pool whose servers are well is unavailable for all after one client's request failed on each",
		Why:    "One request that is more than any server can do (a report that kills its worker) is tried on one after the other, and each failure counts: with max_fails=1, which is the default, the pool is gone for fail_timeout. Every other client gets an error from healthy servers. Look in the log for the request before the first `no live upstreams`; max_fails=0, or a larger number, is what protects the others.",
		World:  World{Servers: 2, Setup: Grudging},
		Fault:  faults.FailedOnce,
		Expect: unavailable("destination_unavailable"),
		Repair: []Step{ReadLogs, FixConfig, FixApplication},
		Waits:  3 * time.Second,
	},
	{
		ID: "pool/forgiven", Folklore: "502",
		Title:  "a pool that was down serves again when fail_timeout is over",
		Why:    "The servers are back and the gateway does not know: it asks nobody until fail_timeout is over, which by default makes an outage of a second one of ten and more. It counts in whole seconds that have to be exceeded, so a timeout of two seconds is felt as up to three.",
		World:  World{Process: true, Servers: 2, Setup: Grudging},
		Fault:  faults.Refused,
		Expect: []Check{Answers(502), AnswersInTime(Immediately), Tries(2), Forgives(), Names("connection_refused"), HidesVersion(), TellsClient()},
		Waits:  3 * time.Second,
	},
	{
		ID: "pool/all-503", Folklore: "502",
		Title:  "a pool all of whose servers are busy gives the last one's own 503",
		Why:    "proxy_next_upstream http_503 has the next server asked for as long as there is one. The last one's answer is passed on as it is, with its Retry-After: no 502 hides that it is load that is the matter.",
		World:  World{Servers: 2, Setup: ForgivingBusy},
		Fault:  faults.Shedding,
		Expect: []Check{Answers(503), Keeps("Retry-After", "7"), AnswersInTime(Immediately), Tries(2), Recovers(), Names(""), HidesVersion()},
		Repair: []Step{CheckHealth, FindSlow, RaiseLimits},
		Waits:  time.Second,
	},
	{
		ID: "pool/tries-limit", Folklore: "502",
		Title:  "a gateway that may try two servers gives up after two of three",
		Why:    "proxy_next_upstream_tries counts attempts, the first one too. It protects a pool from requests that kill servers, and with it a client can get a 502 while a healthy server has not been asked.",
		World:  World{Process: true, Servers: 3, Setup: TwoTries},
		Fault:  faults.Refused,
		Expect: BadGateway(Immediately, 2, "connection_refused"),
		Repair: []Step{ReadLogs, CheckHealth, Restart},
	},
	{
		ID: "pool/time-limit", Folklore: "504",
		Title:  "a gateway that may ask further servers for a second ends no attempt for that",
		Why:    "proxy_next_upstream_timeout is looked at when an attempt has failed: it keeps the gateway from asking the next server, and cuts no attempt short. One silent server takes its whole read timeout, and nobody else is asked.",
		World:  World{Servers: 2, Setup: TriesForSecond},
		Fault:  faults.Never,
		Expect: GatewayTimeout(ReadTimeout, 1, "connection_read_timeout"),
		Repair: []Step{ReadLogs, FindSlow, RaiseTimeout},
	},
	{
		ID: "pool/max-conns", Folklore: "502",
		Title:  "an upstream that may get one connection, and has it, is unavailable at once",
		Why:    "max_conns is a limit without a queue: who comes when it is reached is turned away within a millisecond, with `no live upstreams` in the log, though the upstream is well and about to be free. RFC 9209 2.3.12 recommends a 503 for it. Look at how many requests are open before looking for a failure.",
		World:  World{Setup: OneConnection},
		Fault:  faults.PlaceTaken,
		Expect: unavailable("connection_limit_reached"),
		Repair: []Step{ReadLogs, FindSlow, RaiseLimits},
	},
}

// unavailable is the expectation where the gateway asks nobody, for a reason of its own.
func unavailable(errorType string) []Check {
	return []Check{
		Answers(503), AnswersInTime(Immediately), Tries(0), Sends(0), Recovers(),
		Names(errorType), HidesVersion(), TellsClient(),
	}
}

// Whom a client is sent to.
var poolChoice = []Scenario{
	{
		ID: "pool/sticky", Folklore: "200",
		Title:  "a visitor who is bound to a sick server gets its 503 until he comes from elsewhere",
		Why:    "The pool chooses by who asks, so that sessions stay where they are. One server of two is sick: half of all visitors see nothing, the others nothing else, and no refresh helps, since it leads to the same server. From another network the same page works.",
		World:  World{Servers: 2, Spared: 1, Setup: Bound},
		Fault:  faults.Shedding,
		Expect: []Check{Answers(503), AnswersInTime(Immediately), Tries(1), HelpedBy(Reconnect), Recovers(), Names(""), HidesVersion()},
		Waits:  time.Second,
	},
	{
		ID: "pool/sticky-covered", Folklore: "502",
		Title:  "a visitor who is bound to a dead server is covered for by another, at once",
		Why:    "Binding says which server is asked first. One that refuses is passed over for the next, so the visitor gets his page, and loses the session that the dead server had.",
		World:  World{Process: true, Servers: 2, Spared: 1, Setup: Bound},
		Fault:  faults.Refused,
		Expect: covered(Immediately, 2, "connection_refused"),
	},
	{
		ID: "pool/marked-down", Folklore: "200",
		Title:  "a server that is marked down is not asked",
		Why:    "`down` takes a server out of service by hand: nobody waits for it and nothing is logged when its process ends. It stays out until somebody remembers to change the line and reload.",
		World:  World{Process: true, Servers: 2, Spared: 1, Setup: SpareForGone},
		Fault:  faults.Retired,
		Expect: covered(Immediately, 1, ""),
	},
}
