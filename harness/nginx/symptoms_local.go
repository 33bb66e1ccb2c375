package nginx

import "github.com/badgateway/badgateway/harness"

// passing is what is said of clients.
var passing = []symptom{
	{
		said: "client prematurely closed connection", phase: harness.PhaseLocal,
		means: "The client, or a balancer before NGINX whose timeout is shorter, gave up first: the access log says 499. How long the request had taken by then ($request_time) is that somebody's timeout.",
	},
	{
		said: "client timed out (110:", phase: harness.PhaseLocal,
		means: "The client took longer than client_header_timeout, client_body_timeout or send_timeout between two parts.",
	},
	{
		said: "client intended to send too large", phase: harness.PhaseLocal, errorType: "http_request_error",
		means: "The request's body is larger than client_max_body_size (1m where it is not set), and the client got a 413. No upstream was asked.",
		candidates: []candidate{
			{"send/too-large", "The line says how many bytes were announced: more than client_max_body_size of the server or location."},
		},
	},
	{
		said: "client sent invalid chunked body", phase: harness.PhaseLocal, errorType: "http_request_error",
		means: "The client's body is not what its Transfer-Encoding says; it got a 400.",
	},
	{
		said: "client sent plain HTTP request to HTTPS port", phase: harness.PhaseLocal, errorType: "http_request_error",
		means: "The client spoke HTTP on a port of TLS, and got a 400: http:// written for https://, often by a health check.",
	},
	{
		said: "client SSL certificate verify error", phase: harness.PhaseLocal, errorType: "http_request_error",
		means: "The client's certificate was not accepted, and it got a 400.",
	},
	{
		said: "client sent no required SSL certificate", phase: harness.PhaseLocal, errorType: "http_request_error",
		means: "The client showed no certificate where ssl_verify_client wants one, and got a 400.",
	},
	{
		said: "client sent too l", phase: harness.PhaseLocal, errorType: "http_request_error",
		means: "The request's line or header does not fit into large_client_header_buffers (4 of 8k): the client got a 414 or a 400.",
	},
	{
		said: "client sent", phase: harness.PhaseLocal, errorType: "http_request_error",
		means: "The request is no valid one, and the client got a 400. No upstream was asked.",
	},
	{
		said: "limiting requests", phase: harness.PhaseLocal, errorType: "http_request_denied",
		means: "The client is over the rate of limit_req, and got a 503, or what limit_req_status says: not an upstream's doing. `dry run` only counts.",
		candidates: []candidate{
			{"local/rate-limited", "The line names the zone; clients behind one address share its rate."},
		},
	},
	{
		said: "delaying request", phase: harness.PhaseLocal,
		means: "The client is over the rate of limit_req, and the request waits in NGINX.",
	},
	{
		said: "limiting connections", phase: harness.PhaseLocal, errorType: "http_request_denied",
		means: "As many requests as limit_conn allows are under way, and the client got a 503, or what limit_conn_status says: not an upstream's doing.",
		candidates: []candidate{
			{"local/at-once-limited", "The zone's key is the client's address ($binary_remote_addr), and the lines are of few clients."},
			{"overload/shed-by-gateway", "The zone's key is the server or the upstream, and the lines are of many clients."},
		},
	},
	{
		said: "access forbidden by rule", phase: harness.PhaseLocal, errorType: "http_request_denied",
		means: "allow and deny refuse the client's address: it got a 403. Behind another proxy it is that one's address, until real_ip is set.",
	},
	{
		said: "auth request unexpected status", phase: harness.PhaseLocal, errorType: "proxy_internal_error",
		means: "The server that auth_request asks answered neither 2xx, 401 nor 403, so the client got a 500: it is down, or its answer is a redirect.",
	},
	{
		said: "failed (104:", and: "while sending to client", phase: harness.PhaseLocal,
		means: "The client went away in the middle of the answer.",
	},
	{
		said: "failed (32:", and: "while sending to client", phase: harness.PhaseLocal,
		means: "The client went away in the middle of the answer.",
	},
	{
		said: "failed (104:", and: "while waiting for request", phase: harness.PhaseLocal,
		means: "A client reset its connection between two requests, which harms nobody.",
	},
	{
		said: "failed (104:", and: "while reading client request", phase: harness.PhaseLocal,
		means: "A client reset its connection before its request was whole.",
	},
}

