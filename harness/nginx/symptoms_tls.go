package nginx

import "github.com/badgateway/badgateway/harness"

// handshaking is what is said of TLS with upstreams. OpenSSL's words are the same in its
// versions 1 to 3, its numbers are not.
var handshaking = []symptom{
	{
		said: "upstream timed out (110:", and: "while SSL handshaking to upstream", phase: harness.PhaseTLS, errorType: "connection_timeout",
		means: "The connection stands and the upstream does not answer the handshake within proxy_connect_timeout: it waits for a client to speak another protocol, or its workers are busy.",
		candidates: []candidate{
			{"tls/stall", "It took proxy_connect_timeout, which covers connection and handshake, and `openssl s_client -connect` from the gateway's host hangs too."},
		},
	},
	{
		said: "peer closed connection in SSL handshake (104:", and: "while SSL handshaking to upstream", phase: harness.PhaseTLS, errorType: "connection_terminated",
		means: "The upstream, or something between, reset the connection in the handshake: a firewall that reads the name in it, a process that crashed, a port that was closed with the connection still queued.",
		candidates: []candidate{
			{"tls/reset", "A capture shows the gateway's first bytes, and then an RST."},
		},
	},
	{
		said: "peer closed connection in SSL handshake", and: "while SSL handshaking to upstream", phase: harness.PhaseTLS, errorType: "tls_protocol_error",
		means: "The upstream closed the connection in the handshake and said nothing: it has no certificate for the name it was called by (proxy_ssl_server_name is off by default), speaks no version or cipher that NGINX offers, or is a balancer without a backend.",
		candidates: []candidate{
			{"tls/close", "A capture shows the gateway's first bytes, and then a FIN."},
		},
	},
	{
		said: "SSL_do_handshake() failed", and: "wrong version number", phase: harness.PhaseTLS, errorType: "tls_protocol_error",
		means: "What answered is no TLS: the upstream speaks plain HTTP on that port, and proxy_pass says https://.",
		candidates: []candidate{
			{"tls/plain-peer", "`curl http://ADDRESS` with the port of the line is answered in clear text."},
		},
	},
	{
		said: "SSL_do_handshake() failed", and: "packet length too long", phase: harness.PhaseTLS, errorType: "tls_protocol_error",
		means: "What answered is no TLS: the upstream speaks something else on that port.",
	},
	{
		said: "SSL_do_handshake() failed", and: "unknown protocol", phase: harness.PhaseTLS, errorType: "tls_protocol_error",
		means: "What answered is no TLS (in the words of OpenSSL before 1.1.1): the upstream speaks plain HTTP on that port.",
	},
	{
		said: "SSL_do_handshake() failed", and: "alert handshake failure", phase: harness.PhaseTLS, errorType: "tls_alert_received",
		means: "The upstream refused (alert 40): no cipher in common, no certificate for the name that it was called by (set proxy_ssl_server_name on and proxy_ssl_name), or it wants a client's certificate.",
		candidates: []candidate{
			{"tls/no-common-cipher", "`openssl s_client` with the ciphers of proxy_ssl_ciphers is refused too, and with others it is not."},
			{"tls/client-certificate", "`openssl s_client` shows `Acceptable client certificate CA names`: the upstream asks who comes, in TLS 1.2."},
		},
	},
	{
		said: "SSL_do_handshake() failed", and: "alert protocol version", phase: harness.PhaseTLS, errorType: "tls_alert_received",
		means: "The upstream refused the version of TLS (alert 70): proxy_ssl_protocols and what the upstream speaks have none in common.",
		candidates: []candidate{
			{"tls/version", "`openssl s_client -tls1_2` is let in: the upstream speaks something older than what proxy_ssl_protocols offers."},
		},
	},
	{
		said: "SSL_do_handshake() failed", and: "unrecognized name", phase: harness.PhaseTLS, errorType: "tls_alert_received",
		means: "The upstream knows no site of the name that it was called by (alert 112). By default NGINX sends none, and with proxy_ssl_server_name on the one in proxy_pass.",
		candidates: []candidate{
			{"tls/unknown-name", "`openssl s_client -servername NAME` with another name is let in."},
		},
	},
	{
		said: "SSL_do_handshake() failed", and: "no application protocol", phase: harness.PhaseTLS, errorType: "tls_alert_received",
		means: "The upstream speaks nothing of what was offered by ALPN (alert 120): of gRPC it is HTTP/2.",
		candidates: []candidate{
			{"tls/no-common-protocol", "`openssl s_client -alpn h2` is refused, and without `-alpn` it is let in."},
		},
	},
	{
		said: "SSL_do_handshake() failed", and: "certificate required", phase: harness.PhaseTLS, errorType: "tls_alert_received",
		means: "The upstream wants a client's certificate (alert 116): proxy_ssl_certificate and its key.",
	},
	{
		said: "SSL_do_handshake() failed", and: "alert unknown ca", phase: harness.PhaseTLS, errorType: "tls_alert_received",
		means: "The upstream does not trust who signed NGINX's certificate (alert 48).",
	},
	{
		said: "SSL_do_handshake() failed", and: "alert bad certificate", phase: harness.PhaseTLS, errorType: "tls_alert_received",
		means: "The upstream does not take NGINX's certificate (alert 42), or wants one and got none.",
	},
	{
		said: "SSL_do_handshake() failed", and: "certificate expired", phase: harness.PhaseTLS, errorType: "tls_alert_received",
		means: "The upstream found NGINX's own client certificate expired (alert 45).",
	},
	{
		said: "SSL_do_handshake() failed", and: "alert internal error", phase: harness.PhaseTLS, errorType: "tls_alert_received",
		means: "The upstream failed in the handshake (alert 80): some servers say so of a name for which they have no certificate.",
	},
	{
		said: "SSL_do_handshake() failed", and: "SSL alert number", phase: harness.PhaseTLS, errorType: "tls_alert_received",
		means: "The upstream ended the handshake with an alert: the line names it (RFC 8446 section 6.2).",
	},
	{
		said: "SSL_do_handshake() failed", and: "unsupported protocol", phase: harness.PhaseTLS, errorType: "tls_protocol_error",
		means: "The upstream chose a version of TLS that NGINX, or the system's OpenSSL policy, does not allow.",
		candidates: []candidate{
			{"tls/old-version", "`openssl s_client -tls1 -cipher DEFAULT@SECLEVEL=0` is let in: the upstream chose TLS 1.0 or 1.1."},
		},
	},
	{
		said: "SSL_do_handshake() failed", and: "dh key too small", phase: harness.PhaseTLS, errorType: "tls_protocol_error",
		means: "The upstream's Diffie-Hellman key is shorter than the gateway's OpenSSL allows.",
	},
	{
		said: "SSL_do_handshake() failed", and: "unexpected eof", phase: harness.PhaseTLS, errorType: "tls_protocol_error",
		means: "The upstream ended the connection in the handshake and said nothing.",
	},
	{
		said: "SSL_do_handshake() failed", and: "certificate verify failed", phase: harness.PhaseTLS, errorType: "tls_certificate_error",
		means: "The upstream's certificate was not accepted.",
	},
	{
		said: "SSL_do_handshake() failed", and: "while SSL handshaking to upstream", phase: harness.PhaseTLS, errorType: "tls_protocol_error",
		means: "The handshake with the upstream failed: the line ends with what OpenSSL says. `openssl s_client -connect HOST:PORT -servername NAME` from the gateway's host shows it again.",
	},
	{
		said: "SSL_do_handshake() failed", phase: harness.PhaseLocal,
		means: "A client's handshake with NGINX failed. That is between the two, and no upstream has a part in it.",
	},
	{
		said: "upstream SSL certificate verify error: (10:", phase: harness.PhaseTLS, errorType: "tls_certificate_error",
		means: "The upstream's certificate has expired, or one in its chain has. `openssl s_client -connect HOST:PORT | openssl x509 -noout -dates` shows it.",
		candidates: []candidate{
			{"tls/expired", "The dates of what `openssl s_client` shows are over; a gateway that resumes sessions may have gone on for a while after that."},
		},
	},
	{
		said: "upstream SSL certificate verify error: (9:", phase: harness.PhaseTLS, errorType: "tls_certificate_error",
		means: "The upstream's certificate is not valid yet: look at the clocks of both hosts.",
		candidates: []candidate{
			{"tls/not-yet-valid", "`date` on the gateway is before the certificate's notBefore."},
		},
	},
	{
		said: "upstream SSL certificate verify error: (18:", phase: harness.PhaseTLS, errorType: "tls_certificate_error",
		means: "The upstream's certificate has signed itself and is not in proxy_ssl_trusted_certificate.",
		candidates: []candidate{
			{"tls/self-signed", "Issuer and subject of what `openssl s_client` shows are the same."},
		},
	},
	{
		said: "upstream SSL certificate verify error: (19:", phase: harness.PhaseTLS, errorType: "tls_certificate_error",
		means: "The upstream's chain ends in a root that is not in proxy_ssl_trusted_certificate.",
		candidates: []candidate{
			{"tls/other-authority", "The last certificate that `openssl s_client -showcerts` shows is a root, and another than the gateway's."},
		},
	},
	{
		said: "upstream SSL certificate verify error: (20:", phase: harness.PhaseTLS, errorType: "tls_certificate_error",
		means: "Who signed the upstream's certificate is not in proxy_ssl_trusted_certificate: another authority, or an upstream that sends no intermediate certificate. OpenSSL 3 says the same of a chain that is longer than proxy_ssl_verify_depth.",
		candidates: []candidate{
			{"tls/long-chain", "`openssl s_client -showcerts` shows two or more certificates between the leaf and a root that is trusted: proxy_ssl_verify_depth is 1 by default."},
		},
	},
	{
		said: "upstream SSL certificate verify error: (21:", phase: harness.PhaseTLS, errorType: "tls_certificate_error",
		means: "The upstream sent one certificate only, and who signed it is not known: the intermediate certificate is missing.",
		candidates: []candidate{
			{"tls/incomplete-chain", "`openssl s_client -showcerts` shows one certificate, and its issuer is no root."},
		},
	},
	{
		said: "upstream SSL certificate verify error: (22:", phase: harness.PhaseTLS, errorType: "tls_certificate_error",
		means: "The upstream's chain is longer than proxy_ssl_verify_depth, which is 1 by default.",
	},
	{
		said: "upstream SSL certificate verify error: (23:", phase: harness.PhaseTLS, errorType: "tls_certificate_error",
		means: "The upstream's certificate was revoked (proxy_ssl_crl).",
		candidates: []candidate{
			{"tls/revoked", "The serial number of what the upstream shows is in `openssl crl -text` of the list."},
		},
	},
	{
		said: "upstream SSL certificate verify error: (3:", phase: harness.PhaseTLS, errorType: "tls_certificate_error",
		means: "proxy_ssl_crl holds no list of the authority that signed the upstream's certificate: it needs one for each in the chain.",
	},
	{
		said: "upstream SSL certificate verify error: (12:", phase: harness.PhaseTLS, errorType: "tls_certificate_error",
		means: "The list in proxy_ssl_crl has expired, so no certificate is accepted: fetch a new one and reload.",
	},
	{
		said: "upstream SSL certificate verify error: (26:", phase: harness.PhaseTLS, errorType: "tls_certificate_error",
		means: "The upstream's certificate may not be shown by servers: its extended key usage leaves out serverAuth.",
		candidates: []candidate{
			{"tls/wrong-purpose", "`openssl x509 -noout -ext extendedKeyUsage` of what it shows says `TLS Web Client Authentication` alone."},
		},
	},
	{
		said: "upstream SSL certificate verify error:", phase: harness.PhaseTLS, errorType: "tls_certificate_error",
		means: "The upstream's certificate was not accepted, for the reason that the line names (proxy_ssl_verify is on).",
	},
	{
		said: "upstream SSL certificate does not match", phase: harness.PhaseTLS, errorType: "tls_certificate_error",
		means: "The upstream's certificate is valid and is not for the name that NGINX expects: proxy_ssl_name, by default the host in proxy_pass, which is the name of the upstream{} where there is one.",
		candidates: []candidate{
			{"tls/wrong-name", "`openssl s_client -servername NAME` shows the same certificate with the name and without."},
			{"tls/unnamed", "With `-servername NAME` it shows the right one: proxy_ssl_server_name is off, and the upstream serves several names."},
		},
	},
	{
		said: "upstream prematurely sent response", phase: harness.PhaseTLS, errorType: "tls_protocol_error",
		means: "The upstream spoke in plain text before NGINX had begun the handshake: behind the port is no TLS, or somebody who forges answers.",
	},
	{
		said: "SSL_read() failed", and: "certificate required", errorType: "tls_alert_received",
		means: "The upstream wants a client's certificate (alert 116): proxy_ssl_certificate and its key. In TLS 1.3 it says so after NGINX's part of the handshake, with the request on its way.",
		candidates: []candidate{
			{"tls/client-certificate-late", "`openssl s_client -tls1_3` is let in, and told so at its first read."},
		},
	},
	{
		said: "SSL_read() failed", and: "SSL alert number", errorType: "tls_alert_received",
		means: "The upstream ended TLS with an alert after the handshake: the line names it (RFC 8446 section 6.2).",
	},
	{
		said: "SSL_read() failed", and: "upstream", errorType: "tls_protocol_error",
		means: "TLS with the upstream broke in the middle of an answer: the line ends with what OpenSSL says.",
	},
	{
		said: "SSL_write() failed", and: "upstream", errorType: "tls_protocol_error",
		means: "TLS with the upstream broke while the request was sent: the line ends with what OpenSSL says.",
	},
	{
		said:  "SSL_shutdown() failed",
		means: "The end of a TLS connection was not in good order. The exchange was over by then.",
	},
}
