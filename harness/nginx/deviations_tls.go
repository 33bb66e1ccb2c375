package nginx

import "github.com/badgateway/badgateway/harness"

// What NGINX, seen with OpenSSL 3.0 and 3.5, does not notice of the end of a TLS connection
// (ngx_event_openssl.c: SSL_OP_IGNORE_UNEXPECTED_EOF, ngx_ssl_handle_recv).
const (
	unannounced = "NGINX has OpenSSL ignore that the end of a TLS connection was not announced, and takes what came for all of it (RFC 9112 9.8 has such an answer be incomplete)"
	resetUnread = "NGINX takes the reset of a TLS connection for its proper end: it asks OpenSSL for an error, and the system's is none"
)

// overTLS are the deviations of that.
func overTLS() []harness.Deviation {
	cut, whole := harness.Ends(200, harness.Truncated).Title, harness.Ends(200, harness.SilentlyTruncated)
	terminated, incomplete := harness.Names("connection_terminated").Title, harness.Names("http_response_incomplete")
	return []harness.Deviation{
		{Scenario: "tls/no-close-notify", Check: cut, Instead: whole, Reason: unannounced},
		{Scenario: "tls/no-close-notify", Check: incomplete.Title, Instead: harness.Names(""), Reason: unannounced},
		{Scenario: "tls/reset-in-body", Check: cut, Instead: whole, Reason: resetUnread},
		{Scenario: "tls/reset-in-body", Check: terminated, Instead: harness.Names(""), Reason: resetUnread},
		{Scenario: "https/reset", Check: terminated, Instead: incomplete, Reason: resetUnread},
	}
}
