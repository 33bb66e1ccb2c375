package nginx

import (
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
)

const (
	stamp = "2026/11/23 07:02:11 [error] 7#7: *31 "
	about = `, client: 198.19.0.1, server: shop.test, request: "GET / HTTP/1.1", upstream: "http://198.18.1.10:8080/", host: "shop.test"`
)

// labLines are of NGINX 1.22.1 and 1.26.3, as they came from the lab; those marked so are from
// its source, as nobody provokes them yet.
var labLines = []struct {
	said      string
	phase     harness.Phase
	errorType string
}{
	{"connect() failed (111: Connection refused) while connecting to upstream", harness.PhaseConnect, "connection_refused"},
	{"connect() failed (113: No route to host) while connecting to upstream", harness.PhaseConnect, "destination_ip_unroutable"},
	{"connect() failed (101: Network is unreachable) while connecting to upstream", harness.PhaseConnect, "destination_ip_unroutable"}, // source
	{"connect() failed (104: Connection reset by peer) while connecting to upstream", harness.PhaseConnect, "connection_terminated"},   // source
	{"connect() to 198.18.1.10:8080 failed (101: Network is unreachable) while connecting to upstream", harness.PhaseConnect, "destination_ip_unroutable"},
	{"connect() to 198.18.1.10:8080 failed (13: Permission denied) while connecting to upstream", harness.PhaseConnect, "destination_ip_prohibited"},
	{"connect() to 198.18.1.10:8080 failed (113: No route to host) while connecting to upstream", harness.PhaseConnect, "destination_ip_unroutable"}, // source
	{"upstream timed out (110: Connection timed out) while connecting to upstream", harness.PhaseConnect, "connection_timeout"},
	{"upstream timed out (110: Connection timed out) while sending request to upstream", harness.PhaseSend, "connection_write_timeout"}, // source
	{"upstream timed out (110: Connection timed out) while reading response header from upstream", harness.PhaseHeader, "connection_read_timeout"},
	{"upstream timed out (110: Connection timed out) while reading upstream", harness.PhaseBody, "connection_read_timeout"},
	{"recv() failed (104: Connection reset by peer) while reading response header from upstream", harness.PhaseHeader, "connection_terminated"},
	{"readv() failed (104: Connection reset by peer) while reading upstream", harness.PhaseBody, "connection_terminated"},           // source
	{"writev() failed (32: Broken pipe) while sending request to upstream", harness.PhaseSend, "connection_terminated"},             // source
	{"send() failed (104: Connection reset by peer) while sending request to upstream", harness.PhaseSend, "connection_terminated"}, // source
	{"upstream prematurely closed connection while reading response header from upstream", harness.PhaseHeader, "http_response_incomplete"},
	{"upstream prematurely closed connection while reading upstream", harness.PhaseBody, "http_response_incomplete"},
	{"upstream sent too big header while reading response header from upstream", harness.PhaseHeader, "http_response_header_section_size"},
	{"upstream sent invalid chunked response while reading upstream", harness.PhaseBody, "http_response_transfer_coding"},
	{"upstream sent no valid HTTP/1.0 header while reading response header from upstream", harness.PhaseHeader, "http_protocol_error"},
	{`upstream sent invalid header: "X-Trace: a\x00..." while reading response header from upstream`, harness.PhaseHeader, "http_protocol_error"},
	{`upstream sent invalid status "abc" while reading response header from upstream`, harness.PhaseHeader, "http_protocol_error"}, // source
	{`upstream sent duplicate header line: "Content-Length: 50", previous value: "Content-Length: 60" while reading response header from upstream`, harness.PhaseHeader, "http_protocol_error"},
	{`upstream sent invalid "Content-Length" header: "Content-Length: -5" while reading response header from upstream`, harness.PhaseHeader, "http_protocol_error"},
	{`upstream sent "Content-Length" and "Transfer-Encoding" headers at the same time while reading response header from upstream`, harness.PhaseHeader, "http_protocol_error"},
	{`upstream sent unknown "Transfer-Encoding": "snappy" while reading response header from upstream`, harness.PhaseHeader, "http_response_transfer_coding"},
	{`upstream sent duplicate header line: "Server: app", previous value: "Server: app", ignored while reading response header from upstream`, harness.PhaseHeader, ""},
	{"etag mismatch in slice response while reading response header from upstream", harness.PhaseHeader, "http_protocol_error"},
	{"no live upstreams while connecting to upstream", harness.PhasePool, "destination_unavailable"},
	{"socket() failed (24: Too many open files) while connecting to upstream", harness.PhaseLocal, "proxy_internal_error"},
	{`pwrite() "/cramped/bodies/0000000001" failed (28: No space left on device)`, harness.PhaseLocal, "proxy_internal_error"},
	{`pwritev() "/cramped/answers/0000000001" has written only 4096 of 8192 while reading upstream`, harness.PhaseLocal, "proxy_internal_error"},
	{`limiting connections by zone "shop"`, harness.PhaseLocal, "http_request_denied"},
	{`limiting requests, excess: 0.995 by zone "shop"`, harness.PhaseLocal, "http_request_denied"},
	{`invalid URL prefix in "198.18.1.10:8080"`, harness.PhaseLocal, "proxy_configuration_error"},
	{"1024 worker_connections are not enough while connecting to upstream", harness.PhaseLocal, "proxy_internal_error"},
	{"upstream sent unsupported FastCGI protocol version: 72 while reading response header from upstream", harness.PhaseHeader, "http_protocol_error"},
	{"SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number) while SSL handshaking to upstream", harness.PhaseTLS, "tls_protocol_error"},
	{"SSL_do_handshake() failed (SSL: error:0A00042E:SSL routines::tlsv1 alert protocol version:SSL alert number 70) while SSL handshaking to upstream", harness.PhaseTLS, "tls_alert_received"},
	{"SSL_do_handshake() failed (SSL: error:0A000460:SSL routines::tlsv1 alert no application protocol:SSL alert number 120) while SSL handshaking to upstream", harness.PhaseTLS, "tls_alert_received"},
	{"SSL_read() failed (SSL: error:0A00045C:SSL routines::tlsv13 alert certificate required:SSL alert number 116) while reading response header from upstream", harness.PhaseHeader, "tls_alert_received"},
	{"peer closed connection in SSL handshake while SSL handshaking to upstream", harness.PhaseTLS, "tls_protocol_error"},
	{"peer closed connection in SSL handshake (104: Connection reset by peer) while SSL handshaking to upstream", harness.PhaseTLS, "connection_terminated"},
	{"upstream timed out (110: Connection timed out) while SSL handshaking to upstream", harness.PhaseTLS, "connection_timeout"},
	{"upstream SSL certificate verify error: (26:unsuitable certificate purpose) while SSL handshaking to upstream", harness.PhaseTLS, "tls_certificate_error"},
	{`upstream SSL certificate does not match "app.tls-wrong-name.test" while SSL handshaking to upstream`, harness.PhaseTLS, "tls_certificate_error"},
	{"app.shop.test could not be resolved (3: Host not found)", harness.PhaseResolve, "dns_error"},
	{"app.shop.test could not be resolved (2: Server failure)", harness.PhaseResolve, "dns_error"},
	{"app.shop.test could not be resolved (5: Operation refused)", harness.PhaseResolve, "dns_error"},
	{"app.shop.test could not be resolved (110: Operation timed out)", harness.PhaseResolve, "dns_timeout"},
	{"no resolver defined to resolve app.shop.test", harness.PhaseResolve, "proxy_configuration_error"}, // source
	{"upstream prematurely closed FastCGI stdout while reading response header from upstream", harness.PhaseHeader, "http_response_incomplete"},
	{"upstream sent unexpected FastCGI record: 3 while reading response header from upstream", harness.PhaseHeader, "http_protocol_error"},
	{`memcached sent invalid response: "SERVER_ERROR out of memory storing object" while reading response header from upstream`, harness.PhaseHeader, "http_protocol_error"},
	{"connect() to unix:/run/socket-missing.test-0.sock failed (2: No such file or directory) while connecting to upstream", harness.PhaseConnect, "connection_refused"},
	{"connect() to unix:/run/socket-forbidden.test-0.sock failed (13: Permission denied) while connecting to upstream", harness.PhaseConnect, "proxy_configuration_error"},
	{"connect() to unix:/run/socket-full.test-0.sock failed (11: Resource temporarily unavailable) while connecting to upstream", harness.PhaseConnect, "connection_refused"},
	{"upstream sent goaway with error 2 while reading response header from upstream", harness.PhaseHeader, "connection_terminated"},
	{"upstream rejected request with error 7 while reading response header from upstream", harness.PhaseHeader, "http_response_incomplete"},
	{"upstream sent too large window update while reading response header from upstream", harness.PhaseHeader, "http_protocol_error"},
	{"upstream sent ping frame with invalid length: 7 while reading response header from upstream", harness.PhaseHeader, "http_protocol_error"},
	{"upstream sent too large http2 frame: 4740180 while reading response header from upstream", harness.PhaseHeader, "http_protocol_error"},
	{"upstream sent data frame for unknown stream 0 while reading response header from upstream", harness.PhaseHeader, "http_protocol_error"},
	// Said of an exchange, without a name for its cause.
	{"upstream server temporarily disabled while connecting to upstream", harness.PhasePool, ""},
	{"upstream server temporarily disabled while reading response header from upstream", harness.PhasePool, ""},
	{`upstream sent more data than specified in "Content-Length" header while reading upstream`, harness.PhaseBody, ""},
	{"recv() failed (104: Connection reset by peer) while waiting for request", harness.PhaseLocal, ""}, // the client did it
}

