package nginx

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"
	"text/template"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// site is one bay's part of the reference configuration: its pool, if it needs one, and its
// server.
type site struct {
	harness.Site
	setup   setup
	patient bool // it goes by NGINX's own timeouts
}

func siteOf(s harness.Site) site { return site{Site: s, setup: setups[s.World.Setup]} }

// text is the part as it is written.
func (s site) text() (string, error) {
	t := template.Must(shape.Clone())
	for name, lines := range map[string]string{
		"http": indented(s.setup.HTTP, 4), "members": indented(s.setup.Members, 8), "pool": indented(s.setup.Pool, 8),
		"server": indented(s.setup.Server, 8), "pass": s.setup.Pass, "location": indented(s.setup.Location, 12),
		"tls": indented(s.setup.TLS, 12),
	} {
		if lines == "" {
			continue // the shape's own
		}
		if _, err := t.New(name).Parse(lines); err != nil {
			return "", fmt.Errorf("the setup %s: %w", s.World.Setup, err)
		}
	}
	var text bytes.Buffer
	err := t.ExecuteTemplate(&text, "site", s)
	return text.String(), err
}

// indented are lines as they stand in a block at that depth.
func indented(lines string, depth int) string {
	if lines == "" {
		return ""
	}
	pad := strings.Repeat(" ", depth)
	return pad + strings.ReplaceAll(strings.TrimSpace(lines), "\n", "\n"+pad) + "\n"
}

// furnish adds what the site takes for granted of its surroundings.
func (s site) furnish(boot *harness.Boot) {
	if s.setup.Cramped {
		boot.Cramped = append(boot.Cramped, cramped)
	}
	if folder := (harness.File{Path: kept, Dir: true}); s.setup.Keeps && !slices.ContainsFunc(boot.Files, func(f harness.File) bool { return f.Path == kept }) {
		boot.Files = append(boot.Files, folder)
	}
	if !s.World.Socket {
		return
	}
	for i := range s.World.Hosts() {
		path := s.SocketPath(i)
		boot.Files = append(boot.Files, harness.File{Path: path, Link: agent.SocketFile(len(boot.Around.Sockets))})
		boot.Around.Sockets = append(boot.Around.Sockets, path)
	}
}

// cramped is a folder that is full, kept one for what caches keep.
const (
	cramped = "/cramped"
	kept    = "/kept"
)

// Kept is the folder of the site's cache.
func (s site) Kept() string { return path.Join(kept, s.Name) }

// Origin is where the site's origin listens, if it has an edge in front.
func (s site) Origin() string { return fmt.Sprintf("127.18.%d.%d:8080", s.Host>>8, s.Host&0xff) }

// Module is the one that passes the site's requests on: each has directives of its own.
func (s site) Module() string {
	switch s.World.Speaks {
	case agent.FastCGI, agent.UWSGI, agent.SCGI, agent.GRPC, agent.Memcached:
		return string(s.World.Speaks)
	}
	return "proxy"
}

// Scheme is how the argument of the module's pass begins.
func (s site) Scheme() string {
	scheme := map[string]string{"proxy": "http", "grpc": "grpc"}[s.Module()]
	switch {
	case s.Module() == "uwsgi" && s.World.TLS:
		return "suwsgi://"
	case scheme == "":
		return ""
	case s.World.TLS:
		scheme += "s"
	}
	return scheme + "://"
}

// Listen is the argument of listen.
func (s site) Listen() string {
	return map[harness.Front]string{harness.FrontHTTP: "80", harness.FrontTLS: "443 ssl", harness.FrontHTTP2: "443 ssl http2"}[s.World.Front]
}

// Secured says that clients speak TLS to the site.
func (s site) Secured() bool { return s.World.Front != harness.FrontHTTP }

// ByName says that NGINX has to resolve the name at run time, for which it wants a
// resolver and a variable: a name without one is resolved once, at start.
func (s site) ByName() bool { return s.World.Resolve == harness.AtRequest }

// DNS is the resolver's address.
func (s site) DNS() string { return s.Resolver.Addr().String() }

// Pooled says that the upstreams stand in a block of their own. Pool is its name, which may
// be none that could be resolved: a name that is both leads to the block.
func (s site) Pooled() bool { return s.World.Hosts() > 1 || s.setup.Members+s.setup.Pool != "" }

// Pool is what the block is called.
func (s site) Pool() string { return "pool." + s.Name }

// Address is where requests are passed on to.
func (s site) Address() string {
	switch {
	case s.Pooled():
		return s.Pool()
	case s.World.Resolve == harness.AtRequest:
		return fmt.Sprintf("$upstream:%d", s.Server.Port())
	case s.World.Socket && s.Module() == "proxy":
		return s.Addresses()[0] + ":"
	}
	return s.Addresses()[0]
}

