package nginx

import (
	"regexp"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
)

func TestTheTableIsFitToBeRead(t *testing.T) {
	seen := map[string]bool{}
	id := regexp.MustCompile(`^[a-z0-9]+/[a-z0-9-]+$`)
	phases := map[harness.Phase]bool{
		"": true, harness.PhaseStart: true, harness.PhaseResolve: true, harness.PhaseConnect: true, harness.PhaseTLS: true, harness.PhaseSend: true,
		harness.PhaseHeader: true, harness.PhaseBody: true, harness.PhasePool: true, harness.PhaseLocal: true,
	}
	for _, s := range known() {
		if s.Says == "" || seen[s.Says] {
			t.Errorf("%q is there twice, or says nothing", s.Says)
		}
		seen[s.Says] = true
		if !strings.HasSuffix(s.Means, ".") && !strings.HasSuffix(s.Means, ". ") {
			t.Errorf("%s: %q is no sentence", s.Says, s.Means)
		}
		if !phases[s.Phase] {
			t.Errorf("%s: no phase is called %q", s.Says, s.Phase)
		}
		named := map[string]bool{}
		for _, c := range s.Candidates {
			if !id.MatchString(c.Scenario) || !strings.HasSuffix(c.Tell, ".") || named[c.Scenario] {
				t.Errorf("%s: the candidate %q is no ID, is there twice, or is told by no sentence: %q", s.Says, c.Scenario, c.Tell)
			}
			named[c.Scenario] = true
		}
	}
}

