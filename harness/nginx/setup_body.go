package nginx

import (
	"fmt"

	"github.com/badgateway/badgateway/harness"
)

// bodySetups are how bodies are passed on, both ways (ngx_http_proxy_module,
// ngx_http_gzip_module, ngx_http_core_module).
var bodySetups = map[harness.Setup]setup{
	harness.Unbuffered:     {Location: "proxy_buffering off;"},
	harness.Compress:       {Location: "gzip on;\ngzip_min_length 1;\ngzip_types *;"},
	harness.Streamed:       {Location: "proxy_http_version 1.1;\nproxy_request_buffering off;"},
	harness.LargeRequests:  {Location: "client_max_body_size 0;"},
	harness.HurriedClients: {Location: "client_body_timeout 1s;"},
}

// bodyAlterations break what scenarios of bodies promise.
var bodyAlterations = map[string]alteration{
	"body/unbuffered-short":         rewritten,
	"body/unbuffered-reset":         rewritten,
	"body/unbuffered-stall":         rewritten,
	"body/unbuffered-bad-chunk":     {New: "chunked_transfer_encoding off;"},
	"body/unbuffered-no-last-chunk": {New: "chunked_transfer_encoding off;"},
	"body/large-trailer":            lastWords,
	"body/gzip-corrupt":             {New: "gunzip on;"},
	"body/gzip-short":               {New: "chunked_transfer_encoding off;"},
	"body/cut-unsized":              reworded,
	"body/http10-client":            reworded,
}

// rewritten lets NGINX look for words to replace, so that it no longer knows how long the body
// will be, and takes away what then says where it ends.
var rewritten = alteration{New: "sub_filter nothing something;\nsub_filter_types *;\nchunked_transfer_encoding off;"}

// reworded changes the upstream's words, so that nobody can see any more whose they are.
var reworded = alteration{New: "sub_filter \"an answer\" \"a reply\";\nsub_filter_types *;"}

// lastWords changes the upstream's words from the first line to the last.
var lastWords = alteration{New: "sub_filter \"an answer\" \"a reply\";\nsub_filter \"its last\" \"my last\";\nsub_filter_types *;"}

// sendAlterations break what scenarios of requests promise.
var sendAlterations = map[string]alteration{
	"send/stops-reading":      masked,
	"send/reset":              masked,
	"send/streamed-reset":     masked,
	"send/chunked-reset":      masked,
	"send/early-413":          disguised(413),
	"send/streamed-early-413": disguised(413),
	"send/early-401":          disguised(401),
	"send/header-refused":     disguised(431),
	"send/early-413-deaf":     disguised(413),
	"send/too-large":          {New: "client_max_body_size 0;"},
	"send/client-stops":       {New: "proxy_request_buffering off;"},
	"send/client-leaves":      {New: "proxy_request_buffering off;"},
	"send/expect-refused":     masked,
	"send/post-reset":         {New: "proxy_next_upstream error timeout non_idempotent;"},
	"send/post-never":         {New: "proxy_next_upstream error timeout non_idempotent;"},
	"send/post-large-reset":   {New: "proxy_next_upstream error timeout non_idempotent;"},
	"send/put-reset":          {New: "proxy_next_upstream off;"},
	"send/put-never":          {New: "proxy_next_upstream error;"},
	"send/head-reset":         {New: "proxy_next_upstream timeout;"},
}

// disguised gives an upstream's own error the status of success.
func disguised(status int) alteration {
	const location = "        location / {\n"
	lines := indented(fmt.Sprintf("proxy_intercept_errors on;\nerror_page %d =200 @fine;", status), 12)
	return alteration{Old: location, New: "        location @fine { return 200; }\n" + location + lines}
}
