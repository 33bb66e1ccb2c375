package nginx

import (
	"slices"
	"strconv"

	"github.com/badgateway/badgateway/harness"
)

// reach is how far an exchange with an upstream came, as an access log tells it that has
// $upstream_addr, $upstream_connect_time and $upstream_header_time.
type reach string

const (
	untold      reach = "" // the log does not have them
	unasked     reach = "no upstream was asked"
	unconnected reach = "no connection stood"
	unheard     reach = "a connection stood and no header came"
	passedOn    reach = "a header came from the upstream"
)

// status is a row of the table of what an access log can tell, which is less than what the
// error log does.
type status struct {
	code       int
	reach      reach
	phase      harness.Phase
	means      string
	candidates []candidate
}

// statusOf returns the row of a status, the one for an unknown reach where there is none for
// that one, nil for a status that tells of no trouble.
func statusOf(code int, r reach) (found *status) {
	for i := range statuses {
		s := &statuses[i]
		if s.code == code && s.reach == r {
			return s
		}
		if s.code == code && s.reach == untold {
			found = s
		}
	}
	return found
}

func (s *status) public() harness.Symptom {
	says := "status " + strconv.Itoa(s.code)
	if s.reach != untold {
		says += ", " + string(s.reach)
	}
	row := symptom{said: says, phase: s.phase, means: s.means, candidates: s.candidates}
	return row.public()
}

const sameMoment = " The error log's lines of the same moment tell which."

