package nginx

import "github.com/badgateway/badgateway/harness"

// localSetups are of the machine and the process. NGINX's own uses take part of what is
// limited: the listener, the channel to the master, the log.
var localSetups = map[harness.Setup]setup{
	harness.HasFewConnections:   {Events: `worker_connections 10;`},
	harness.HasFewerConnections: {Events: `worker_connections 11;`},
	harness.HasFewDescriptors:   {Main: `worker_rlimit_nofile 16;`},
	harness.EndsOldWorkersSoon:  {Main: `worker_shutdown_timeout 300ms;`},
	harness.SpoolsToFullDisk:    {Cramped: true, Location: "client_body_temp_path /cramped/bodies;\nclient_body_buffer_size 1k;"},
	harness.LimitsRate:          {HTTP: "limit_req_zone $server_name zone={{.Name}}:64k rate=1r/m;", Location: `limit_req zone={{.Name}};`},
	harness.LimitsClients:       {HTTP: "limit_conn_zone $binary_remote_addr zone={{.Name}}:64k;", Location: `limit_conn {{.Name}} 1;`},
	harness.KeepsNoConnection:   {Location: `proxy_set_header Connection close;`},
	harness.EndsWithClient:      {Location: `proxy_ignore_client_abort off;`},
	harness.OutlivesClient:      {Location: `proxy_ignore_client_abort on;`},
	harness.HurriesHeaders:      {Server: `client_header_timeout 1s;`},
	harness.SpillsToFullDisk:    {Cramped: true, Location: `proxy_temp_path /cramped/answers;`},
}

// localAlterations break what scenarios of the machine and the process promise.
var localAlterations = map[string]alteration{
	"local/connections":           masked,
	"local/no-connection":         {"worker_connections 10;", "worker_connections 11;"},
	"local/descriptors":           masked,
	"local/reload":                {"error_log stderr notice;", "error_log stderr notice;\nworker_shutdown_timeout 100ms;"},
	"local/stopped":               doubled,
	"local/quit":                  {"error_log stderr notice;", "error_log stderr notice;\nworker_shutdown_timeout 100ms;"},
	"local/shutdown-timeout":      {"worker_shutdown_timeout 300ms;", ""},
	"local/worker-killed":         doubled,
	"local/disk-full":             masked,
	"local/rate-limited":          {New: "limit_req_status 429;"},
	"local/at-once-limited":       {".test 1;", ".test 2;"},
	"local/ports":                 masked,
	"local/client-gives-up":       {"abort off;", "abort on;"},
	"local/client-ignored":        {"abort on;", "abort off;"},
	"local/client-header-timeout": {"    server {\n", "    server { listen 80 default_server; client_header_timeout 3s; }\n    server {\n"}, // whose is taken
	"local/response-disk-full":    {"proxy_temp_path /cramped/answers;", "proxy_max_temp_file_size 0;"},
}
