package scenarios

import (
	"time"

	"github.com/badgateway/badgateway/faults"
	. "github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// tls is how a handshake fails, and what else TLS makes different.
var tls = []Scenario{
	{
		ID: "tls/plain-peer", Folklore: "502",
		Title:  "an upstream that speaks clear text is a bad gateway, at once",
		Why:    "The gateway was told https:// and the port speaks HTTP in clear text: a wrong port, a TLS listener that lost its configuration, a service mesh that already did the TLS. The upstream answers the handshake with an HTTP 400, which cannot be a TLS record: OpenSSL's `wrong version number` in the gateway's log means this, and never a version.",
		World:  World{TLS: true},
		Fault:  faults.ClearText,
		Expect: BadGateway(Immediately, 1, "tls_protocol_error"),
		Repair: []Step{CurlFromProxy, FixConfig},
	},
	{
		ID: "tls/stall", Folklore: "504",
		Title:  "a TLS handshake that is never answered is a gateway timeout, after the connect timeout",
		Why:    "The connection is made and nobody answers on it: a process that is stuck, a listener that is full of handshakes, a box on the way that lets SYNs pass and drops what it cannot read. The connect timeout covers the handshake too, so this ends as an upstream that cannot be reached would, and the log says `while SSL handshaking`.",
		World:  World{TLS: true},
		Fault:  faults.HandshakeStalled,
		Expect: GatewayTimeout(ConnectTimeout, 1, "connection_timeout"),
		Repair: []Step{CurlFromProxy, CheckHealth, CheckFirewall},
	},
	{
		ID: "tls/close", Folklore: "502",
		Title:  "an upstream that closes in the TLS handshake is a bad gateway, at once",
		Why:    "The upstream, or a load balancer in front of it, hangs up at the first words: no backend behind a TLS passthrough, a list of addresses that are let in, a listener whose certificate could not be loaded. There is no alert that would say why; the upstream's log has to.",
		World:  World{TLS: true},
		Fault:  faults.HandshakeClosed,
		Expect: BadGateway(Immediately, 1, "tls_protocol_error"),
		Repair: []Step{CurlFromProxy, ReadLogs, CheckHealth},
	},
	{
		ID: "tls/reset", Folklore: "502",
		Title:  "an upstream that resets in the TLS handshake is a bad gateway, at once",
		Why:    "The connection is torn down in the handshake: a firewall that reads the name in it and does not like it, a port that was closed with the connection still queued, a process that crashed. Seen on some names and not on others, it is the firewall.",
		World:  World{TLS: true},
		Fault:  faults.HandshakeReset,
		Expect: BadGateway(Immediately, 1, "connection_terminated"),
		Repair: []Step{CurlFromProxy, CheckFirewall, CheckHealth},
	},
	{
		ID: "tls/unknown-name", Folklore: "502",
		Title:  "an upstream that knows no certificate for the name is a bad gateway, at once",
		Why:    "The upstream has no certificate for the name that the gateway says (SNI) and refuses instead of showing another. The gateway says the name of proxy_ssl_name, which is what stands in proxy_pass where nobody sets it: the name of an upstream{} block as a rule, which nobody outside has heard of.",
		World:  World{TLS: true},
		Fault:  faults.NameUnknown,
		Expect: BadGateway(Immediately, 1, "tls_alert_received"),
	},
	{
		ID: "tls/no-common-cipher", Folklore: "502",
		Title:  "an upstream that shares no cipher suite with the gateway is a bad gateway, at once",
		Why:    "One side was hardened or never updated, and nothing is left that both speak. The upstream says so with the alert handshake_failure (40), which is also what it says to a client without a certificate. Compare the suites of both sides; `openssl s_client` from the gateway's host shows what the upstream takes.",
		World:  World{TLS: true},
		Fault:  faults.NoCommonCipher,
		Expect: BadGateway(Immediately, 1, "tls_alert_received"),
	},
	{
		ID: "tls/no-common-protocol", Folklore: "502",
		Title:  "an upstream of gRPC that knows no HTTP/2 is a bad gateway, at once",
		Why:    "gRPC is HTTP/2, which TLS agrees on by ALPN, and the upstream offers HTTP/1.1 alone: a load balancer in between that speaks no HTTP/2, a server that was started without it. The alert no_application_protocol (120) says it. Gateways that speak HTTP/1.1 to their upstreams offer nothing by ALPN and are not refused.",
		World:  World{TLS: true, Speaks: agent.GRPC},
		Fault:  faults.NoCommonProtocol,
		Expect: BadGateway(Immediately, 1, "tls_alert_received"),
	},
	{
		ID: "tls/closed-after-handshake", Folklore: "502",
		Title:  "an upstream that closes once the TLS handshake is finished is a bad gateway, at once",
		Why:    "Whoever ends TLS is well and what stands behind it is not: a terminator without a backend, a sidecar whose process is gone. It closes in good order, so the gateway cannot tell this from a process that died over the request, and says the same.",
		World:  World{TLS: true},
		Fault:  faults.ClosedAfterHandshake,
		Expect: BadGateway(Immediately, 1, "http_response_incomplete"),
		Repair: []Step{CurlFromProxy, ReadLogs, CheckHealth},
	},
	{
		ID: "tls/version", Folklore: "502",
		Title:  "an upstream of TLS 1.2 is a bad gateway where nothing below 1.3 is offered, at once",
		Why:    "The gateway offers TLS 1.3 alone and the upstream has 1.2 to offer. It refuses with the alert protocol_version (70). proxy_ssl_protocols decides what is offered; NGINX before 1.23.4 offered no 1.3 unless told to, and the same alert then came from upstreams that had nothing older.",
		World:  World{TLS: true, Setup: SpeaksOnlyTLS13},
		Fault:  faults.OldTLS,
		Expect: BadGateway(Immediately, 1, "tls_alert_received"),
	},
	{
		ID: "tls/old-version", Folklore: "502",
		Title:  "an upstream of TLS 1.0 is a bad gateway where nothing below 1.2 is taken, at once",
		Why:    "An appliance or a server that nobody updates. It takes the gateway's 1.2 for an offer of everything older and answers in 1.0, and now it is the gateway that declines: `unsupported protocol` in its log. To allow it again in proxy_ssl_protocols may not be enough, since the library has a level of security of its own; the upstream is what to update, or to put something in front of.",
		World:  World{TLS: true, Setup: SpeaksOnlyTLS12},
		Fault:  faults.AncientTLS,
		Expect: BadGateway(Immediately, 1, "tls_protocol_error"),
	},
	{
		ID: "tls/client-certificate", Folklore: "502",
		Title:  "an upstream that lets nobody in without a certificate is a bad gateway, at once",
		Why:    "The upstream wants to know who asks (mutual TLS, origin pull) and the gateway was given nothing to show. In TLS 1.2 it is refused within the handshake, with the alert handshake_failure (40) or bad_certificate, and no request has been sent. proxy_ssl_certificate is what to set. Upstreams that let the handshake pass answer 400 or 403 themselves.",
		World:  World{TLS: true, Setup: SpeaksOnlyTLS12},
		Fault:  faults.AsksWho,
		Expect: BadGateway(Immediately, 1, "tls_alert_received"),
	},
	{
		ID: "tls/client-certificate-late", Folklore: "502",
		Title:  "an upstream that lets nobody in without a certificate is a bad gateway, at once, after the request was sent",
		Why:    "In TLS 1.3 the gateway's handshake is finished before the upstream has looked for a certificate in it, so the request is on its way when the alert certificate_required (116) comes. The log says `while reading response header`, and a gateway with a second upstream has to ask itself whether the request may be sent again. Nothing of it was done.",
		World:  World{TLS: true, Setup: SpeaksOnlyTLS13},
		Fault:  faults.AsksWho,
		Expect: BadGateway(Immediately, 1, "tls_alert_received"),
	},
	{
		ID: "tls/no-close-notify", Folklore: "200",
		Title:  "a body over TLS that only its end would end, cut, ends the response visibly, at once",
		Why:    "The answer has no length, so its end is the connection's, and over TLS a proper end is announced (close_notify). Here the process dies in the middle and its kernel ends the connection: without the announcement the answer is incomplete (RFC 9112 9.8), and over TLS a gateway can know it, as it cannot in clear text. One that passes the stump on as whole lets caches keep it.",
		World:  World{TLS: true, Process: true},
		Fault:  faults.CutWithoutNotice,
		Expect: CutOff(Immediately, "http_response_incomplete"),
		Repair: []Step{CheckHealth, FixApplication},
		Waits:  time.Second,
	},
	{
		ID: "tls/reset-in-body", Folklore: "200",
		Title:  "a body over TLS that only its end would end, reset, ends the response visibly",
		Why:    "The answer has no length and a reset ends it, which nobody can take for an end in clear text. Over TLS the reset has to come through a library that reads records, and a gateway that asks it only whether more is there takes a torn connection for a finished one: the client gets half a page with a 200, and no log says a word.",
		World:  World{TLS: true},
		Fault:  faults.ResetInOpenBody,
		Expect: CutOff(Immediately, "connection_terminated"),
		Repair: []Step{CheckHealth, CheckFirewall, FixApplication},
		Waits:  time.Second,
	},
}
