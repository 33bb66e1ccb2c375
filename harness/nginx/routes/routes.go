// Package routes finds the ways through an NGINX configuration to its upstreams, and for each
// the requests that may come to it. It reads what is written: whether a request really
// arrives is found out by who plays it.
package routes

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/nginx/config"
)

// A Way is a directive that passes requests on to an upstream, and how a client may come to
// it.
type Way struct {
	Pass     *config.Directive // proxy_pass, fastcgi_pass and the like
	Location *config.Directive // nil: it stands in the server itself
	Server   *config.Directive
	// Visits are requests that may come to it, the likeliest first.
	Visits []harness.Visit
	// Upstream is what it is passed on to, as far as that is written.
	Upstream Upstream
	// Hindrance is why no request of a client can come to it, "" where one may.
	Hindrance string
}

// A Blind is a location that leads to no upstream.
type Blind struct {
	Location *config.Directive
	Why      string
}

// Find returns every way, and every location that is none.
func Find(c *config.Config) (ways []Way, blind []Blind) {
	f := finder{config: c, groups: groupsOf(c)}
	for _, http := range c.Find("http") {
		for _, server := range http.Find("server") {
			f.server(server)
		}
	}
	return f.ways, f.blind
}

type finder struct {
	config *config.Config
	groups map[string]*config.Directive // upstream{} by name
	ways   []Way
	blind  []Blind
}

// passes are the directives by which a request leaves NGINX.
var passes = []string{"proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass", "memcached_pass"}

func (f *finder) server(server *config.Directive) {
	for _, pass := range passesIn(server) { // in an if of the server's own
		f.way(server, nil, pass)
	}
	for d := range server.Walk() {
		if d.Name != "location" {
			continue
		}
		found := passesIn(d)
		for _, pass := range found {
			f.way(server, d, pass)
		}
		if len(found) == 0 {
			f.blind = append(f.blind, Blind{d, whyBlind(d)})
		}
	}
}

// passesIn are those of a block and of its conditions, but not of the locations in it.
func passesIn(block *config.Directive) (found []*config.Directive) {
	for _, d := range block.Block {
		switch {
		case slices.Contains(passes, d.Name):
			found = append(found, d)
		case d.Name == "if" || d.Name == "limit_except":
			found = append(found, passesIn(d)...)
		}
	}
	return found
}

func (f *finder) way(server, location, pass *config.Directive) {
	w := Way{Pass: pass, Location: location, Server: server, Upstream: f.upstream(pass)}
	v := visitor{server: server}
	w.Visits, w.Hindrance = v.to(location, pass)
	f.ways = append(f.ways, w)
}

// whyBlind says what a location does instead of passing requests on.
func whyBlind(location *config.Directive) string {
	for _, d := range location.Block {
		switch d.Name {
		case "return", "rewrite":
			return d.String()
		case "deny":
			if d.Arg(0) == "all" {
				return "deny all;"
			}
		case "stub_status", "empty_gif", "autoindex", "content_by_lua_block", "content_by_lua_file", "js_content", "echo", "perl", "dav_methods", "mp4", "flv", "api":
			return d.String()
		case "try_files":
			return d.String()
		}
	}
	for _, d := range location.Block {
		switch d.Name {
		case "root", "alias":
			return "it serves files: " + d.String()
		case "location":
			return "what it does, the locations in it do"
		}
	}
	return "it serves files"
}

// ID is how a report calls a visit: "GET https://shop.test/api/".
func ID(v harness.Visit) string {
	method, scheme, port := v.Method, "http", v.At.Port()
	if method == "" {
		method = "GET"
	}
	usual := uint16(80)
	if v.TLS != nil {
		scheme, usual = "https", 443
	}
	host := v.Host
	switch {
	case v.Socket != "":
		host = "unix:" + v.Socket + ":" + host
	case port != usual && port != 0:
		host = fmt.Sprintf("%s:%d", host, port)
	}
	return method + " " + scheme + "://" + host + v.Path
}

// protocolOf is what a directive makes NGINX speak, and whether over TLS.
func protocolOf(pass *config.Directive) (p agent.Protocol, tls bool) {
	switch pass.Name {
	case "fastcgi_pass":
		return agent.FastCGI, false
	case "uwsgi_pass":
		return agent.UWSGI, strings.HasPrefix(pass.Arg(0), "suwsgi:")
	case "scgi_pass":
		return agent.SCGI, false
	case "memcached_pass":
		return agent.Memcached, false
	case "grpc_pass":
		return agent.GRPC, strings.HasPrefix(pass.Arg(0), "grpcs:")
	}
	return agent.HTTP11, strings.HasPrefix(pass.Arg(0), "https:")
}

// escaped is a path as it stands in a request line.
func escaped(path string) string {
	return (&url.URL{Path: path}).EscapedPath()
}
