// Package nginx knows NGINX: a reference configuration, how patient a configuration
// makes it, what its log lines mean, and where it is known to depart from the RFCs. It
// starts no process and opens no socket.
package nginx

import (
	"bytes"
	"fmt"
	"path"
	"text/template"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// Path is where NGINX looks for its configuration, in its vendor's image and in the
// distributions' packages.
const Path = "/etc/nginx/nginx.conf"

// Reference returns NGINX with the reference configuration: one worker, one server
// for each bay, short timeouts, and every other setting at its default. from is in
// provision's words: "nginx", "nginx@1.26", "image:nginx:1.29-alpine".
func Reference(from string) harness.Gateway { return reference{from} }

type reference struct{ from string }

func (reference) Name() string                          { return "nginx" }
func (reference) Fits(harness.World) error              { return nil }
func (reference) Capacity() int                         { return 0 }
func (reference) Site(s harness.Site) harness.Site      { return s }
func (reference) Read(l string) (harness.LogLine, bool) { return read(l) }

func (reference) Deviations(version string) []harness.Deviation { return deviations(version) }

func (r reference) Boot(sites []harness.Site) (harness.Boot, error) {
	var conf bytes.Buffer
	if err := configuration.Execute(&conf, sites); err != nil {
		return harness.Boot{}, err
	}
	return harness.Boot{
		From:    r.from,
		Command: []string{"nginx", "-g", "daemon off;"},
		Files:   []harness.File{{Path: Path, Text: conf.Bytes()}},
	}, nil
}

func (reference) Policy(b harness.Boot, s harness.Site) (harness.Policy, error) {
	return policyOf(b.Files, path.Base(Path), request{host: s.Name, port: agent.FrontPort, path: "/"})
}

// configuration writes each timeout once, so that there is one line to blame. One
// second is the shortest that can be told from the second SYN; reads get twice that,
// so that the two cannot be taken for each other.
var configuration = template.Must(template.New("nginx.conf").Funcs(template.FuncMap{
	"address": address, "byName": byName, "resolver": resolver,
}).Parse(`# Written by badgateway: the reference configuration.
worker_processes 1;
error_log stderr notice;

events {
    worker_connections 1024;
}

http {
    access_log off;
    proxy_connect_timeout 1s;
    proxy_send_timeout 2s;
    proxy_read_timeout 2s;
    proxy_buffer_size 4k;
    resolver_timeout 1s;
{{range .}}
    server {
        listen 80;
        server_name {{.Name}};
{{- if byName .}}
        resolver {{resolver .}};
        set $upstream {{.Upstream}};
{{- end}}
        location / {
            proxy_pass http://{{address .}};
        }
    }
{{end}}}
`))

// byName says that NGINX has to resolve the name at run time, for which it wants a
// resolver and a variable: a name without one is resolved once, at start.
func byName(s harness.Site) bool { return s.World.Resolve == harness.AtRequest }

func resolver(s harness.Site) string { return s.Resolver.Addr().String() }

func address(s harness.Site) string {
	switch s.World.Resolve {
	case harness.AtRequest:
		return fmt.Sprintf("$upstream:%d", s.Server.Port())
	case harness.AtStart:
		return fmt.Sprintf("%s:%d", s.Upstream, s.Server.Port())
	}
	return s.Server.String()
}