// said are lines that NGINX's source words so; log_test.go has those of a lab.
var said = []string{
	`cannot load certificate "/etc/tls/shop.pem": BIO_new_file() failed`,
	`no resolver defined to resolve names at run time in upstream "app" in /etc/nginx/nginx.conf:7`,
	`bind() to 0.0.0.0:80 failed (98: Address already in use)`,
	`bind() to 0.0.0.0:80 failed (13: Permission denied)`,
	`worker process 8 exited on signal 9`,
	`app.shop.test could not be resolved (1: Format error)`,
	`app.shop.test could not be resolved (4: Unimplemented)`,
	`app.shop.test could not be resolved (7: Unknown error)`,
	`send() failed (111: Connection refused) while resolving, resolver: 198.18.0.53:53`,
	`recv() failed (113: No route to host) while resolving, resolver: 198.18.0.53:53`,
	`unexpected DNS response for app.shop.test`,
	`DNS error (1: Format error), query id:11146, name:"app.shop.test"`,
	`wrong ident 7 in DNS response for app.shop.test, expect 8`,
	`connect() failed (110: Connection timed out) while connecting to upstream`,
	`connect() to unix:/run/app.sock failed (2: No such file or directory) while connecting to upstream`,
	`connect() to unix:/run/app.sock failed (13: Permission denied) while connecting to upstream`,
	`connect() to unix:/run/app.sock failed (11: Resource temporarily unavailable) while connecting to upstream`,
	`connect() to unix:/run/app.sock failed (111: Connection refused) while connecting to upstream`,
	`connect() to 10.1.2.3:80 failed (99: Cannot assign requested address) while connecting to upstream`,
	`connect() to 127.0.0.1:80 failed (111: Connection refused) while connecting to upstream`,
	`connect() to 10.1.2.3:80 failed (1: Operation not permitted) while connecting to upstream`,
	`bind(10.9.9.9) failed (99: Cannot assign requested address) while connecting to upstream`,
	`recv() failed (104: Connection reset by peer) while connecting to upstream`,
	`upstream timed out (110: Connection timed out) while SSL handshaking to upstream`,
	`peer closed connection in SSL handshake (104: Connection reset by peer) while SSL handshaking to upstream`,
	`peer closed connection in SSL handshake while SSL handshaking to upstream`,
	`SSL_do_handshake() failed (SSL: error:0A000460:SSL routines::tlsv1 alert no application protocol:SSL alert number 120) while SSL handshaking to upstream`,
	`SSL_read() failed (SSL: error:0A00045C:SSL routines::tlsv13 alert certificate required:SSL alert number 116) while reading response header from upstream`,
	`SSL_read() failed (SSL: error:0A000438:SSL routines::tlsv1 alert internal error:SSL alert number 80) while reading response header from upstream`,
	`upstream SSL certificate verify error: (2:unable to get issuer certificate) while SSL handshaking to upstream`,
	`SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number) while SSL handshaking to upstream`,
	`SSL_do_handshake() failed (SSL: error:0A0000C6:SSL routines::packet length too long) while SSL handshaking to upstream`,
	`SSL_do_handshake() failed (SSL: error:140770FC:SSL routines:SSL23_GET_SERVER_HELLO:unknown protocol) while SSL handshaking to upstream`,
	`SSL_do_handshake() failed (SSL: error:0A000410:SSL routines::sslv3 alert handshake failure:SSL alert number 40) while SSL handshaking to upstream`,
	`SSL_do_handshake() failed (SSL: error:0A00042E:SSL routines::tlsv1 alert protocol version:SSL alert number 70) while SSL handshaking to upstream`,
	`SSL_do_handshake() failed (SSL: error:0A000458:SSL routines::tlsv1 unrecognized name:SSL alert number 112) while SSL handshaking to upstream`,
	`SSL_do_handshake() failed (SSL: error:0A00045C:SSL routines::tlsv13 alert certificate required:SSL alert number 116) while SSL handshaking to upstream`,
	`SSL_do_handshake() failed (SSL: error:0A000418:SSL routines::tlsv1 alert unknown ca:SSL alert number 48) while SSL handshaking to upstream`,
	`SSL_do_handshake() failed (SSL: error:0A000412:SSL routines::sslv3 alert bad certificate:SSL alert number 42) while SSL handshaking to upstream`,
	`SSL_do_handshake() failed (SSL: error:0A000415:SSL routines::sslv3 alert certificate expired:SSL alert number 45) while SSL handshaking to upstream`,
	`SSL_do_handshake() failed (SSL: error:0A000438:SSL routines::tlsv1 alert internal error:SSL alert number 80) while SSL handshaking to upstream`,
	`SSL_do_handshake() failed (SSL: error:0A000417:SSL routines::sslv3 alert illegal parameter:SSL alert number 47) while SSL handshaking to upstream`,
	`SSL_do_handshake() failed (SSL: error:0A000102:SSL routines::unsupported protocol) while SSL handshaking to upstream`,
	`SSL_do_handshake() failed (SSL: error:0A00018A:SSL routines::dh key too small) while SSL handshaking to upstream`,
	`SSL_do_handshake() failed (SSL: error:0A000126:SSL routines::unexpected eof while reading) while SSL handshaking to upstream`,
	`SSL_do_handshake() failed (SSL: error:0A000086:SSL routines::certificate verify failed) while SSL handshaking to upstream`,
	`SSL_do_handshake() failed (SSL: error:0A00007B:SSL routines::bad signature) while SSL handshaking to upstream`,
	`SSL_do_handshake() failed (SSL: error:0A00006C:SSL routines::bad key share) while SSL handshaking`,
	`upstream SSL certificate verify error: (10:certificate has expired) while SSL handshaking to upstream`,
	`upstream SSL certificate verify error: (9:certificate is not yet valid) while SSL handshaking to upstream`,
	`upstream SSL certificate verify error: (18:self-signed certificate) while SSL handshaking to upstream`,
	`upstream SSL certificate verify error: (19:self-signed certificate in certificate chain) while SSL handshaking to upstream`,
	`upstream SSL certificate verify error: (20:unable to get local issuer certificate) while SSL handshaking to upstream`,
	`upstream SSL certificate verify error: (21:unable to verify the first certificate) while SSL handshaking to upstream`,
	`upstream SSL certificate verify error: (22:certificate chain too long) while SSL handshaking to upstream`,
	`upstream SSL certificate verify error: (23:certificate revoked) while SSL handshaking to upstream`,
	`upstream SSL certificate verify error: (3:unable to get certificate CRL) while SSL handshaking to upstream`,
	`upstream SSL certificate verify error: (12:CRL has expired) while SSL handshaking to upstream`,
	`upstream SSL certificate verify error: (26:unsuitable certificate purpose) while SSL handshaking to upstream`,
	`upstream SSL certificate does not match "app.shop.test" while SSL handshaking to upstream`,
	`upstream prematurely sent response while reading response header from upstream`,
	`SSL_read() failed (SSL: error:0A000119:SSL routines::decryption failed or bad record mac) while reading upstream`,
	`SSL_write() failed (SSL: error:0A0000CF:SSL routines::protocol is shutdown) while sending request to upstream`,
	`SSL_shutdown() failed (SSL: error:0A000123:SSL routines::application data after close notify) while keepalive`,
	`upstream server temporarily disabled while connecting to upstream`,
	`no servers are inside upstream in /etc/nginx/nginx.conf:7`,
	`upstream prematurely closed connection while sending request to upstream`,
	`recv() failed (110: Connection timed out) while reading response header from upstream`,
	`recv() failed (113: No route to host) while reading response header from upstream`,
	`upstream sent HTTP/1.0 response with early hints while reading response header from upstream`,
	`upstream sent too big early hints while reading response header from upstream`,
	`upstream sent duplicate header line: "Date: a", previous value: "Date: b", ignored while reading response header from upstream`,
	`upstream sent "Content-Length" and "Transfer-Encoding" headers at the same time while reading response header from upstream`,
	`upstream sent invalid "Content-Length" header: "Content-Length: x" while reading response header from upstream`,
	`upstream sent unknown "Transfer-Encoding": "gzip" while reading response header from upstream`,
	`upstream timed out (110: Connection timed out) while proxying upgraded connection`,
	`upstream timed out (110: Connection timed out) while sending to client`,
	`recv() failed (104: Connection reset by peer) while proxying upgraded connection`,
	`upstream sent data after final chunk while reading upstream`,
	`upstream sent data after trailers while reading upstream`,
	`upstream sent too big trailers while reading upstream`,
	`upstream sent invalid trailer: "a\x00..." while reading upstream`,
	`recv() failed (104: Connection reset by peer) while keepalive to upstream`,
	`writev() failed (32: Broken pipe) while reading upstream`,
	`FastCGI sent in stderr: "Primary script unknown" while reading response header from upstream`,
	`FastCGI sent in stderr: "Access to the script '/srv/a.txt' has been denied (see security.limit_extensions)" while reading response header from upstream`,
	`FastCGI sent in stderr: "PHP message: connect() failed (111: Connection refused)" while reading upstream`,
	`upstream sent unsupported FastCGI protocol version: 72 while reading response header from upstream`,
	`upstream sent invalid FastCGI record type: 9 while reading response header from upstream`,
	`upstream sent unexpected FastCGI record: 3 while reading response header from upstream`,
	`upstream prematurely closed FastCGI stdout while reading response header from upstream`,
	`upstream prematurely closed FastCGI request while reading upstream`,
	`uwsgi request is too big: 70000`,
	`memcached sent invalid response: "HTTP/1.1 400 Bad Request" while reading response header from upstream`,
	`key: "page" was not found by memcached while reading response header from upstream`,
	`upstream sent goaway with error 1 while reading response header from upstream`,
	`upstream rejected request with error 7 while reading response header from upstream`,
	`upstream prematurely closed stream while reading response header from upstream`,
	`upstream violated stream flow control, received 9 data frame with window 8 while reading upstream`,
	`upstream sent response body larger than indicated content length while reading upstream`,
	`upstream sent too large http2 frame: 4740180 while reading response header from upstream`,
	`upstream sent no :status header while reading response header from upstream`,
	`upstream sent frame for unknown stream 3 while reading response header from upstream`,
	`upstream sent too many settings frames while reading response header from upstream`,
	`upstream sent zero window update while reading response header from upstream`,
	`upstream sent too large window update while reading response header from upstream`,
	`upstream sent invalid encoded header while reading response header from upstream`,
	`too long http2 URI`,
	`connection upgrade in subrequest while reading response header from upstream`,
	`epoll_wait() reported that client prematurely closed connection, so upstream connection is closed too while sending request to upstream`,
	`client timed out (110: Connection timed out) while waiting for request`,
	`client intended to send too large body: 2097152 bytes`,
	`client sent invalid chunked body`,
	`client sent plain HTTP request to HTTPS port while reading client request headers`,
	`client SSL certificate verify error: (18:self-signed certificate) while reading client request headers`,
	`client sent no required SSL certificate while reading client request headers`,
	`client sent too long URI while reading client request line`,
	`client sent invalid host header while reading client request headers`,
	`limiting requests, excess: 5.020 by zone "perip"`,
	`delaying request, excess: 0.620, by zone "perip"`,
	`limiting connections by zone "perip"`,
	`access forbidden by rule`,
	`auth request unexpected status: 502`,
	`writev() failed (104: Connection reset by peer) while sending to client`,
	`writev() failed (32: Broken pipe) while sending to client`,
	`recv() failed (104: Connection reset by peer) while reading client request line`,
	`1024 worker_connections are not enough, reusing connections`,
	`1024 worker_connections are not enough while connecting to upstream`,
	`the new socket has number 1024, but only 1024 files are available`,
	`socket() failed (24: Too many open files) while connecting to upstream`,
	`accept4() failed (23: Too many open files in system)`,
	`pwrite() "/var/lib/nginx/proxy/1/00/0000000001" failed (28: No space left on device) while reading upstream`,
	`mmap(MAP_ANON|MAP_SHARED, 1048576) failed (12: Cannot allocate memory)`,
	`open() "/var/lib/nginx/body/0000000001" failed (13: Permission denied)`,
	`an upstream response is buffered to a temporary file /var/lib/nginx/proxy/1/00/0000000001 while reading upstream`,
	`a client request body is buffered to a temporary file /var/lib/nginx/body/0000000001`,
	`pwrite() "/var/lib/nginx/proxy/1/00/0000000001" failed (5: Input/output error) while reading upstream`,
	`cache lock timeout`,
	`cache file "/var/cache/nginx/c/29/b7f54b2df7773722d382f4809d65029c" has md5 collision`,
	`could not allocate node in limit_req zone "perip"`,
	`invalid URL prefix in ""`,
	`zero length URI to proxy`,
	`no host in upstream ":8080"`,
	`no port in upstream "app"`,
	`invalid host in upstream "a b"`,
	`invalid port in upstream "app:x"`,
	`rewrite or internal redirection cycle while internally redirecting to "/index.html"`,
	`proxy_buffer_size 4096 is not enough for cache key, it should be increased to at least 5120`,
	`open() "/usr/share/nginx/html/favicon.ico" failed (2: No such file or directory)`,
}

