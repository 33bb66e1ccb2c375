package config

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	crossplane "github.com/nginxinc/nginx-go-crossplane"
)

// A kind is where in a configuration a file belongs, by what is at its top.
type kind int

const (
	foreign    kind = iota // nothing of NGINX's, or nothing that tells where
	ofLocation             // wants a location{} around it
	ofServer               // wants a server{} around it
	ofStream               // wants a stream{} around it
	ofHTTP                 // wants an http{} around it
	whole                  // stands by itself
)

// tops says what each directive at the top of a file makes of it; the greatest counts.
var tops = map[string]kind{
	"events": whole, "http": whole, "stream": whole, "mail": whole,

	"server": ofHTTP, "upstream": ofHTTP, "map": ofHTTP, "geo": ofHTTP, "split_clients": ofHTTP,
	"log_format": ofHTTP, "limit_req_zone": ofHTTP, "limit_conn_zone": ofHTTP, "geoip2": ofHTTP,
	"proxy_cache_path": ofHTTP, "fastcgi_cache_path": ofHTTP, "uwsgi_cache_path": ofHTTP, "scgi_cache_path": ofHTTP,

	"location": ofServer, "listen": ofServer, "server_name": ofServer,

	"proxy_pass": ofLocation, "fastcgi_pass": ofLocation, "uwsgi_pass": ofLocation, "scgi_pass": ofLocation,
	"grpc_pass": ofLocation, "memcached_pass": ofLocation, "alias": ofLocation, "try_files": ofLocation,
	"rewrite": ofLocation, "return": ofLocation, "if": ofLocation, "limit_except": ofLocation,
	"proxy_set_header": ofLocation,
}

// noConfiguration are the endings of files that lie beside a configuration and are none.
var noConfiguration = regexp.MustCompile(`(?i)\.(crt|key|pem|cer|csr|der|p12|pfx|html?|xsl|xml|jsm?|mjs|json|css|txt|lua|py|sh|rb|php|go|svg|png|jpe?g|gif|ico|webp|woff2?|ttf|eot|map|gz|br|zip|tar|so|md|rst|ya?ml|toml|lock|env|sql|log|bak|orig|rej|swp|dpkg-\w+)$|(?i)(^|/)(Dockerfile|Makefile|README|LICENSE)[^/]*$|~$`)

// maxGlance is how many includes of a file are looked at before it is read.
const maxGlance = 500

// An outline is what a file is, at a glance. It takes templates that could not be parsed.
type outline struct {
	kind     kind
	includes []string
	known    int // how many directives at its top are NGINX's
}

// glance tells what a file among others is. A name that says it is something else counts.
func glance(name string, f *file) outline {
	if f.link != "" || noConfiguration.MatchString(name) || path.Base(name) == "mime.types" {
		return outline{}
	}
	return outlineOf(f.text)
}

func outlineOf(text []byte) outline {
	if bytes.IndexByte(text, 0) >= 0 {
		return outline{}
	}
	text = withoutMarkers(text)
	statements, _ := scan(text)
	var o outline
	servers, streams := 0, 0
	for i, s := range statements {
		name := s.name(text)
		if name == "include" && len(s.words) == 2 && len(o.includes) < maxGlance {
			o.includes = append(o.includes, unquote(s.words[1].of(text)))
		}
		if s.depth > 0 {
			continue
		}
		if _, ok := crossplane.DefaultDirectivesMatchFunc(name); ok {
			o.known++
		}
		o.kind = max(o.kind, topKind(name, s))
		if name == "server" {
			servers++
			if passesBytes(text, statements[i+1:]) {
				streams++
			}
		}
	}
	if o.kind == ofHTTP && servers > 0 && servers == streams {
		o.kind = ofStream
	}
	return o
}

// blocks are the directives of tops that are one only with a block: in an upstream there is
// another server.
var blocks = []string{"events", "http", "stream", "mail", "server", "upstream", "map", "geo", "split_clients", "geoip2", "location", "if", "limit_except"}

func topKind(name string, s statement) kind {
	if slices.Contains(blocks, name) && s.open < 0 {
		return foreign
	}
	return tops[name]
}

// passesBytes says whether a server passes on what comes, as in stream{}: it has no
// location, and a proxy_pass of its own.
func passesBytes(text []byte, rest []statement) bool {
	for _, s := range rest {
		if s.depth == 0 {
			return false
		}
		switch name := s.name(text); {
		case name == "location" || s.depth == 1 && name == "server_name":
			return false
		case s.depth == 1 && name == "proxy_pass":
			return !strings.Contains(s.words[len(s.words)-1].of(text), "://")
		}
	}
	return false
}