func TestWhatNGINXSays(t *testing.T) {
	for _, c := range labLines {
		l, ok := read(stamp + c.said + about)
		if !ok || l.Client != "198.19.0.1" || l.Text != c.said+about || l.Phase != c.phase || l.ErrorType != c.errorType {
			t.Errorf("%s: taken %v, %q by %q; want %q, %q", c.said, ok, l.ErrorType, l.Phase, c.errorType, c.phase)
		}
	}
}

func TestWhyNGINXDoesNotStart(t *testing.T) {
	const said = `host not found in upstream "app.dns-at-start.test" in /etc/nginx/nginx.conf:21`
	l, ok := read("2026/11/23 07:02:11 [emerg] 1#1: " + said)
	if !ok || l.Client != "" || l.Text != said || l.Phase != harness.PhaseStart || l.ErrorType != "dns_error" {
		t.Errorf("taken %v: %+v", ok, l)
	}
	// It says so twice: this is before its log is open.
	if l, ok := read("nginx: [emerg] " + said); ok {
		t.Errorf("it is taken twice: %+v", l)
	}
	if l, ok := read(`2026/11/23 07:02:11 [emerg] 1#1: unknown directive "proxy_pas" in /etc/nginx/nginx.conf:7`); !ok || l.ErrorType != "" {
		t.Errorf("taken %v: %+v", ok, l)
	}
}

