package nginx

import "github.com/badgateway/badgateway/harness"

// overloadSetups are what people do about too much to do.
var overloadSetups = map[harness.Setup]setup{
	harness.LimitsAll: {HTTP: "limit_conn_zone $server_name zone={{.Name}}:64k;", Location: `limit_conn {{.Name}} 4;`},
	harness.AsksAll: {
		Members:  "{{range .Addresses}}server {{.}} max_fails=0;\n{{end}}",
		Location: `proxy_read_timeout 500ms;`,
	},
}

// overloadAlterations break what scenarios of overload promise.
var overloadAlterations = map[string]alteration{
	"overload/shed-by-gateway": {".test 4;", ".test 400;"},
	"overload/retry-storm":     {New: "proxy_next_upstream off;"},
}
