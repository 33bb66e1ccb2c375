package nginx

import "github.com/badgateway/badgateway/harness"

// choosing is what is said before there is an upstream to connect to.
var choosing = []symptom{
	{
		said: "no live upstreams", phase: harness.PhasePool, errorType: "destination_unavailable",
		means: "Every server of the upstream{} has failed max_fails times (1 by default) within fail_timeout (10 s) and is left alone for that long, or is `down`, or has max_conns connections. The lines before this one say what had failed; this one is an echo.",
		candidates: []candidate{
			{"misconfig/empty-pool", "No line before it tells of a failure, whenever it is asked: every server of the upstream{} is marked as `down`."},
			{"pool/no-live-upstreams", "Lines before it tell that each server refused, timed out or reset, and the servers are still down."},
			{"pool/contaminated", "Lines before it, within fail_timeout, tell of one request that failed at each server, and the servers are well."},
			{"reuse/stale-everywhere", "The lines before it are `upstream prematurely closed connection` of one request, one a server, after a quiet time."},
			{"pool/max-conns", "No line before it tells of a failure, and a server has max_conns: `ss -tn` shows as many connections to it."},
		},
	},
	{
		said: "upstream server temporarily disabled", phase: harness.PhasePool,
		means: "A server has failed max_fails times (1 by default) and gets no requests for fail_timeout (10 s). The line before says why.",
		candidates: []candidate{
			{"pool/refused", "The line before says `connect() failed (111:`, and another server of the upstream{} answered."},
			{"pool/http-503-next", "No line before it tells of a failure: proxy_next_upstream says http_503, and the server said that it is busy."},
		},
	},
	{
		said: "no servers are inside upstream", phase: harness.PhaseStart, errorType: "proxy_configuration_error",
		means: "An upstream{} without a server: NGINX does not start. A template has written it, most likely, when discovery found nobody.",
	},
}

// sending is what is said while the request is sent.
var sending = []symptom{
	{
		said: "upstream timed out (110:", and: "while sending request to upstream", phase: harness.PhaseSend, errorType: "connection_write_timeout",
		means: "The upstream took no more of the request for proxy_send_timeout: its window is full, since nobody reads on its side.",
		candidates: []candidate{
			{"send/stops-reading", "On the upstream's host `ss -tn` shows the connection with a full Recv-Q: the service has stopped reading its upload."},
		},
	},
	{
		said: "failed (104:", and: "while sending request to upstream", phase: harness.PhaseSend, errorType: "connection_terminated",
		means:      "The upstream reset the connection before it had the whole request: it went away, or did not want it (a body that is too large for it, of which it said so and did not read the rest), or had closed a kept connection at that moment.",
		candidates: torn,
	},
	{
		said: "failed (32:", and: "while sending request to upstream", phase: harness.PhaseSend, errorType: "connection_terminated",
		means:      "The connection was over when NGINX went on to send the request (EPIPE): the upstream went away, or had said no and closed.",
		candidates: torn,
	},
	{
		said: "upstream prematurely closed connection", and: "while sending request to upstream", phase: harness.PhaseSend, errorType: "http_response_incomplete",
		means:      "The upstream closed the connection before it had the whole request, and said nothing.",
		candidates: ended,
	},
}

