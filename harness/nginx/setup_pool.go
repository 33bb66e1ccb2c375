package nginx

import "github.com/badgateway/badgateway/harness"

// The members of pools (ngx_http_upstream_module, server).
const (
	withSpare = `
{{- range $i, $a := .Addresses}}
server {{$a}}{{if eq $i $.Last}} backup{{end}};
{{- end}}`
	withGone = `
{{- range $i, $a := .Addresses}}
server {{$a}}{{if eq $i $.Last}} backup{{else}} down{{end}};
{{- end}}`
	forgiving = `
{{- range .Addresses}}
server {{.}} max_fails=0;
{{- end}}`
	grudging = `
{{- range .Addresses}}
server {{.}} fail_timeout=2s;
{{- end}}`
	oneConnection = `
{{- range .Addresses}}
server {{.}} max_conns=1;
{{- end}}`
)

// poolSetups are pools (ngx_http_upstream_module; ngx_http_proxy_module,
// proxy_next_upstream).
var poolSetups = map[harness.Setup]setup{
	harness.Spare:          {Members: withSpare},
	harness.SpareForAll:    {Members: withSpare, Location: "proxy_next_upstream error timeout non_idempotent;"},
	harness.SpareForBusy:   {Members: withSpare, Location: "proxy_next_upstream error timeout http_503;"},
	harness.SpareForGone:   {Members: withGone},
	harness.Forgiving:      {Members: forgiving},
	harness.ForgivingSoon:  {Members: forgiving, Location: "proxy_read_timeout 1500ms;"},
	harness.ForgivingBusy:  {Members: forgiving, Location: "proxy_next_upstream error timeout http_503;"},
	harness.Grudging:       {Members: grudging},
	harness.OneConnection:  {Members: oneConnection},
	harness.TwoTries:       {Members: forgiving, Location: "proxy_next_upstream_tries 2;"},
	harness.TriesForSecond: {Members: forgiving, Location: "proxy_next_upstream_timeout 1s;"},
	// The last client of a bay is a stranger to the others: it is bound to the second server, they
	// to the first, as the CRC-32 of those words has it.
	harness.Bound: {
		HTTP: "map $remote_addr $bound{{.Host}} {\n    default bound;\n    ~\\.3$ here;\n}",
		Pool: "hash $bound{{.Host}};",
	},
}

const (
	passesNothing = "proxy_next_upstream off;"
	passesErrors  = "proxy_next_upstream error;"
	passesAll     = "proxy_next_upstream error timeout non_idempotent;"
	passesBusy    = "proxy_next_upstream error timeout http_503;"
)

// lastForgiven ends the grudge against the last server of a pool.
var lastForgiven = alteration{Old: "fail_timeout=2s;\n    }", New: "max_fails=0;\n    }"}

// poolAlterations break what scenarios of pools promise.
var poolAlterations = map[string]alteration{
	"pool/refused":               {New: passesNothing},
	"pool/timeout":               {New: passesErrors},
	"pool/reset":                 {New: passesNothing},
	"pool/blackhole":             {New: passesErrors},
	"pool/invalid-header":        {New: "proxy_next_upstream error timeout invalid_header;"},
	"pool/short-body":            {New: asksTwice},
	"pool/all-down":              {New: passesNothing},
	"pool/all-silent":            {New: passesNothing},
	"pool/no-live-upstreams":     lastForgiven,
	"pool/contaminated":          lastForgiven,
	"pool/forgiven":              lastForgiven,
	"pool/max-conns":             {Old: " max_conns=1", New: " max_conns=2"},
	"pool/tries-limit":           {Old: "proxy_next_upstream_tries 2;", New: "proxy_next_upstream_tries 3;"},
	"pool/time-limit":            {Old: "proxy_next_upstream_timeout 1s;", New: "proxy_next_upstream_timeout 0;"},
	"pool/post-not-replayed":     {New: passesAll},
	"pool/post-timeout":          {New: passesAll},
	"pool/post-replayed":         {Old: passesAll, New: "proxy_next_upstream error timeout;"},
	"pool/post-refused-replayed": {New: passesNothing},
	"pool/put-replayed":          {New: passesNothing},
	"pool/get-amplified":         {New: "proxy_next_upstream_tries 2;"},
	"pool/http-503-passed":       {New: passesBusy},
	"pool/http-503-next":         {Old: passesBusy, New: "proxy_next_upstream error timeout;"},
	"pool/all-503":               {Old: passesBusy, New: "proxy_next_upstream error timeout;"},
	"pool/sticky":                {New: passesBusy},
	"pool/sticky-covered":        {New: passesNothing},
	"pool/marked-down":           {Old: " down;", New: ";"},
}