// statuses is that table. $upstream_status is no help in it: NGINX writes its own 502 and
// 504 there too.
var statuses = []status{
	{
		code:  502,
		means: "NGINX, or the upstream itself, said Bad Gateway: an upstream was refused, reset, ended early, was not found, or made no sense." + sameMoment + " $upstream_connect_time and $upstream_header_time in the log's format would show how far it came.",
		candidates: []candidate{
			{"crash/refused", "$request_time is about 0, and the error log says `connect() failed (111:`."},
			{"crash/killed", "The error log says `upstream prematurely closed connection`."},
			{"malformed/header-too-large", "The error log says `upstream sent too big header`."},
			{"dns/silent", "$request_time is resolver_timeout, and the error log says `could not be resolved (110:`."},
		},
	},
	{
		code: 502, reach: unasked, phase: harness.PhaseResolve,
		means: "NGINX had no address to ask." + sameMoment,
		candidates: []candidate{
			{"dns/nxdomain", "The error log says `could not be resolved (3:`."},
			{"dns/servfail", "The error log says `could not be resolved (2:`."},
			{"dns/refused", "The error log says `could not be resolved (5:`."},
			{"dns/silent", "$request_time is resolver_timeout, and the error log says `could not be resolved (110:`."},
			{"misconfig/deaf-resolver", "The same, and a line before says `while resolving` and connection refused."},
			{"misconfig/no-resolver", "$request_time is 0, and the error log says `no resolver defined`."},
		},
	},
	{
		code: 502, reach: unconnected, phase: harness.PhaseConnect,
		means:      "No connection to the upstream was made. Where $upstream_addr is the name of an upstream{} all of its servers were left alone (`no live upstreams`)." + sameMoment,
		candidates: slices.Concat(refused, unroutable),
	},
	{
		code: 502, reach: unheard, phase: harness.PhaseHeader,
		means: "The upstream was connected to, and ended it or answered with something that is no HTTP." + sameMoment,
		candidates: slices.Concat(ended, torn[:2], []candidate{
			{"malformed/header-too-large", "The error log says `upstream sent too big header`."},
			{"malformed/header-nul", "The error log says `upstream sent invalid header`."},
			{"malformed/two-lengths", "The error log says `upstream sent duplicate header line`."},
		}),
	},
	{
		code: 502, reach: passedOn, phase: harness.PhaseHeader,
		means: "The upstream itself said Bad Gateway, and NGINX passed it on: look behind it.",
	},
	{
		code:  504,
		means: "NGINX, or the upstream itself, gave up waiting. $request_time tells which timeout it was: proxy_connect_timeout, proxy_read_timeout, a multiple of one where several servers were tried, or neither.",
		candidates: []candidate{
			{"slow/never", "$request_time is proxy_read_timeout, and the error log says `while reading response header from upstream`."},
			{"firewall/syn-dropped", "$request_time is proxy_connect_timeout, and the error log says `while connecting to upstream`."},
		},
	},
	{
		code: 504, reach: unconnected, phase: harness.PhaseConnect,
		means:      "Nothing came back within proxy_connect_timeout, neither a yes nor a no.",
		candidates: unanswered,
	},
	{
		code: 504, reach: unheard, phase: harness.PhaseHeader,
		means:      "The upstream was connected to, and no whole header came within proxy_read_timeout.",
		candidates: waiting,
	},
	{
		code: 504, reach: passedOn, phase: harness.PhaseHeader,
		means: "The upstream itself said Gateway Timeout, and NGINX passed it on: look behind it.",
	},
	{
		code:  503,
		means: "The upstream's own answer, or NGINX's: limit_req, limit_conn and `return 503` say it. NGINX says 502, not 503, where no server is left.",
		candidates: []candidate{
			{"overload/shedding", "The error log has nothing at that moment, and the upstream's own log has the 503."},
		},
	},
	{
		code: 503, reach: unasked, phase: harness.PhaseLocal,
		means: "NGINX's own: limit_req or limit_conn (the error log says `limiting`), or `return 503`.",
		candidates: []candidate{
			{"local/rate-limited", "The error log says `limiting requests`, and names the zone."},
		},
	},
	{
		code: 503, reach: passedOn, phase: harness.PhaseHeader,
		means: "The upstream itself said that it has too much to do, and NGINX passed it on.",
		candidates: []candidate{
			{"overload/shedding", "The upstream's own log has the 503, perhaps with a Retry-After."},
			{"misconfig/intercepted", "Clients got NGINX's page and no Retry-After: proxy_intercept_errors is on."},
		},
	},
	{
		code:  500,
		means: "The application's own, or NGINX's: no descriptor or connection left, a disk that is full, proxy_pass with an empty variable, a cycle of rewrites. The error log has a line for each of NGINX's.",
	},
	{
		code: 500, reach: unasked, phase: harness.PhaseLocal,
		means: "NGINX's own: no descriptor or connection left, a disk that is full, proxy_pass with an empty variable, a cycle of rewrites, auth_request." + sameMoment,
		candidates: []candidate{
			{"misconfig/invalid-url", "The error log says `invalid URL prefix`."},
			{"local/disk-full", "The error log says `failed (28:`."},
			{"local/connections", "The error log says `worker_connections are not enough`."},
			{"local/descriptors", "The error log says `failed (24:`."},
		},
	},
	{
		code: 500, reach: passedOn, phase: harness.PhaseHeader,
		means: "The application's own, and NGINX passed it on: its log has the reason.",
	},
	{
		code: 499, phase: harness.PhaseLocal,
		means: "The client, or a balancer before NGINX, gave up before there was an answer. Where $request_time is the same round number again and again it is that somebody's timeout, and shorter than NGINX's own.",
		candidates: []candidate{
			{"slow/never", "The upstream's log shows the request begun and not ended."},
			{"slow/late", "The upstream's log shows a 200 for it, later than the client's patience."},
			{"firewall/syn-dropped", "$upstream_connect_time is `-`: the connection did not stand yet."},
		},
	},
	{
		code: 400, phase: harness.PhaseLocal,
		means: "NGINX did not understand the request (the error log says why at level info), or the application did not. Without a request in the log: a port scan, or TLS spoken to a port of plain HTTP.",
	},
	{
		code: 400, reach: passedOn, phase: harness.PhaseHeader,
		means: "The upstream's own, and NGINX passed it on.",
		candidates: []candidate{
			{"misconfig/wants-tls", "Its page says that a plain HTTP request was sent to an HTTPS port: proxy_pass wants https://."},
		},
	},
	{
		code: 408, phase: harness.PhaseLocal,
		means: "The client took longer than client_header_timeout or client_body_timeout to send its request.",
	},
	{
		code: 413, phase: harness.PhaseLocal,
		means: "The request's body is larger than client_max_body_size (1m where it is not set), or than the application takes: $upstream_addr is `-` where it was NGINX.",
	},
	{
		code: 414, phase: harness.PhaseLocal,
		means: "The request's line does not fit into large_client_header_buffers.",
	},
	{
		code:  421,
		means: "The upstream does not serve the host that it was asked for: NGINX sends the name in proxy_pass unless proxy_set_header Host says otherwise.",
		candidates: []candidate{
			{"misconfig/misdirected", "`curl -H 'Host: NAME' UPSTREAM` with the name that it serves gets an answer."},
		},
	},
	{
		code: 429, phase: harness.PhaseLocal,
		means: "Somebody's limit of requests: NGINX's where limit_req_status or limit_conn_status says 429 (the error log says `limiting`), else the application's.",
	},
	{
		code: 444, phase: harness.PhaseLocal,
		means: "`return 444` closed the connection without an answer.",
	},
}