// torn and ended are what an upstream's end comes to before there is an answer: with a
// reset, and without.
var (
	torn = []candidate{
		{"crash/reset", "A capture shows the request acknowledged, then an RST from the upstream; the service's log shows a crash, or a worker that was recycled."},
		{"crash/reset-on-accept", "The RST comes right after the handshake, whatever is asked: a sidecar or balancer without a backend."},
		{"crash/killed", "The process ended at that second with data unread: its supervisor's log, or `systemctl status`, shows the signal."},
		{"pool/reset", "The access log has a 200 with two addresses in $upstream_addr: another server answered."},
		{"pool/put-replayed", "So it has for a PUT, of which both servers have had the whole."},
		{"pool/post-replayed", "So it has for a POST: proxy_next_upstream says non_idempotent, and both servers have had it."},
		{"pool/post-not-replayed", "It is a POST with a 502 and one address, though there are more servers: it is not sent again."},
		{"pool/get-amplified", "One request has a line for each server: it is the request that ends them."},
		{"reuse/stale-reset", "The access log has a 200, and a capture shows the RST on a connection that had been idle."},
		{"send/reset", "The request has a large body, and the RST comes in the middle of it: a limit of the upstream's own that it enforces with force."},
		{"send/streamed-reset", "So it is, and proxy_request_buffering is off: the client was still sending."},
		{"send/chunked-reset", "The request came in chunks; NGINX has collected them, and gave the upstream a length."},
		{"send/post-reset", "The request is a POST, and no other server of the upstream{} was asked for it: it may have been carried out."},
		{"send/post-large-reset", "It is a POST whose body was sent in part, and no other server of the upstream{} was asked for it."},
		{"send/put-reset", "It is a PUT, and the next server of the upstream{} has answered it."},
		{"send/head-reset", "It is a HEAD, and the next server of the upstream{} has answered it."},
	}
	ended = []candidate{
		{"crash/killed", "The process ended at that second: its supervisor's log, or `systemctl status`, shows the signal."},
		{"overload/out-of-memory", "The upstream host's kernel says so (`dmesg | grep -i oom`), or the container was OOMKilled."},
		{"crash/empty", "The process lives, and a capture shows a FIN with no byte before it: a worker that died in the application server, or a kept connection that the upstream closed as it was used again."},
		{"crash/cut-header", "A capture shows the beginning of a header, and then a FIN."},
		{"https/killed", "The same as of clear text, and the capture shows no TLS alert before the FIN."},
		{"https/reset", "The upstream is spoken to over TLS, and a capture shows an RST: NGINX takes it for an end there."},
		{"tls/closed-after-handshake", "The upstream is spoken to over TLS, its log has no request, and it closes without one too: what ends TLS has nothing behind it."},
		{"reuse/stale-get", "The access log has a 200, and a capture shows the FIN on a connection that had been idle: the GET was sent again."},
		{"reuse/stale-put", "So it is for a PUT, which is sent again as well."},
		{"reuse/stale-post", "It is a POST with a 502, now and then, and the upstream ends idle connections sooner than `keepalive_timeout` of the upstream{}."},
		{"reuse/unsaid", "So it is, NGINX is of 1.29.7 or later, and the upstream{} says nothing of keepalive."},
		{"reuse/stale-untried", "It is a GET with a 502 on a connection that had been idle: proxy_next_upstream is off."},
	}
	waiting = []candidate{
		{"slow/never", "The upstream's log shows the request begun and not ended: a deadlock, a query, a call that hangs."},
		{"slow/late", "The upstream's log shows a 200 for it, with a duration above proxy_read_timeout."},
		{"slow/header-stall", "A capture shows the beginning of a header, and then nothing."},
		{"slow/header-drip", "A capture shows parts of a header that come one by one."},
		{"overload/workers-busy", "The upstream's log does not show the request, or shows it late: on its host `ss -ltn` shows connections that wait in Recv-Q."},
		{"overload/out-of-descriptors", "The upstream's own log says `too many open files`, and connections wait in Recv-Q."},
		{"overload/starved", "The upstream's host is busy: a run queue longer than it has cores (`vmstat`), or `nr_throttled` grows in the container's cpu.stat."},
		{"overload/frozen", "`ps` shows the process in state T, or the container paused; health checks that only connect are green."},
		{"https/never", "The same as of clear text: the handshake was over, and has another timeout."},
		{"send/post-never", "It is a POST, and no other server of the upstream{} was asked for it."},
		{"send/put-never", "It is a PUT, and the next server of the upstream{} has answered it."},
		{"misconfig/masked-timeout", "The access log has a 200 for the same request: error_page turns the timeout into a success."},
		{"pool/timeout", "The access log has a 200 with two addresses in $upstream_addr, as late as proxy_read_timeout: another server answered."},
		{"pool/post-timeout", "It is a POST, and the access log has one address, though there are more servers: it is not asked again."},
		{"pool/all-silent", "One request has a line for each server, and $request_time is the sum of their timeouts."},
		{"pool/time-limit", "proxy_next_upstream_timeout was over by then: $upstream_addr has one address, though there are more servers."},
		{"reuse/nat-cut", "It is the first request after a quiet time, and a capture shows it sent again and again on a connection that was there before."},
		{"edge/timeout", "The upstream in the line is another tier of your own, which has a 499 at that moment: its timeout is longer than this one's."},
		{"edge/stale-late", "The access log has a 200 for the same request, as late as that, as STALE: an old answer covers for it."},
	}
)