func TestEveryRowIsSaid(t *testing.T) {
	hit := map[*symptom]bool{}
	for _, line := range said {
		s := find(line + about)
		if s == nil {
			t.Errorf("nobody understands %s", line)
		}
		hit[s] = true
	}
	for _, c := range labLines {
		hit[find(c.said+about)] = true
	}
	for i := range symptoms {
		if s := &symptoms[i]; !hit[s] && s.said != "host not found in upstream" { // TestWhyNGINXDoesNotStart
			t.Errorf("no line is here for %q", s.public().Says)
		}
	}
}

// What an upstream or a client has put into a line is not what NGINX says.
func TestWhatIsQuotedIsNotNGINXsOwn(t *testing.T) {
	for line, want := range map[string]string{
		`upstream sent invalid header: "X: connect() failed (111: \x00..." while reading response header from upstream`:                    "upstream sent invalid header",
		`upstream sent invalid header: "X: a", client: 10.0.0.1, b: could not be resolved (3:\x00..."`:                                     "upstream sent invalid header",
		`upstream sent duplicate header line: "Content-Length: 1", previous value: "Content-Length: 2" while reading response header from`: "upstream sent duplicate header line",
		`FastCGI sent in stderr: "PHP message: "quoted" upstream timed out (110: x) while connecting to upstream" while reading upstream`:  "FastCGI sent in stderr:",
		`FastCGI sent in stderr: "cut short Primary script unknown`:                                                                        "FastCGI sent in stderr: ... Primary script unknown",
	} {
		if s := find(line); s == nil || s.public().Says != want {
			t.Errorf("%s is taken for %v", line, s)
		}
	}
}
