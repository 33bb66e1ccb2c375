package nginx

import "github.com/badgateway/badgateway/harness"

// The reasons behind the deviations below, which are those of every version from 1.22 to 1.30.
const (
	endByFIN    = "NGINX takes the end of the connection for the end of an answer without a length, also where FastCGI has a record for that (FCGI_END_REQUEST)"
	silentCut   = "NGINX logs nothing where a FastCGI answer ends before its length"
	noSettings  = "NGINX asks for no SETTINGS before it takes an answer (RFC 9113 3.4)"
	quietTunnel = "NGINX says that a tunnel's read timeout is over at the level info, which few keep"
)

// ofProtocols are the deviations of what is spoken to upstreams other than HTTP/1.1.
func ofProtocols() []harness.Deviation {
	bad, cut := harness.Answers(502).Title, harness.Ends(200, harness.Truncated).Title
	incomplete, protocol := harness.Names("http_response_incomplete").Title, harness.Names("http_protocol_error").Title
	silent := harness.Names("")
	return []harness.Deviation{
		{Scenario: "fastcgi/cut", Check: incomplete, Instead: silent, Reason: silentCut},
		{Scenario: "fastcgi/cut-no-length", Check: cut, Instead: harness.Ends(200, harness.SilentlyTruncated), Reason: endByFIN},
		{Scenario: "fastcgi/cut-no-length", Check: incomplete, Instead: silent, Reason: endByFIN},
		{Scenario: "websocket/idle", Check: harness.Names("connection_read_timeout").Title, Instead: silent, Reason: quietTunnel},
		{Scenario: "grpc/no-settings", Check: bad, Instead: harness.Answers(200), Reason: noSettings},
		{Scenario: "grpc/no-settings", Check: protocol, Instead: silent, Reason: noSettings},
	}
}