// answering is what is said while the header of an answer is awaited and read.
var answering = []symptom{
	{
		said: "upstream timed out (110:", and: "while reading response header from upstream", phase: harness.PhaseHeader, errorType: "connection_read_timeout",
		means:      "The upstream was connected to and sent the request, and no whole header came within proxy_read_timeout (60 s where it is not set). The work may be done all the same.",
		candidates: waiting,
	},
	{
		said: "upstream prematurely closed connection", and: "while reading response header from upstream", phase: harness.PhaseHeader, errorType: "http_response_incomplete",
		means:      "The upstream closed the connection (FIN) before there was a whole header. The work may have been done or not.",
		candidates: ended,
	},
	{
		said: "failed (104:", and: "while reading response header from upstream", phase: harness.PhaseHeader, errorType: "connection_terminated",
		means:      "The upstream, or something between, reset the connection before there was a whole header.",
		candidates: torn,
	},
	{
		said: "failed (110:", and: "while reading response header from upstream", phase: harness.PhaseHeader, errorType: "connection_read_timeout",
		means: "The kernel gave the connection up: what was sent was never acknowledged. The upstream's host, or the way to it, went away after the connection stood.",
	},
	{
		said: "failed (113:", and: "while reading response header from upstream", phase: harness.PhaseHeader, errorType: "destination_ip_unroutable",
		means: "The upstream's host went away after the connection stood.",
	},
	{
		said: "upstream sent too big header", phase: harness.PhaseHeader, errorType: "http_response_header_section_size",
		means: "The answer's header does not fit into proxy_buffer_size (4k or 8k). The answer is valid; NGINX has no room for it.",
		candidates: []candidate{
			{"malformed/header-too-large", "`curl -sD- -o /dev/null UPSTREAM | wc -c` is above proxy_buffer_size: large cookies or tokens, often for some users only."},
			{"malformed/header-of-many-lines", "No line of that header is long, and there are very many: a cookie for each item, a debugging header for each query."},
			{"misconfig/small-buffer", "proxy_buffer_size is written in the configuration, and is below the 4k or 8k that it has by default."},
			{"pool/invalid-header", "`upstream server temporarily disabled` follows: the server is left alone for it, and the next request goes elsewhere."},
		},
	},
	{
		said: "upstream sent no valid HTTP/1.0 header", phase: harness.PhaseHeader, errorType: "http_protocol_error",
		means: "The answer does not begin with a status line of HTTP/1. NGINX takes it for HTTP/0.9 and hands its bytes to the client without a status; the access log says 200.",
		candidates: []candidate{
			{"malformed/not-http", "`nc HOST PORT` shows what answers there: the banner of another service."},
			{"malformed/tls-alert", "The upstream expects TLS: `openssl s_client -connect HOST:PORT` succeeds, and proxy_pass says http://."},
			{"malformed/bad-status-line", "`curl -v --http0.9 UPSTREAM` shows a first line that is nearly a status line."},
			{"malformed/status-99", "The first line has a status of two digits: an application computes it, or takes an exit code for one."},
			{"malformed/status-line-empty", "The first line is empty, and a header follows: a script prints one line too early."},
		},
	},
	{
		said: "upstream sent HTTP/1.0 response with early hints", phase: harness.PhaseHeader, errorType: "http_protocol_error",
		means: "The upstream sent a 103 in HTTP/1.0, which has no such thing.",
	},
	{
		said: "upstream sent too big early hints", phase: harness.PhaseHeader,
		means: "The 103 of the upstream does not fit into the buffer for headers, and is not passed on.",
	},
	{
		said: "upstream sent invalid header", phase: harness.PhaseHeader, errorType: "http_protocol_error",
		means: "A line of the answer's header breaks the rules of HTTP: most often it holds a control byte.",
		candidates: []candidate{
			{"malformed/header-nul", "The line ends with \\x00: there is a NUL in the header's value."},
			{"https/malformed", "The same, and the upstream is named with https://."},
			{"malformed/space-before-colon", "The line ends with \\x20 after a name: a space before the colon."},
			{"malformed/obs-fold", "The line begins with \\x20: it continues the one before it, as long values were once folded."},
			{"malformed/header-cr", "The line ends with \\x0d: a CR in the header's value."},
		},
	},
	{
		said: "upstream sent invalid status", phase: harness.PhaseHeader, errorType: "http_protocol_error",
		means: "The application's Status field does not begin with three digits (FastCGI, SCGI, uwsgi).",
	},
	{
		said: "upstream sent duplicate header line", and: ", ignored", phase: harness.PhaseHeader,
		means: "A field of the answer's header that may be there once is there twice. NGINX takes the first; clients get an answer.",
		candidates: []candidate{
			{"malformed/said-twice", "The application and the server around it each write the field, Date and Server above all."},
		},
	},
	{
		said: "upstream sent duplicate header line", phase: harness.PhaseHeader, errorType: "http_protocol_error",
		means: "Content-Length or Transfer-Encoding is there twice, so it cannot be known where the answer ends.",
		candidates: []candidate{
			{"malformed/two-lengths", "The two values differ: a middleware sets a length of its own beside the framework's."},
		},
	},
	{
		said: `upstream sent "`, and: "headers at the same time", phase: harness.PhaseHeader, errorType: "http_protocol_error",
		means: "The answer has both a Content-Length and a Transfer-Encoding, so it is open where it ends (RFC 9112 section 6.3).",
		candidates: []candidate{
			{"malformed/length-and-chunks", "A middleware sets a length beside the chunks of the server; NGINX before 1.23 went by the chunks."},
		},
	},
	{
		said: `upstream sent invalid "`, phase: harness.PhaseHeader, errorType: "http_protocol_error",
		means: "The answer's Content-Length is no number.",
		candidates: []candidate{
			{"malformed/length-negative", "The line quotes a length below zero: a counter that overflowed."},
			{"malformed/length-no-number", "The line quotes a length with something else than digits in it."},
		},
	},
	{
		said: `upstream sent unknown "`, phase: harness.PhaseHeader, errorType: "http_response_transfer_coding",
		means: "The answer has a Transfer-Encoding other than chunked, which NGINX does not know.",
		candidates: []candidate{
			{"malformed/unknown-coding", "The line quotes the coding: somebody takes Transfer-Encoding for Content-Encoding."},
		},
	},
}