// The words of a client, or of an upstream in them, are not NGINX's.
func TestNobodyPutsWordsIntoNGINXsMouth(t *testing.T) {
	l, ok := read(stamp + `upstream timed out (110: Connection timed out) while reading response header from upstream, client: 198.19.0.1, server: a, ` +
		`request: "GET /?q=connect() failed (111: could not be resolved while connecting to upstream, client: 10.0.0.1 HTTP/1.1", upstream: "http://a/", host: "a"`)
	if !ok || l.Client != "198.19.0.1" || l.Phase != harness.PhaseHeader || l.ErrorType != "connection_read_timeout" {
		t.Errorf("taken %v: %+v", ok, l)
	}
}

func TestWhatIsOfNoConcern(t *testing.T) {
	for _, line := range []string{
		"",
		`198.19.0.1 - - [23/Nov/2026:07:02:11 +0000] "GET /upstream%20timed%20out HTTP/1.1" 502 157 "-" "badgateway"`,
		"2026/11/23 07:02:11 [notice] 1#1: signal 17 (SIGCHLD) received from 7, client: 198.19.0.1",
		"2026/11/23 07:02:11 [info] 7#7: *31 client closed connection" + about,
		"2026/11/23 07:02:11 [error] 7#7: *31 of no client",
		"2026/11/23 07:02:11 [warn] 7#7: *31 a client request body is buffered to a temporary file /var/lib/nginx/body/0000000024" + about,
		"2026/11/23 07:02:11 [warn] 7#7: *31 an upstream response is buffered to a temporary file /var/lib/nginx/proxy/1/00/0000000001 while reading upstream" + about,
		"yesterday [error] 7#7: *31 connect() failed (111: Connection refused)" + about,
		" " + stamp + "connect() failed (111: Connection refused)" + about,
	} {
		if l, ok := read(line); ok {
			t.Errorf("%q was taken: %+v", line, l)
		}
	}
	if l, ok := read("2026/11/23 07:02:11 [alert] 7#7: worker process 8 exited on signal 9"); !ok || !l.Crash || l.Client != "" {
		t.Errorf("a killed worker was taken for %+v", l)
	}
	for _, level := range []string{"warn", "error", "crit", "alert"} {
		if l, ok := read(strings.Replace(stamp, "error", level, 1) + "something" + about); !ok || l.Text != "something"+about {
			t.Errorf("a line of level %s was not taken", level)
		}
	}
	if l, _ := read(stamp + "something, client: 2001:db8::1, server: a"); l.Client != "2001:db8::1" {
		t.Errorf("a client over IPv6 is called %q", l.Client)
	}
}
