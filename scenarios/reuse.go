package scenarios

import (
	"time"

	"github.com/badgateway/badgateway/faults"
	. "github.com/badgateway/badgateway/harness"
)

var reuse = []Scenario{
	{
		ID: "reuse/stale-get", Folklore: "502",
		Title:  "a GET that meets the end of a kept connection is sent again on a new one, at once",
		Why:    "The upstream ends idle connections after a time of its own. When that time is shorter than the gateway's, now and then a request is on its way while the end comes the other way. A gateway may send a GET again and does (RFC 9112 9.3.1); the client sees nothing, the error log has a line.",
		World:  World{Setup: Kept},
		Fault:  faults.StaleClosed,
		Expect: covered(Immediately, 1, "http_response_incomplete"),
	},
	{
		ID: "reuse/stale-put", Folklore: "502",
		Title:   "a PUT that meets the end of a kept connection is sent again on a new one, at once",
		Why:     "PUT is idempotent (RFC 9110 9.2.2), so what holds for a GET holds for it.",
		World:   World{Setup: Kept},
		Traffic: Traffic{Method: "PUT", Body: 16},
		Fault:   faults.StaleClosed,
		Expect:  append(covered(Immediately, 1, "http_response_incomplete"), Sends(2)),
	},
	{
		ID: "reuse/stale-post", Folklore: "502",
		Title:   "a POST that meets the end of a kept connection is a bad gateway, at once",
		Why:     "The first cause of a 502 now and then, of POST alone, from an upstream that is perfectly well: it closed an idle connection as the request came. The gateway cannot know whether it was read, so it must not send it again (RFC 9110 9.2.2). Let the upstream keep idle connections longer than the gateway does.",
		World:   World{Setup: Kept},
		Traffic: Traffic{Method: "POST", Body: 16},
		Fault:   faults.StaleClosed,
		Expect:  append(BadGateway(Immediately, 0, "http_response_incomplete"), SendsOnce()),
	},
	{
		ID: "reuse/unsaid", Folklore: "200",
		Title:   "a POST meets the end of no kept connection where nobody has told the gateway to keep any",
		Why:     "The configuration has an upstream{} and not a word of keepalive. For twenty years that meant a connection for each request; then the default changed, and with an update of the gateway alone every upstream that ends idle connections gives a 502 to a POST now and then. `keepalive 0` is the old default, an upstream that is more patient than the gateway the better answer.",
		World:   World{Setup: Unsaid},
		Traffic: Traffic{Method: "POST", Body: 16},
		Fault:   faults.EndsAfterOne,
		Expect:  []Check{Answers(200), AnswersInTime(Immediately), Recovers(), SendsOnce(), Names(""), HidesVersion()},
	},
	{
		ID: "reuse/stale-reset", Folklore: "502",
		Title:  "a GET that meets a reset of a kept connection is sent again on a new one, at once",
		Why:    "The upstream was restarted, or its kernel knows the connection no more, and answers with RST instead of FIN. For the client it is the same; the log says `Connection reset by peer`.",
		World:  World{Setup: Kept},
		Fault:  faults.StaleReset,
		Expect: covered(Immediately, 1, "connection_terminated"),
	},
	{
		ID: "reuse/stale-untried", Folklore: "200",
		Title:  "a GET that meets the end of a kept connection is a bad gateway where nothing is sent again",
		Why:    "proxy_next_upstream off is meant to keep requests from wandering through a pool. It also ends the one repetition that kept connections need: every race with the upstream's idle timeout is now a 502, of GET too, with one server or many.",
		World:  World{Setup: KeptUntried},
		Fault:  faults.StaleClosed,
		Expect: BadGateway(Immediately, 0, "http_response_incomplete"),
	},
	{
		ID: "reuse/stale-everywhere", Folklore: "200",
		Title:  "a pool that is well is unavailable when a request meets the end of a kept connection to each server",
		Why:    "The end of a kept connection counts as a failure of its server. Where all servers end their idle connections at about the same time (a deployment, a quiet night), one GET meets one end after the other, each server is left alone for fail_timeout, and nobody is left to be asked: an error from a pool in which every server is well.",
		World:  World{Servers: 2, Setup: KeptGrudging},
		Fault:  faults.StaleClosed,
		Expect: []Check{Answers(502), AnswersInTime(Immediately), Tries(0), Sends(2), Forgives(), Names("http_response_incomplete"), HidesVersion(), TellsClient()},
		Waits:  3 * time.Second,
	},
	{
		ID: "reuse/closed-after-n", Folklore: "502",
		Title:  "an upstream that ends the connection with its answer costs the next request nothing",
		Why:    "The upstream takes so many requests a connection and does not say Connection: close with the last. Its end comes while the connection is idle: the gateway sees it and opens another one. It is only with the request under way that it hurts.",
		World:  World{Setup: Kept},
		Fault:  faults.ClosedAfterAnswer,
		Expect: append(covered(Immediately, 1, ""), Sends(1)),
	},
	{
		ID: "reuse/nat-cut", Folklore: "502",
		Title:  "a request on a connection that a firewall has forgotten is a gateway timeout, after the read timeout",
		Why:    "Something between drops what comes on connections that were idle for long. The kernel sends the request again and again, nobody answers, and no connect timeout applies, since the connection is there: the first request after a quiet time hangs, a refresh works. Keep idle connections for a shorter time than the firewall does, or let TCP keepalive tell it that they live.",
		World:  World{Setup: Kept},
		Fault:  faults.FlowsForgotten,
		Expect: append(GatewayTimeout(ReadTimeout, 0, "connection_read_timeout"), HelpedBy(Refresh)),
		Repair: []Step{CheckFirewall, FixConfig, CheckNetwork},
	},
	{
		ID: "reuse/extra-bytes", Folklore: "200",
		Title:  "bytes behind another client's answer are nobody's answer",
		Why:    "An upstream that counts its bytes wrong leaves some on the connection. A gateway that kept it would take them for the beginning of the next answer, and hand one client what was meant for another. It must not (RFC 9112 6.3), and has to close the connection.",
		World:  World{Setup: Kept},
		Fault:  faults.ExtraBytes,
		Expect: append(covered(Immediately, 1, ""), Sends(1)),
		Repair: []Step{ReadLogs, FixApplication},
	},
	{
		ID: "reuse/204-with-body", Folklore: "200",
		Title:  "a body behind another client's 204 is nobody's answer",
		Why:    "A 204 ends with its header, whatever comes behind it (RFC 9112 6.3). Applications that write a body with it leave that on the connection: it must not become the next client's answer.",
		World:  World{Setup: Kept},
		Fault:  faults.BodyOn204,
		Expect: append(covered(Immediately, 1, ""), Sends(1)),
		Repair: []Step{ReadLogs, FixApplication},
	},
	{
		ID: "reuse/unasked-answer", Folklore: "200",
		Title:  "an answer that comes on an idle connection is nobody's answer",
		Why:    "A response without a request: a late error page, or an attacker who has found a way to make the upstream say one thing more. The gateway must not take it for the answer to what it asks next, and has to close the connection (RFC 9112 9.2).",
		World:  World{Setup: Kept},
		Fault:  faults.UnaskedAnswer,
		Expect: append(covered(Immediately, 1, ""), Sends(1)),
		Repair: []Step{ReadLogs, FixApplication},
	},
}
