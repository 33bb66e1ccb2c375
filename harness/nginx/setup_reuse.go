package nginx

import "github.com/badgateway/badgateway/harness"

const (
	// keeps is HTTP/1.1 without the field by which NGINX asks upstreams to close.
	keeps = "proxy_http_version 1.1;\nproxy_set_header Connection \"\";"
	some  = "keepalive 8;" // connections that are kept, of a worker
)

// reuseSetups keep connections to upstreams (ngx_http_upstream_module, keepalive).
var reuseSetups = map[harness.Setup]setup{
	harness.Unsaid:       {Members: "{{range .Addresses}}server {{.}};{{end}}"},
	harness.Kept:         {Pool: some, Location: keeps},
	harness.KeptUntried:  {Pool: some, Location: keeps + "\nproxy_next_upstream off;"},
	harness.KeptGrudging: {Members: grudging, Pool: some, Location: keeps},
}

// asksTwice sends each request to the upstream a second time.
const asksTwice = "mirror /;"

// reuseAlterations break what scenarios of kept connections promise.
var reuseAlterations = map[string]alteration{
	"reuse/stale-get":        {New: passesNothing},
	"reuse/stale-put":        {New: passesNothing},
	"reuse/stale-post":       {New: passesAll},
	"reuse/unsaid":           {New: asksTwice},
	"reuse/stale-reset":      {New: passesNothing},
	"reuse/stale-untried":    {Old: passesNothing, New: "proxy_next_upstream error;"},
	"reuse/stale-everywhere": {Old: "fail_timeout=2s;\n        keepalive", New: "max_fails=0;\n        keepalive"},
	"reuse/nat-cut":          {New: "error_page 504 =200 /again;"},
	"reuse/closed-after-n":   {New: asksTwice},
	"reuse/extra-bytes":      {New: asksTwice},
	"reuse/204-with-body":    {New: asksTwice},
	"reuse/unasked-answer":   {New: asksTwice},
}
