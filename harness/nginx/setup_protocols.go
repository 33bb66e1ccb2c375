package nginx

import "github.com/badgateway/badgateway/harness"

// protocolSetups are of what is spoken on either side.
var protocolSetups = map[harness.Setup]setup{
	harness.NoUpgrade: {}, // the lines that are missing are of the site's speech
	harness.AlsoPlain: {Server: "listen {{.PlainPort}}; # for clear text"},
}

// What breaks promises of every protocol, besides masked: a request that is sent twice. NGINX
// does not survive a 101 to a request that is mirrored over HTTP (1.22), so the double of a
// WebSocket's is sent in FastCGI.
var (
	doubled = alteration{New: "mirror /again;"}
	beside  = alteration{"        location / {\n", "        location = /again {\n            fastcgi_pass {address};\n        }\n        location / {\n            mirror /again;\n"}
)

// protocolAlterations break what scenarios of protocols and clients promise.
var protocolAlterations = joined(
	each(masked,
		"fastcgi/refused", "fastcgi/killed", "fastcgi/reset", "fastcgi/closed", "fastcgi/never", "fastcgi/overloaded", "fastcgi/stderr-only",
		"fastcgi/empty", "fastcgi/no-header", "fastcgi/big-header", "fastcgi/version", "fastcgi/not-fastcgi", "fastcgi/cut-record",
		"uwsgi/refused", "uwsgi/killed", "uwsgi/reset", "uwsgi/closed", "uwsgi/never", "uwsgi/no-header", "uwsgi/big-header",
		"scgi/refused", "scgi/killed", "scgi/reset", "scgi/closed", "scgi/never", "scgi/no-header", "scgi/big-header",
		"memcached/refused", "memcached/error", "memcached/never",
		"grpc/refused", "grpc/killed", "grpc/reset", "grpc/closed", "grpc/never", "grpc/goaway-error", "grpc/goaway-unprocessed",
		"grpc/stream-refused", "grpc/stream-reset", "grpc/frame-length", "grpc/window-overflow", "grpc/http1",
		"socket/refused", "socket/missing", "socket/forbidden", "socket/full", "socket/killed", "socket/closed", "socket/malformed", "socket/never",
		"http10/refused", "http10/never", "http10/cut-header",
		"websocket/refused", "websocket/closed", "websocket/never",
		"client/tls-refused", "client/tls-never", "client/h2-refused", "client/h2-never", "client/http10-refused", "client/http10-never",
		"client/head-refused", "client/head-never", "client/put-refused", "client/put-killed", "client/put-never",
		"client/post-refused", "client/post-killed", "client/post-never"),
	each(doubled,
		"fastcgi/healthy", "fastcgi/stall", "fastcgi/status", "fastcgi/exit-status", "fastcgi/cut", "fastcgi/cut-no-length", "fastcgi/no-end",
		"uwsgi/healthy", "uwsgi/stall", "uwsgi/cut", "uwsgi/status", "scgi/healthy", "scgi/stall", "scgi/cut", "scgi/status",
		"memcached/healthy", "memcached/missing",
		"grpc/healthy", "grpc/stall", "grpc/cut", "grpc/error", "grpc/no-trailers", "grpc/goaway-graceful", "grpc/closed-after",
		"grpc/stream-reset-late", "grpc/frame-too-large", "grpc/data-on-zero", "grpc/no-settings",
		"socket/healthy", "socket/stall",
		"http10/healthy", "http10/no-length", "http10/cut-no-length", "http10/reset-no-length", "http10/chunks",
		"client/tls-healthy", "client/tls-cut", "client/h2-healthy", "client/h2-cut", "client/h2-cut-no-length", "client/http10-healthy",
		"client/http10-cut", "client/http10-cut-no-length", "client/head-healthy", "client/put-healthy", "client/post-healthy"),
	each(beside,
		"websocket/healthy", "websocket/no-upgrade", "websocket/not-accepted", "websocket/ignored", "websocket/idle",
		"websocket/closed-after", "websocket/reset", "websocket/killed"),
	map[string]alteration{
		"client/plain-to-tls": {"ssl_certificate_key", "error_page 497 =301 https://$host$request_uri;\n        ssl_certificate_key"},
		"client/tls-to-plain": {"; # for clear text", " ssl;"},
		"client/h2-to-http1":  {"; # for clear text", " http2;"},
	})

// each alters several scenarios in one way.
func each(a alteration, ids ...string) map[string]alteration {
	all := map[string]alteration{}
	for _, id := range ids {
		all[id] = a
	}
	return all
}