// local is what is said of the gateway itself and its host.
var local = []symptom{
	{
		said: "worker_connections are not enough, reusing connections", phase: harness.PhaseLocal,
		means: "A worker has nearly as many connections as worker_connections allows, and closes kept ones.",
	},
	{
		said: "worker_connections are not enough", phase: harness.PhaseLocal, errorType: "proxy_internal_error",
		means: "A worker has as many connections as worker_connections allows, those to upstreams counted too: clients get a 500, or are not accepted. Slow upstreams fill it, and so does a proxy_pass that leads to NGINX itself.",
		candidates: []candidate{
			{"local/connections", "The requests of one moment are from many clients, and `ss -tn` on the gateway shows as many connections to upstreams as to clients."},
			{"local/no-connection", "The line names no upstream and no request: clients were hung up on, and the access log does not know of them."},
			{"misconfig/loop", "The access log has the same request many times within milliseconds, from NGINX's own address."},
		},
	},
	{
		said: "the new socket has number", phase: harness.PhaseLocal, errorType: "proxy_internal_error",
		means: "A worker has more descriptors than it has connections for.",
	},
	{
		said: "failed (24:", phase: harness.PhaseLocal, errorType: "proxy_internal_error",
		means: "The gateway's own process has no file descriptor left (EMFILE): worker_rlimit_nofile, or the service's LimitNOFILE, is below what worker_connections needs, two for each request that is proxied.",
		candidates: []candidate{
			{"local/descriptors", "`ls /proc/PID/fd | wc -l` of a worker is near `Max open files` in /proc/PID/limits."},
		},
	},
	{
		said: "failed (23:", phase: harness.PhaseLocal, errorType: "proxy_internal_error",
		means: "The whole host has no file descriptor left (ENFILE): fs.file-max.",
	},
	{
		said: "failed (28:", phase: harness.PhaseLocal, errorType: "proxy_internal_error",
		means: "The gateway's disk is full, or has no inode left (ENOSPC): a request's body cannot be kept (the client gets a 500), or a large answer's rest (it is cut off). The line names the file; `df -h` and `df -i` tell.",
		candidates: []candidate{
			{"local/disk-full", "The file is in client_body_temp_path: it is a request's body, and requests with small ones pass."},
			{"local/response-disk-full", "The file is in proxy_temp_path: it is an answer that its client reads too slowly."},
		},
	},
	{
		said: "has written only", phase: harness.PhaseLocal, errorType: "proxy_internal_error",
		means: "A temporary file could be written in part: the gateway's disk has just become full, and the next write will say ENOSPC (28). A request's body gives a 500, a large answer is cut off.",
		candidates: []candidate{
			{"local/response-disk-full", "The file is in proxy_temp_path: it is an answer, and a warning that it is buffered to a file is next to it."},
			{"local/disk-full", "The file is in client_body_temp_path: it is a request's body."},
		},
	},
	{
		said: "failed (12:", phase: harness.PhaseLocal, errorType: "proxy_internal_error",
		means: "The gateway's host, or its control group, has no memory left (ENOMEM).",
	},
	{
		said: "failed (13:", phase: harness.PhaseLocal, errorType: "proxy_configuration_error",
		means: "A file of NGINX's own may not be opened by the user of its workers. Of a temporary folder it is a 500 for large requests and cut answers for large ones; of a document it is a 403.",
	},
	{
		said: "an upstream response is buffered to a temporary file", phase: harness.PhaseLocal,
		means: "The answer is larger than proxy_buffers, and the client is slower than the upstream: NGINX keeps the rest on its disk. It is no failure, but it costs the disk.",
	},
	{
		said: "a client request body is buffered to a temporary file", phase: harness.PhaseLocal,
		means: "The request's body is larger than client_body_buffer_size, so NGINX keeps it on its disk. It is no failure.",
	},
	{
		said: "pwrite()", phase: harness.PhaseLocal, errorType: "proxy_internal_error",
		means: "NGINX could not write a temporary file, for the reason that the line names.",
	},
	{
		said: "cache lock timeout", phase: harness.PhaseLocal,
		means: "Another request for the same object was fetching it into the cache for longer than proxy_cache_lock_timeout (5 s), so this one went to the upstream itself.",
		candidates: []candidate{
			{"edge/lock", "The access log has requests for the same object that took just that long, as MISS."},
		},
	},
	{
		said: "cache file", phase: harness.PhaseLocal,
		means: "A file of the cache is broken, and the object is fetched anew.",
	},
	{
		said: "could not allocate node", phase: harness.PhaseLocal, errorType: "proxy_internal_error",
		means: "A zone of shared memory is full: keys_zone, limit_req_zone or the like is too small.",
	},
	{
		said: "invalid URL prefix", phase: harness.PhaseLocal, errorType: "proxy_configuration_error",
		means: "What the variables in proxy_pass come to does not begin with http:// or https://: most often one of them is empty. The client gets a 500, and no upstream was asked.",
		candidates: []candidate{
			{"misconfig/invalid-url", "The line ends with what the variable holds: an address without http:// before it, or nothing."},
		},
	},
	{
		said: "zero length URI to proxy", phase: harness.PhaseLocal, errorType: "proxy_configuration_error",
		means: "What a rewrite, or the variables in proxy_pass, come to has no path. The client gets a 500.",
	},
	{
		said: "no host in upstream", phase: harness.PhaseLocal, errorType: "proxy_configuration_error",
		means: "What the variables in proxy_pass come to has no host: one of them is empty. The client gets a 500.",
	},
	{
		said: "no port in upstream", phase: harness.PhaseLocal, errorType: "proxy_configuration_error",
		means: "What the variables in the pass directive come to has no port, and there is no usual one. The client gets a 500.",
	},
	{
		said: "invalid host in upstream", phase: harness.PhaseLocal, errorType: "proxy_configuration_error",
		means: "What the variables in proxy_pass come to is no host. The client gets a 500.",
	},
	{
		said: "invalid port in upstream", phase: harness.PhaseLocal, errorType: "proxy_configuration_error",
		means: "What the variables in proxy_pass come to has no valid port. The client gets a 500.",
	},
	{
		said: "rewrite or internal redirection cycle", phase: harness.PhaseLocal, errorType: "proxy_configuration_error",
		means: "rewrite, try_files, index or error_page lead back to where they began: after ten rounds the client gets a 500.",
	},
	{
		said: "buffer_size", and: "is not enough for cache key", phase: harness.PhaseLocal, errorType: "proxy_configuration_error",
		means: "The cache's key does not fit into proxy_buffer_size: the line says what would do.",
	},
	{
		said: "failed (2:", phase: harness.PhaseLocal,
		means: "NGINX looked for a file that is not there, and no upstream was asked: a 404, unless try_files or error_page goes on.",
	},
}