// DeafResolver is an address at which there is a host and no resolver.
func (s site) DeafResolver() string { return agent.IdleAddr(s.Host).String() }

// WellPath is where a site that misleads is healthy.
func (site) WellPath() string { return harness.WellPath }

// PurgePath is where what a site keeps can be removed.
func (site) PurgePath() string { return harness.PurgePath }

// Last is the index of the last of the upstreams.
func (s site) Last() int { return s.World.Hosts() - 1 }

// Trusted, Revoked, Certificate and PrivateKey are the paths of the lab's own.
func (site) Trusted() string     { return trusted }
func (site) Revoked() string     { return revoked }
func (site) Certificate() string { return certificate }
func (site) PrivateKey() string  { return privateKey }

// shape is a site's part of the configuration. The blocks that are empty here are a setup's to
// fill, the others its to replace.
var shape = template.Must(template.New("shape").Parse(`
{{- define "site"}}
{{- template "http" .}}
{{- if .Pooled}}
    upstream {{.Pool}} {
{{template "members" .}}{{template "pool" .}}    }
{{end}}
    server {
        listen {{.Listen}};
        server_name {{.Name}};
{{- if .Secured}}
        ssl_certificate {{.Certificate}};
        ssl_certificate_key {{.PrivateKey}};
{{- end}}
{{- if .ByName}}
        resolver {{.DNS}};
        set $upstream {{.Upstream}};
{{- end}}
{{template "server" .}}        location / {
            {{template "pass" .}}
{{template "speech" .}}{{template "location" .}}        }
{{- if .World.Misled}}
        location = {{.WellPath}} {
            {{template "well" .}}
{{template "speech" .}}        }
{{- end}}
    }
{{end}}
{{- define "http"}}{{end}}
{{- define "members"}}{{range .Addresses}}        server {{.}};
{{end}}{{end}}
{{- define "pool"}}{{end}}
{{- define "server"}}{{end}}
{{- define "well"}}{{.Module}}_pass {{.Scheme}}{{.Address}};{{end}}
{{- define "pass"}}{{template "well" .}}{{end}}
{{- define "location"}}{{end}}
{{- define "speech"}}
{{- if ne .Module "proxy"}}
{{- if not .Patient}}            {{.Module}}_connect_timeout 1s;
            {{.Module}}_send_timeout 2s;
            {{.Module}}_read_timeout 2s;
{{end}}            {{.Module}}_buffer_size 4k;
{{end}}
{{- if .TLS}}{{template "tls" .}}{{end}}
{{- with index .Speech .Spoken}}{{.}}{{end}}
{{- end}}
{{- define "tls"}}            {{.Module}}_ssl_verify on;
            {{.Module}}_ssl_trusted_certificate {{.Trusted}};
            {{.Module}}_ssl_server_name on;
            {{.Module}}_ssl_name {{.Upstream}};
{{end}}`))

// Patient says that no timeouts are written.
func (s site) Patient() bool { return s.patient }

// TLS says that the upstream is spoken to over TLS.
func (s site) TLS() bool { return s.World.TLS }

// Spoken is what it really speaks to its upstream.
func (s site) Spoken() agent.Protocol {
	if s.World.Setup == harness.NoUpgrade {
		return agent.HTTP11
	}
	return s.World.Speaks
}

// Speech is what each protocol needs to be spoken, beside its pass.
func (site) Speech() map[agent.Protocol]string {
	return map[agent.Protocol]string{
		agent.HTTP10: indented(`proxy_http_version 1.0;`, 12),
		agent.HTTP11: indented("proxy_http_version 1.1;\nproxy_set_header Connection \"\";", 12),
		agent.WebSocket: indented("proxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\n"+
			"proxy_set_header Connection \"upgrade\";", 12),
		agent.FastCGI:   parameters("fastcgi", "SCRIPT_FILENAME /srv/app$fastcgi_script_name"),
		agent.UWSGI:     parameters("uwsgi"),
		agent.SCGI:      parameters("scgi"),
		agent.Memcached: indented(`set $memcached_key "$uri";`, 12),
	}
}

// parameters are what an application is told of a request in place of its header (RFC 3875
// 4.1), and more that its protocol wants.
func parameters(module string, more ...string) string {
	lines := append([]string{
		"REQUEST_METHOD $request_method", "REQUEST_URI $request_uri", "QUERY_STRING $query_string", "PATH_INFO $uri",
		"CONTENT_TYPE $content_type", "CONTENT_LENGTH $content_length", "SERVER_PROTOCOL $server_protocol",
	}, more...)
	for i, l := range lines {
		lines[i] = module + "_param " + l + ";"
	}
	return indented(strings.Join(lines, "\n"), 12)
}
