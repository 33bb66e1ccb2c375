package nginx

import "github.com/badgateway/badgateway/harness"

// speaking is what is said of upstreams that speak something other than HTTP/1.
var speaking = []symptom{
	{
		said: "FastCGI sent in stderr:", quoted: "Primary script unknown", phase: harness.PhaseHeader, errorType: "proxy_configuration_error",
		means: "PHP-FPM was asked for a file that it does not have, and says 404: SCRIPT_FILENAME is composed of another root than the one that PHP-FPM sees (a container's, a chroot), or try_files let a missing file through.",
	},
	{
		said: "FastCGI sent in stderr:", quoted: "Access to the script", phase: harness.PhaseHeader, errorType: "proxy_configuration_error",
		means: "PHP-FPM refused a script: its extension is not in security.limit_extensions.",
	},
	{
		said:  "FastCGI sent in stderr:",
		means: "The application said this on its standard error. NGINX only passes it on; what became of the exchange is in its status.",
	},
	{
		said: "upstream sent unsupported FastCGI protocol version", phase: harness.PhaseHeader, errorType: "http_protocol_error",
		means: "What answered is no FastCGI (72 is the H of HTTP): fastcgi_pass leads to a port that speaks HTTP, where proxy_pass belongs.",
		candidates: []candidate{
			{"misconfig/fastcgi", "`curl http://HOST:PORT/` gets an answer from the address in the line."},
			{"fastcgi/not-fastcgi", "The number is 72, and `curl http://HOST:PORT/` gets an answer."},
			{"fastcgi/version", "The number is another: what came is neither FastCGI nor HTTP."},
		},
	},
	{
		said: "upstream sent invalid FastCGI record type", phase: harness.PhaseHeader, errorType: "http_protocol_error",
		means: "What answered is no FastCGI record.",
	},
	{
		said: "upstream sent unexpected FastCGI", phase: harness.PhaseHeader, errorType: "http_protocol_error",
		means: "A FastCGI record came that does not belong there, or is of another request.",
		candidates: []candidate{
			{"fastcgi/overloaded", "The number is 3: the application ended the request at once, as FastCGI has it for one that is overloaded."},
		},
	},
	{
		said: "upstream prematurely closed FastCGI stdout", phase: harness.PhaseHeader, errorType: "http_response_incomplete",
		means: "The application ended its output before there was a whole header: a script that died, often with a message in the lines before.",
		candidates: []candidate{
			{"fastcgi/stderr-only", "A line before this one has what the application wrote to stderr."},
			{"fastcgi/empty", "There is no such line: the script is empty, or ended without a word."},
		},
	},
	{
		said: "upstream prematurely closed FastCGI request", phase: harness.PhaseBody, errorType: "http_response_incomplete",
		means: "The application ended the request before its Content-Length said so.",
	},
	{
		said: "uwsgi request is too big", phase: harness.PhaseLocal, errorType: "http_request_error",
		means: "The request's parameters do not fit into the 64 KB of a uwsgi packet: large headers or cookies.",
	},
	{
		said: "memcached sent invalid", phase: harness.PhaseHeader, errorType: "http_protocol_error",
		means: "What answered is no memcached, or another version of its protocol.",
		candidates: []candidate{
			{"memcached/error", "The line quotes SERVER_ERROR."},
		},
	},
	{
		said: "key:", and: "was not found by memcached", phase: harness.PhaseHeader,
		means: "memcached does not have the key, and NGINX says 404.",
	},
	{
		said: "upstream sent goaway with error", phase: harness.PhaseHeader, errorType: "connection_terminated",
		means: "The upstream ended the HTTP/2 connection with an error (GOAWAY; the number is RFC 9113 section 7's): 1 is a protocol error, 11 that it is asked too much.",
		candidates: []candidate{
			{"grpc/goaway-error", "The number is not 0: the service gave the connection up."},
			{"grpc/goaway-unprocessed", "The number is 0: the service was about to end, and had not begun with the call."},
		},
	},
	{
		said: "upstream rejected request with error", phase: harness.PhaseHeader, errorType: "http_response_incomplete",
		means: "The upstream reset the stream (RST_STREAM; the number is RFC 9113 section 7's): 7 is that it did not begin with the request, 8 that it gave it up, 2 that it failed in it.",
		candidates: []candidate{
			{"grpc/stream-refused", "The number is 7."},
			{"grpc/stream-reset", "The number is 2, and the access log has a 502."},
			{"grpc/stream-reset-late", "The access log has a 200: the answer had begun."},
		},
	},
	{
		said: "upstream prematurely closed stream", phase: harness.PhaseHeader, errorType: "http_response_incomplete",
		means: "The upstream ended the HTTP/2 stream before there was a whole answer.",
	},
	{
		said: "upstream violated", and: "flow control", phase: harness.PhaseBody, errorType: "http_protocol_error",
		means: "The upstream sent more on an HTTP/2 stream, or connection, than NGINX had given it room for.",
	},
	{
		said: "upstream sent response body larger than indicated content length", phase: harness.PhaseBody, errorType: "http_protocol_error",
		means: "The answer is longer than its Content-Length (gRPC, HTTP/2), which ends the exchange.",
	},
	{
		said: "upstream sent", and: "http2", phase: harness.PhaseHeader, errorType: "http_protocol_error",
		means: "What answered is no HTTP/2, or breaks its rules. A `too large http2 frame: 4740180` is the HTT of HTTP/1 read as a length: the upstream speaks HTTP/1, or TLS is missing.",
		candidates: []candidate{
			{"grpc/http1", "The size is 4740180: `curl --http1.1 http://HOST:PORT/` gets an answer."},
			{"grpc/frame-too-large", "The size is little more than 16384."},
		},
	},
	{
		said: "upstream sent", and: ":status", phase: harness.PhaseHeader, errorType: "http_protocol_error",
		means: "The answer's :status is missing, twice there or no status (gRPC, HTTP/2).",
	},
	{
		said: "upstream sent", and: " stream", phase: harness.PhaseHeader, errorType: "http_protocol_error",
		means: "An HTTP/2 frame came for a stream that it does not belong to, or a trailer that does not end one.",
		candidates: []candidate{
			{"grpc/data-on-zero", "It is a data frame, of stream 0."},
		},
	},
	{
		said: "upstream sent", and: "frame", phase: harness.PhaseHeader, errorType: "http_protocol_error",
		means: "An HTTP/2 frame came that breaks the protocol's rules.",
		candidates: []candidate{
			{"grpc/frame-length", "The line says which frame and how long it was."},
		},
	},
	{
		said: "upstream sent zero window update", phase: harness.PhaseHeader, errorType: "http_protocol_error",
		means: "The upstream broke the rules of HTTP/2's flow control.",
	},
	{
		said: "upstream sent too large window update", phase: harness.PhaseHeader, errorType: "http_protocol_error",
		means: "The upstream broke the rules of HTTP/2's flow control.",
		candidates: []candidate{
			{"grpc/window-overflow", "The service, or a proxy before it, adds up windows wrongly: it befalls every call that is long enough."},
		},
	},
	{
		said: "upstream sent invalid encoded header", phase: harness.PhaseHeader, errorType: "http_protocol_error",
		means: "A header of an HTTP/2 answer cannot be decoded (HPACK).",
	},
	{
		said: "too long http2", phase: harness.PhaseLocal, errorType: "http_request_error",
		means: "The request does not fit into what NGINX sends in HTTP/2: its path, host or a header is too long.",
	},
	{
		said: "connection upgrade in subrequest", phase: harness.PhaseHeader, errorType: "http_upgrade_failed",
		means: "The upstream answered a subrequest with 101: nobody is there whose connection could be upgraded.",
	},
}