// framing is what is said while the body of an answer is read: a status has gone out, so all
// that NGINX can do is to break off.
var framing = []symptom{
	{
		said: "upstream timed out (110:", and: "while reading upstream", phase: harness.PhaseBody, errorType: "connection_read_timeout",
		means: "The answer began, and then nothing came for proxy_read_timeout. The client got a 200 and a part of the body.",
		candidates: []candidate{
			{"slow/body-stall", "The upstream is alive and the connection is still in its `ss -tn`: it hangs in the middle of the answer."},
			{"body/unbuffered-stall", "proxy_buffering is off for the route: a stream that was silent for longer than proxy_read_timeout."},
			{"firewall/cut", "The upstream's kernel sends the rest again and again (`ss -tni` shows retransmissions): packets of a connection that stood are dropped."},
		},
	},
	{
		said: "upstream timed out (110:", and: "while proxying upgraded connection", phase: harness.PhaseBody, errorType: "connection_read_timeout",
		means: "Nothing was said on an upgraded connection (WebSocket) for proxy_read_timeout, or proxy_send_timeout, and NGINX closed it. Pings more often than that keep it.",
		candidates: []candidate{
			{"websocket/idle", "The line is of the level info, and the access log has a 101 that took as long as the timeout."},
		},
	},
	{
		said: "upstream timed out (110:", phase: harness.PhaseBody, errorType: "connection_read_timeout",
		means: "The upstream was waited for, for as long as is set.",
	},
	{
		said: "failed (104:", and: "while reading upstream", phase: harness.PhaseBody, errorType: "connection_terminated",
		means: "The upstream, or something between, reset the connection in the middle of the answer. The client got a 200 and a part of the body.",
		candidates: []candidate{
			{"body/reset", "The answer has a Content-Length, and the upstream's process or a firewall tore the connection down before it was over."},
			{"body/reset-unsized", "The answer has neither a length nor chunks; a FIN in place of the reset would have looked like its end."},
			{"body/unbuffered-reset", "proxy_buffering is off for the route: all that came before the reset is with the client."},
		},
	},
	{
		said: "failed (104:", and: "while proxying upgraded connection", phase: harness.PhaseBody,
		means: "One of the two ends reset an upgraded connection (WebSocket): recv() and the client's address alone do not tell which.",
		candidates: []candidate{
			{"websocket/reset", "Every client of the same upstream was cut in the same second."},
			{"websocket/killed", "The upstream's process has ended in that second; its kernel resets where it had something left to read, and as a rule closes without a line."},
		},
	},
	{
		said: "upstream prematurely closed connection", phase: harness.PhaseBody, errorType: "http_response_incomplete",
		means: "The answer ended before its Content-Length, or its last chunk, said so. The client got a 200 and a part of the body.",
		candidates: []candidate{
			{"malformed/short-body", "It is the same number of bytes every time: a length that was computed of something else. Where it varies the upstream dies in the middle."},
			{"pool/short-body", "There are more servers in the upstream{}, and $upstream_addr has one address: the header had gone out."},
			{"body/no-last-chunk", "The answer is in chunks, and `curl` says that the transfer closed with outstanding data: the stream's worker died between two of them."},
			{"body/trailer-cut", "All of the body is there and a trailer was announced (the field Trailer), which did not come."},
			{"body/http10-client", "The line quotes a request of HTTP/1.0: that client got half a page and no sign of it."},
			{"body/gzip-short", "The client takes gzip and the gateway compresses: the client's copy is cut in the middle of the coding."},
			{"body/unbuffered-short", "proxy_buffering is off for the route, and the answer has a Content-Length that is not reached."},
			{"body/unbuffered-no-last-chunk", "proxy_buffering is off for the route, and the answer is in chunks."},
			{"edge/truncated-length", "There are two such lines, of two tiers: the cut is seen by both, and not kept."},
		},
	},
	{
		said: "etag mismatch in slice response", phase: harness.PhaseHeader, errorType: "http_protocol_error",
		means: "A page that is asked for in ranges (slice) changed between two of them. The client got a 200 with the whole length and a part of the body.",
		candidates: []candidate{
			{"edge/ranges-disagree", "`curl -sI UPSTREAM` several times in a row gives other entity tags: of a deployment, or of servers that have not the same file."},
		},
	},
	{
		said: "upstream sent invalid chunked response", phase: harness.PhaseBody, errorType: "http_response_transfer_coding",
		means: "What should be a chunk's size is none, or the chunk is longer or shorter than that. The client got a 200 and a part of the body.",
		candidates: []candidate{
			{"malformed/bad-chunk", "`curl -v --raw UPSTREAM` shows what is there instead of a size."},
			{"body/unbuffered-bad-chunk", "proxy_buffering is off for the route; what came before the broken chunk is with the client."},
			{"edge/truncated-chunked", "The edge in front has a line too, `prematurely closed`: it has seen the cut, and keeps nothing of it."},
			{"edge/truncated-unframed", "The edge in front has no line, and 200s of the same length, as HITs: it took the piece for the whole, and keeps it."},
		},
	},
	{
		said: `upstream sent more data than specified in "`, phase: harness.PhaseBody,
		means: "The answer is longer than its Content-Length. NGINX passes on what was announced, and the client sees an answer that looks whole.",
		candidates: []candidate{
			{"malformed/two-lengths", "The header has two lengths, of which NGINX before 1.23 takes the last."},
			{"body/extra", "The header has one length, and it counts characters where the body is bytes; or a second answer follows the first."},
			{"body/of-204", "The status is 204: it has no body, and the application sends one."},
			{"body/of-304", "The status is 304: the application renders the page, and then says that it has not changed."},
		},
	},
	{
		said: "upstream sent data after final chunk", phase: harness.PhaseBody,
		means: "Something follows the last chunk of the answer. NGINX does not pass it on, and does not keep the connection.",
	},
	{
		said: "upstream sent data after trailers", phase: harness.PhaseBody,
		means: "Something follows the trailers of the answer. NGINX does not pass it on, and does not keep the connection.",
	},
	{
		said: "upstream sent too big trailers", phase: harness.PhaseBody, errorType: "http_response_trailer_section_size",
		means: "The trailers of the answer do not fit into proxy_buffer_size.",
	},
	{
		said: "upstream sent invalid trailer", phase: harness.PhaseBody, errorType: "http_protocol_error",
		means: "What follows the body is no field.",
	},
	{
		said: "failed (104:", and: "upstream", errorType: "connection_terminated",
		means: "The upstream, or something between, reset the connection.",
	},
	{
		said: "failed (32:", and: "upstream", errorType: "connection_terminated",
		means: "The connection to the upstream was over when NGINX went on to write to it.",
	},
}
