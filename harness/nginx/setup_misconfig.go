package nginx

import "github.com/badgateway/badgateway/harness"

// misconfigSetups are mistakes that people make.
var misconfigSetups = map[harness.Setup]setup{
	harness.PassesToWrongPort: {Pass: `proxy_pass http://{{.Server.Addr}}:8081;`},
	harness.HasNoResolver:     {Pass: "set $there {{.Upstream}};\n            proxy_pass http://$there:8080;"},
	harness.AsksDeafResolver: {
		Server: `resolver {{.DeafResolver}};`,
		Pass:   "set $there {{.Upstream}};\n            proxy_pass http://$there:8080;",
	},
	harness.PassesToNoURL: {Pass: "set $there \"{{.Server}}\";\n            proxy_pass $there;"},
	harness.HasAllDown: {
		HTTP: `
upstream down.{{.Name}} {
    server {{.Server}} down;
    server {{.Server.Addr}}:8081 down;
}`,
		Pass: `proxy_pass http://down.{{.Name}};`,
	},
	harness.PassesNothingOn: {Location: `return 404;`},
	harness.SpeaksFastCGI:   {Pass: `fastcgi_pass {{.Server}};`, Location: "fastcgi_connect_timeout 1s;\nfastcgi_send_timeout 2s;\nfastcgi_read_timeout 2s;"},
	harness.PassesToItself:  {Pass: `proxy_pass http://127.0.0.1:80;`, Location: `proxy_set_header Host $host;`},
	harness.MasksErrors: {
		Server: `
location = /sorry {
    internal;
    return 200 "we are sorry\n";
}`,
		Location: `error_page 502 503 504 =200 /sorry;`,
	},
	harness.InterceptsErrors: {
		Server: `
location = /sorry {
    internal;
    return 503 "we are sorry\n";
}`,
		Location: "proxy_intercept_errors on;\nerror_page 502 503 504 /sorry;",
	},
	harness.FieldsOnSuccess:      {Location: `add_header Access-Control-Allow-Origin "*";`},
	harness.HasSmallHeaderBuffer: {Location: `proxy_buffer_size 1k;`},
}

// misconfigAlterations break what scenarios of mistakes promise. Where the mistake itself is
// what is injected it stays, and is masked.
var misconfigAlterations = map[string]alteration{
	"misconfig/wrong-port":     masked,
	"misconfig/no-resolver":    masked,
	"misconfig/deaf-resolver":  masked,
	"misconfig/invalid-url":    masked,
	"misconfig/empty-pool":     masked,
	"misconfig/no-route":       {"return 404;", "return 200;"},
	"misconfig/fastcgi":        masked,
	"misconfig/loop":           masked,
	"misconfig/masked":         {"=200 ", ""},
	"misconfig/masked-timeout": {"=200 ", ""},
	"misconfig/intercepted":    {"proxy_intercept_errors on;", "proxy_intercept_errors off;"},
	"misconfig/cors-lost":      {`"*";`, `"*" always;`},
	"misconfig/small-buffer":   masked,
}
