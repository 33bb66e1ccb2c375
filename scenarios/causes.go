package scenarios

// A KnownCause of gateway errors, as vendors and standards name them, with the scenarios that
// bring it about, or why a lab cannot.
type KnownCause struct {
	Cause string
	By    []string // IDs
	// Without says why there is none; "" where there is one.
	Without string
}

// The reasons for which a lab with NGINX and one upstream cannot bring a cause about.
const (
	ofOtherProducts = "NGINX has nothing of the kind, it is another product's: "
	commercial      = "only the commercial NGINX has it: "
)

// Causes are the documented causes, in the order of an exchange.
func Causes() []KnownCause {
	return []KnownCause{
		// Resolving.
		{"the name does not exist (NXDOMAIN)", []string{"dns/nxdomain"}, ""},
		{"the resolver fails (SERVFAIL)", []string{"dns/servfail"}, ""},
		{"the resolver refuses or does not understand (REFUSED, FORMERR)", []string{"dns/refused", "dns/formerr"}, ""},
		{"the resolver is silent", []string{"dns/silent", "misconfig/deaf-resolver"}, ""},
		{"no resolver is configured for a variable upstream", []string{"misconfig/no-resolver"}, ""},
		{"the name cannot be resolved when the gateway starts", []string{"dns/at-start"}, ""},
		{"the address has changed and the gateway keeps the old one", []string{"dns/stale-address", "dns/dead-address"}, ""},
		{"one of several addresses is not reachable, or one family is missing", []string{"dns/one-dead", "dns/ipv6-only"}, ""},
		{"a chain of CNAMEs that never ends", []string{"dns/alias-loop"}, ""},
		{"the name leads to a prohibited or to the gateway's own address", []string{"network/prohibited", "misconfig/loop"}, ""},
		{"requests go round in a loop", []string{"misconfig/loop"}, ""},

		// Connecting.
		{"the connection is refused", []string{"crash/refused", "firewall/reset", "dns/closed-port"}, ""},
		{"SYNs are dropped, by a firewall or a full backlog", []string{"firewall/syn-dropped", "overload/backlog-full"}, ""},
		{"the host is unreachable (ICMP)", []string{"firewall/icmp-host", "network/host-gone"}, ""},
		{"the network is unreachable", []string{"network/no-route"}, ""},
		{"the connection is accepted and reset at once", []string{"crash/reset-on-accept"}, ""},
		{"the backlog of a unix socket is full (EAGAIN)", []string{"socket/full"}, ""},
		{"the unix socket is missing or may not be used", []string{"socket/missing", "socket/forbidden"}, ""},
		{"the gateway has no source port left (EADDRNOTAVAIL)", []string{"local/ports"}, ""},
		{"the gateway is out of descriptors or connections", []string{"local/descriptors", "local/connections", "local/no-connection"}, ""},
		{"the way back is blocked", []string{"firewall/replies-dropped"}, ""},
		{"the port is another service's", []string{"misconfig/wrong-port", "malformed/not-http", "misconfig/fastcgi", "misconfig/wants-fastcgi"}, ""},

		// TLS to the upstream.
		{"the peer speaks clear text", []string{"tls/plain-peer"}, ""},
		{"the handshake stalls", []string{"tls/stall"}, ""},
		{"the peer closes in the handshake", []string{"tls/close"}, ""},
		{"the peer answers with an alert", []string{"tls/no-common-cipher", "tls/unknown-name", "tls/version", "tls/old-version"}, ""},
		{"the certificate has expired or is not trusted", []string{"tls/expired", "tls/not-yet-valid", "tls/other-authority", "tls/self-signed", "tls/incomplete-chain", "tls/unverified-expired"}, ""},
		{"the certificate is for another name", []string{"tls/wrong-name", "tls/unverified-name", "tls/unnamed"}, ""},
		{"the certificate is revoked", []string{"tls/revoked"}, ""},
		{"the peer demands a client's certificate", []string{"tls/client-certificate", "tls/client-certificate-late"}, ""},
		{"clear text is spoken to a port for TLS", []string{"misconfig/wants-tls", "malformed/tls-alert"}, ""},
		{"the answer comes before the handshake is done", nil, "it is a race: whether the bytes are read with the handshake or after it is up to two events of one moment, so no outcome can be promised"},
		{"the chain of certificates is too long", []string{"tls/long-chain"}, ""},

		// Sending the request.
		{"the upstream stops reading", []string{"send/stops-reading"}, ""},
		{"a reset while the body is sent", []string{"send/reset", "send/streamed-reset", "send/chunked-reset"}, ""},
		{"an early answer while the body is sent", []string{"send/early-413", "send/early-401", "send/early-413-deaf"}, ""},
		{"the client is slow with its body, or leaves in it", []string{"send/client-stops", "send/client-leaves"}, ""},
		{"the body cannot be spooled", []string{"local/disk-full"}, ""},
		{"the request's header is too large for the upstream", []string{"send/header-refused"}, ""},

		// Waiting for the header.
		{"no byte ever comes", []string{"slow/never"}, ""},
		{"an end without a byte", []string{"crash/empty"}, ""},
		{"a reset without a byte", []string{"crash/reset"}, ""},
		{"an end within the header", []string{"crash/cut-header"}, ""},
		{"a stall within the header", []string{"slow/header-stall"}, ""},
		{"the header drips", []string{"slow/header-drip"}, ""},
		{"100 Continue and nothing after it", []string{"malformed/only-100"}, ""},
		{"101 that nobody asked for", []string{"malformed/unasked-101"}, ""},
		{"a flood of early hints", []string{"malformed/many-hints"}, ""},
		{"the process dies in mid-request", []string{"crash/killed"}, ""},
		{"the application hangs and its kernel accepts", []string{"overload/frozen", "overload/workers-busy", "overload/starved"}, ""},

		// Reading the header.
		{"what comes is not HTTP", []string{"malformed/not-http"}, ""},
		{"text without a status line", []string{"malformed/bad-status-line", "malformed/not-http"}, ""},
		{"a header line without a colon", []string{"malformed/header-no-colon"}, ""},
		{"a space before the colon", []string{"malformed/space-before-colon"}, ""},
		{"control bytes in a value", []string{"malformed/header-nul", "malformed/header-cr", "malformed/header-control"}, ""},
		{"a folded header line", []string{"malformed/obs-fold"}, ""},
		{"the header is larger than the buffer", []string{"malformed/header-too-large", "misconfig/small-buffer"}, ""},
		{"there are too many header lines, or one is too long", []string{"malformed/header-too-large", "malformed/header-of-many-lines"}, ""},
		{"Content-Length together with Transfer-Encoding", []string{"malformed/length-and-chunks"}, ""},
		{"two lengths that differ", []string{"malformed/two-lengths"}, ""},
		{"a length that is no number", []string{"malformed/length-no-number", "malformed/length-negative"}, ""},
		{"an unknown transfer coding", []string{"malformed/unknown-coding"}, ""},
		{"a status below 100 or above 599", []string{"malformed/status-99", "malformed/status-999"}, ""},
		{"HTTP/2.0 in a status line", []string{"malformed/status-line-http2"}, ""},
		{"a field twice that may be there once", []string{"malformed/said-twice"}, ""},
		{"rewriting the header overflows the gateway's buffer", nil, ofOtherProducts + "HAProxy's tune.maxrewrite"},

		// The body.
		{"a body that is too short, by an end", []string{"malformed/short-body", "body/unbuffered-short", "body/gzip-short", "pool/short-body"}, ""},
		{"a reset within the body", []string{"body/reset", "body/reset-unsized", "body/unbuffered-reset"}, ""},
		{"a stall within the body", []string{"slow/body-stall", "body/unbuffered-stall"}, ""},
		{"a chunk with a bad size", []string{"malformed/bad-chunk", "body/unbuffered-bad-chunk"}, ""},
		{"chunks without the last one", []string{"body/no-last-chunk", "body/unbuffered-no-last-chunk"}, ""},
		{"more bytes than the length says", []string{"body/extra", "reuse/extra-bytes"}, ""},
		{"204 or 304 with a body", []string{"body/of-204", "body/of-304", "reuse/204-with-body"}, ""},
		{"a body that drips, each byte in time", []string{"slow/body-drip"}, ""},
		{"a body whose compression is corrupt", []string{"body/gzip-corrupt"}, ""},
		{"an answer that is too large", nil, "NGINX has no limit for the size of an answer: beyond proxy_max_temp_file_size it reads as fast as the client does"},
		{"trailers that are too large", []string{"body/large-trailer", "body/trailer-cut"}, ""},
		{"a body that only the end delimits is cut", []string{"body/cut-unsized", "body/reset-unsized", "tls/no-close-notify", "http10/cut-no-length"}, ""},
		{"the answer cannot be spooled: the disk is full", []string{"local/response-disk-full"}, ""},

		// Connections that are kept, and HTTP/2.
		{"the upstream's idle timeout is shorter than the gateway's", []string{"reuse/stale-get", "reuse/stale-put", "reuse/stale-post", "reuse/unsaid"}, ""},
		{"the upstream closes after a number of requests", []string{"reuse/closed-after-n"}, ""},
		{"a firewall forgets an idle connection", []string{"reuse/nat-cut"}, ""},
		{"answers get out of step on a connection", []string{"reuse/extra-bytes", "reuse/unasked-answer"}, ""},
		{"GOAWAY and RST_STREAM", []string{"grpc/goaway-error", "grpc/goaway-unprocessed", "grpc/goaway-graceful", "grpc/stream-refused", "grpc/stream-reset"}, ""},
		{"frames that break the rules of HTTP/2", []string{"grpc/frame-length", "grpc/frame-too-large", "grpc/data-on-zero", "grpc/window-overflow"}, ""},
		{"HTTP/2 is agreed on, and HTTP/1 is spoken", []string{"grpc/http1", "tls/no-common-protocol"}, ""},
		{"trailers of gRPC are missing", []string{"grpc/no-trailers"}, ""},

		// Pools.
		{"every server is down or taken for it", []string{"pool/all-down", "pool/no-live-upstreams"}, ""},
		{"the pool is empty", []string{"misconfig/empty-pool"}, ""},
		{"one failure takes a healthy server out", []string{"pool/contaminated", "pool/forgiven", "reuse/stale-everywhere"}, ""},
		{"the limit of connections to a server is reached", []string{"pool/max-conns"}, ""},
		{"a request waits too long in the queue for a server", nil, commercial + "the directive queue"},
		{"every retry has failed", []string{"pool/tries-limit", "pool/all-down"}, ""},
		{"the time for retries is over", []string{"pool/time-limit"}, ""},
		{"a POST is not repeated where a GET is", []string{"pool/post-not-replayed", "pool/post-replayed", "pool/put-replayed", "send/post-reset"}, ""},
		{"the upstream's own 502, 503 or 504", []string{"overload/shedding", "pool/http-503-passed", "pool/http-503-next"}, ""},
		{"a client is bound to a server that is dead", []string{"pool/sticky", "pool/sticky-covered"}, ""},
		{"a health check asks for the wrong path or host", nil, commercial + "active health checks"},
		{"the herd after a slow start, or a drain that is cut", []string{"local/shutdown-timeout", "overload/more-than-served"}, ""},

		// The gateway itself.
		{"a variable upstream that is no URL", []string{"misconfig/invalid-url"}, ""},
		{"no route", []string{"misconfig/no-route"}, ""},
		{"the request or its header is too large", []string{"send/too-large"}, ""},
		{"a rate limit or an access rule", []string{"local/rate-limited", "local/at-once-limited"}, ""},
		{"a reload or a stop in mid-request", []string{"local/reload", "local/stopped", "local/quit", "local/shutdown-timeout"}, ""},
		{"the gateway is killed", []string{"local/worker-killed"}, ""},
		{"a loop by configuration", []string{"misconfig/loop"}, ""},
		{"the client gives up first", []string{"local/client-gives-up", "local/client-ignored"}, ""},
		{"an error page that hides the cause", []string{"misconfig/masked", "misconfig/masked-timeout", "misconfig/intercepted"}, ""},
		{"a field that is lost on errors", []string{"misconfig/cors-lost"}, ""},

		// The edge.
		{"the origin refuses the edge", []string{"edge/origin-down"}, ""},
		{"the edge is less patient than the origin", []string{"edge/timeout"}, ""},
		{"a stale answer saves the day", []string{"edge/stale", "edge/stale-late", "edge/updating"}, ""},
		{"an error is cached", []string{"edge/error-kept"}, ""},
		{"many wait for one cache fill", []string{"edge/lock"}, ""},
		{"a truncated object is cached", []string{"edge/truncated-length", "edge/truncated-chunked", "edge/truncated-unframed"}, ""},
		{"ranges that do not agree", []string{"edge/ranges-disagree"}, ""},
		{"two tiers of caches", []string{"edge/miss", "edge/origin-down"}, ""},
		{"Host or SNI that the origin does not know", []string{"misconfig/misdirected", "edge/wrong-host", "tls/wrong-name"}, ""},
		{"the edge cannot resolve the origin", []string{"dns/nxdomain"}, ""},
		{"a purge during an outage", []string{"edge/purged", "edge/bypass", "edge/expired"}, ""},
	}
}
