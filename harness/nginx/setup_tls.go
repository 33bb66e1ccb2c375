package nginx

import "github.com/badgateway/badgateway/harness"

// tlsSetups are TLS to the upstream (ngx_http_proxy_module, proxy_ssl_*; the modules of other
// protocols have the same directives).
var tlsSetups = map[harness.Setup]setup{
	harness.VerifiesNothing: {TLS: "{{.Module}}_ssl_server_name on;\n{{.Module}}_ssl_name {{.Upstream}};\n{{.Module}}_ssl_verify off;"},
	harness.SaysNoName:      {TLS: "{{.Module}}_ssl_verify on;\n{{.Module}}_ssl_trusted_certificate {{.Trusted}};\n{{.Module}}_ssl_name {{.Upstream}};\n{{.Module}}_ssl_server_name off;"},
	harness.LooksUpRevoked:  {Location: "{{.Module}}_ssl_crl {{.Revoked}};"},
	harness.SpeaksOnlyTLS12: {Location: "{{.Module}}_ssl_protocols TLSv1.2;"},
	harness.SpeaksOnlyTLS13: {Location: "{{.Module}}_ssl_protocols TLSv1.3;"},
}

// What breaks promises of TLS, beside masked.
var (
	unverified = alteration{Old: "_ssl_verify on;", New: "_ssl_verify off;"}
	verified   = alteration{Old: "_ssl_verify off;", New: "_ssl_verify on;\n            proxy_ssl_trusted_certificate " + trusted + ";"}
	mirrored   = alteration{New: "mirror /copy;"} // each request is sent twice
	introduced = alteration{New: "proxy_ssl_certificate " + certificate + ";\nproxy_ssl_certificate_key " + privateKey + ";"}
)

// tlsAlterations break what scenarios of TLS promise.
var tlsAlterations = map[string]alteration{
	"tls/plain-peer":              masked,
	"tls/stall":                   masked,
	"tls/close":                   masked,
	"tls/reset":                   masked,
	"tls/unknown-name":            masked,
	"tls/no-common-cipher":        masked,
	"tls/no-common-protocol":      masked,
	"tls/closed-after-handshake":  masked,
	"tls/expired":                 unverified,
	"tls/not-yet-valid":           unverified,
	"tls/wrong-name":              unverified,
	"tls/other-authority":         unverified,
	"tls/self-signed":             unverified,
	"tls/incomplete-chain":        unverified,
	"tls/wrong-purpose":           unverified,
	"tls/long-chain":              {New: "proxy_ssl_verify_depth 2;"},
	"tls/revoked":                 {Old: "proxy_ssl_crl " + revoked + ";", New: ""},
	"tls/version":                 {Old: "proxy_ssl_protocols TLSv1.3;", New: "proxy_ssl_protocols TLSv1.2 TLSv1.3;"},
	"tls/resumed":                 {New: "proxy_ssl_session_reuse off;"},
	"tls/old-version":             masked,
	"tls/client-certificate":      introduced,
	"tls/client-certificate-late": introduced,
	"tls/no-close-notify":         mirrored,
	"tls/reset-in-body":           mirrored,
	"tls/unverified-expired":      verified,
	"tls/unverified-name":         verified,
	"tls/unnamed":                 unverified,
	"https/in-time":               mirrored,
	"https/refused":               masked,
	"https/killed":                masked,
	"https/reset":                 masked,
	"https/never":                 masked,
	"https/malformed":             masked,
}
