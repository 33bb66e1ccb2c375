package scenarios

import (
	"time"

	"strings"

	"github.com/badgateway/badgateway/faults"
	. "github.com/badgateway/badgateway/harness"
)

// Requests with a body: one that a single packet holds, one that a gateway has to keep
// somewhere, and one that is twice what the kernels between gateway and upstream take in
// while nobody reads (measured between 768 KiB and a mebibyte).
var (
	form   = Traffic{Method: "POST", Body: 1 << 10}
	upload = Traffic{Method: "POST", Body: 512 << 10}
	film   = Traffic{Method: "POST", Body: 2 << 20}
)

var send = []Scenario{
	{
		ID: "send/stops-reading", Folklore: "504",
		Title:   "an upstream that stops reading the request is a gateway timeout, after the send timeout",
		Why:     "The upstream took the head and part of the body; then its kernel's buffer was full and its window closed. The connection is alive and nothing moves. It is the send timeout that counts here and not the read timeout, between two writes. Look at what the upstream does with uploads: a virus scanner, a full disk, a single thread.",
		World:   World{Setup: LargeRequests},
		Traffic: film,
		Fault:   faults.StopsReading,
		Expect:  GatewayTimeout(SendTimeout, 1, "connection_write_timeout"),
	},
	{
		ID: "send/reset", Folklore: "502",
		Title:   "a reset in the middle of the request's body is a bad gateway, at once",
		Why:     "The upstream read the head and tore the connection down: a limit of its own that it enforces with force, a crash in the code that takes uploads. The request may have been carried out in part and is not sent again.",
		Traffic: upload,
		Fault:   faults.ResetInUpload,
		Expect:  BadGateway(Immediately, 1, "connection_terminated"),
	},
	{
		ID: "send/streamed-reset", Folklore: "502",
		Title:   "a reset in the middle of a body that is passed on as it comes is a bad gateway, at once",
		Why:     "Without buffering of requests the upload is cut while the client still sends. The gateway answers into the middle of it, so a client that does not listen while it sends may see a broken connection and not the 502.",
		World:   World{Setup: Streamed},
		Traffic: upload,
		Fault:   faults.ResetInUpload,
		Expect:  BadGateway(Immediately, 1, "connection_terminated"),
	},
	{
		ID: "send/chunked-reset", Folklore: "502",
		Title:   "a reset after a request in chunks is a bad gateway, at once",
		Why:     "The client did not know how long its body would be. A gateway that buffers it does, and gives the upstream a length; what the upstream's reset means is the same.",
		Traffic: Traffic{Method: "POST", Body: 64 << 10, Chunked: true},
		Fault:   faults.Reset,
		Expect:  BadGateway(Immediately, 1, "connection_terminated"),
	},
	{
		ID: "send/early-413", Folklore: "502",
		Title:   "an upstream's 413 in the middle of the request's body is relayed, at once",
		Why:     "The upstream saw the length, said no, and reads the rest without looking, as it should. A gateway has to listen while it sends (RFC 9112 9.5): one that does not tells the client of a timeout or a broken upstream in the place of a limit.",
		Traffic: upload,
		Fault:   faults.EarlyTooLarge,
		Expect:  append(PassedOn(413), KeepsPage()),
	},
	{
		ID: "send/streamed-early-413", Folklore: "502",
		Title:   "an upstream's 413 is relayed while the client still sends, at once",
		Why:     "The request is passed on as it comes, so the client is told while it sends. One that does not listen meanwhile uploads all of it for nothing.",
		World:   World{Setup: Streamed},
		Traffic: upload,
		Fault:   faults.EarlyTooLarge,
		Expect:  append(PassedOn(413), KeepsPage()),
	},
	{
		ID: "send/early-401", Folklore: "502",
		Title:   "an upstream's 401 in the middle of the request's body is relayed with its challenge, at once",
		Why:     "Who may not upload is told by the head alone. The challenge is what a client needs to do better (RFC 9110 11.6.1); as a 502 it would try the same again.",
		Traffic: upload,
		Fault:   faults.EarlyUnauthorized,
		Expect:  append(PassedOn(401), Keeps("WWW-Authenticate", `Basic realm="upload"`)),
	},
	{
		ID: "send/early-413-deaf", Folklore: "504",
		Title:   "an upstream's 413 is relayed though it reads no more, at once",
		Why:     "The answer is there and the rest of the request can never be sent. A gateway that listens while it sends (RFC 9112 9.5) passes the answer on and hangs up; one that wants to send all first waits for its send timeout, and says 504 in the place of a limit.",
		World:   World{Setup: LargeRequests},
		Traffic: film,
		Fault:   faults.EarlyAndDeaf,
		Expect:  append(PassedOn(413), KeepsPage()),
	},
	{
		ID: "send/header-refused", Folklore: "502",
		Title:   "an upstream's 431 for a header that is too large for it is relayed",
		Why:     "The gateway takes headers of up to four lines of 8 kB (large_client_header_buffers) and the upstream less: cookies that have grown, a token with many groups, fields that each tier adds. Only some users see it, those with the long cookies, until they clear them. The answer is the upstream's own (RFC 6585 5; others say 400), and the gateway logs nothing.",
		Traffic: Traffic{Header: "Cookie: basket=" + strings.Repeat("7", 6<<10) + "\r\n"},
		Fault:   faults.HeaderRefused,
		Expect:  RelayedPage(431),
		Repair:  []Step{CurlFromProxy, RaiseLimits},
	},
	{
		ID: "send/too-large", Folklore: "413",
		Title:   "a request that is larger than the gateway takes is refused by it, at once",
		Why:     "The gateway has a limit of its own and says 413 by the length in the head; the upstream is never asked, so its logs show nothing. NGINX's client_max_body_size is 1 MiB where nobody has written it.",
		Traffic: form,
		Fault:   faults.RequestTooLarge,
		Expect:  []Check{Answers(413), AnswersInTime(Immediately), Tries(0), Recovers(), HidesVersion()},
		Repair:  []Step{ReadLogs, RaiseLimits, FixConfig},
		Waits:   time.Second,
	},
	{
		ID: "send/client-stops", Folklore: "408",
		Title:   "a client that stops in the middle of its body is told so, after its timeout, and the upstream is not asked",
		Why:     "A phone that lost its network, a browser whose laptop was closed, and those who hold connections on purpose. A gateway that buffers requests keeps them from the upstream: no worker waits for them (RFC 9110 15.5.9).",
		World:   World{Setup: HurriedClients},
		Traffic: upload,
		Fault:   faults.ClientStops,
		Expect:  []Check{Answers(408), AnswersInTime(ClientTimeout), Tries(0), Recovers(), HidesVersion()},
		Repair:  []Step{ReadLogs, RaiseTimeout},
		Waits:   2 * time.Second,
	},
	{
		ID: "send/client-leaves", Folklore: "499",
		Title:   "a client that goes away in the middle of its body is nobody's trouble",
		Why:     "There is nobody to answer, and so no status: NGINX's 499 is a word of its access log that no client has ever seen. The upstream was not asked, and nothing is logged as an error.",
		Traffic: upload,
		Fault:   faults.ClientLeaves,
		Expect:  []Check{Ends(0, Left), Tries(0), Recovers(), Names("")},
		Repair:  []Step{ReadLogs},
		Waits:   time.Second,
	},
	{
		ID: "send/expect-refused", Folklore: "502",
		Title:   "a client that waits for 100 Continue learns of a dead upstream before it sends its body",
		Why:     "That is what the wait is for: a gateway forwards the head first, or answers at once (RFC 9110 10.1.1). One that says 100 on its own account has the client upload everything and then says 502.",
		World:   World{Process: true},
		Traffic: Traffic{Method: "POST", Body: 512 << 10, Expect: true},
		Fault:   faults.Refused,
		Expect:  append(BadGateway(Immediately, 1, "connection_refused"), SparesBody()),
	},
	{
		ID: "send/post-reset", Folklore: "502",
		Title:   "a POST whose upstream resets is not sent to the spare",
		Why:     "It may have been carried out. Nobody but the client can know whether it may be repeated, so a gateway must not (RFC 9110 9.2.2), though a healthy server stands by. With non_idempotent it would be: the order is placed twice.",
		World:   World{Servers: 2, Spared: 1, Setup: Spare},
		Traffic: form,
		Fault:   faults.Reset,
		Expect:  BadGateway(Immediately, 1, "connection_terminated"),
	},
	{
		ID: "send/post-never", Folklore: "504",
		Title:   "a POST whose upstream does not answer is not sent to the spare",
		Why:     "The upstream has the request and may still carry it out, after the gateway has given up. The spare would do it a second time.",
		World:   World{Servers: 2, Spared: 1, Setup: Spare},
		Traffic: form,
		Fault:   faults.Never,
		Expect:  GatewayTimeout(ReadTimeout, 1, "connection_read_timeout"),
	},
	{
		ID: "send/post-large-reset", Folklore: "502",
		Title:   "a large POST whose upstream resets is not sent to the spare",
		Why:     "That only part of it was read makes no difference: what was read may have been acted on. The gateway still has the whole body, and must not send it again.",
		World:   World{Servers: 2, Spared: 1, Setup: Spare},
		Traffic: upload,
		Fault:   faults.ResetInUpload,
		Expect:  BadGateway(Immediately, 1, "connection_terminated"),
	},
	{
		ID: "send/put-reset", Folklore: "502",
		Title:   "a PUT whose upstream resets is sent to the spare, at once",
		Why:     "To do it twice is to do it once (RFC 9110 9.2.2), so a gateway may repeat it, and the client sees no failure. Where a PUT counts or appends, the application is wrong and not the gateway.",
		World:   World{Servers: 2, Spared: 1, Setup: Spare},
		Traffic: Traffic{Method: "PUT", Body: 1 << 10},
		Fault:   faults.Reset,
		Expect:  []Check{Answers(200), AnswersInTime(Immediately), KeepsPage(), Tries(2), Recovers(), Names("connection_terminated"), HidesVersion()},
	},
	{
		ID: "send/put-never", Folklore: "504",
		Title:   "a PUT whose upstream does not answer is sent to the spare, after the read timeout",
		Why:     "The client waits for the timeout of the first server and then for the second. Where the first was only slow, both do the work.",
		World:   World{Servers: 2, Spared: 1, Setup: Spare},
		Traffic: Traffic{Method: "PUT", Body: 1 << 10},
		Fault:   faults.Never,
		Expect:  []Check{Answers(200), AnswersInTime(ReadTimeout), KeepsPage(), Tries(2), Recovers(), Names("connection_read_timeout"), HidesVersion()},
	},
	{
		ID: "send/head-reset", Folklore: "502",
		Title:   "a HEAD whose upstream resets is sent to the spare, at once",
		Why:     "HEAD changes nothing, so to repeat it is safe. Monitoring that asks with HEAD does not see the server that fails: the error log does.",
		World:   World{Servers: 2, Spared: 1, Setup: Spare},
		Traffic: Traffic{Method: "HEAD"},
		Fault:   faults.Reset,
		Expect:  []Check{Answers(200), AnswersInTime(Immediately), Tries(2), Recovers(), Names("connection_terminated"), HidesVersion()},
	},
}
