package config

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strings"
)

// products are others whose configurations are handed over by mistake, or in hope, and what
// theirs looks like.
var products = []struct {
	name string
	file *regexp.Regexp // its name, nil: any
	text *regexp.Regexp // nil: any
}{
	{"a HAProxy", nil, regexp.MustCompile(`(?m)^[ \t]*(frontend|backend|listen|defaults)([ \t]+[\w.-]+)?[ \t]*\r?\n(?s:.*?)^[ \t]+(bind|server|mode|balance|use_backend|default_backend|timeout)[ \t]`)},
	{"an Apache", nil, regexp.MustCompile(`(?mi)^[ \t]*(<(VirtualHost|Directory|Location|LocationMatch|IfModule|Proxy|Files|FilesMatch)\b[^>\n]*>|(ProxyPass|LoadModule|RewriteEngine|DocumentRoot|ServerRoot)[ \t][^;\n]*$)`)},
	{"a Varnish", nil, regexp.MustCompile(`(?m)^[ \t]*(vcl[ \t]+\d|sub[ \t]+vcl_\w+)|^C\{`)},
	{"an Envoy", nil, regexp.MustCompile(`(?m)^[ \t]*"?static_resources"?:|^[ \t]*"?dynamic_resources"?:|envoy\.extensions`)},
	{"a Traefik", nil, regexp.MustCompile(`(?mi)^\[?"?(entryPoints|providers)\b|^[ \t]+(routers|middlewares):|^[ \t]*\[http\.(routers|services)`)},
	{"a Caddy", regexp.MustCompile(`(?i)caddyfile`), nil},
	{"a Caddy", nil, regexp.MustCompile(`(?m)^[ \t]+(reverse_proxy|file_server|encode|php_fastcgi|handle_path|tls)\b[^;\n]*$`)},
}

// productOf names the product that a text is of, "" where none is known.
func productOf(name string, text []byte) string {
	for _, p := range products {
		if (p.file == nil || p.file.MatchString(filepath.Base(name))) && (p.text == nil || p.text.Match(text)) {
			return p.name
		}
	}
	return ""
}

// notNginx is the problem of a file in which nothing is NGINX's.
func notNginx(shown string, text []byte) error {
	if product := productOf(shown, text); product != "" {
		return refuse("hand over the NGINX in front of it or behind it", "%s is %s configuration; check reads NGINX's", shown, product)
	}
	hint := "hand over the folder that is /etc/nginx, or a file of it"
	switch {
	case bytes.HasPrefix(text, []byte("\x7fELF")):
		return refuse(hint, "%s is a program, no configuration", shown)
	case bytes.IndexByte(text, 0) >= 0:
		return refuse(hint, "%s is no text", shown)
	case len(bytes.TrimSpace(text)) == 0:
		return refuse(hint, "%s is empty", shown)
	}
	if _, f := scan(text); f != nil {
		return refuse(hint, "%s, if it is a configuration of NGINX's", f.in(shown, text))
	}
	return refuse(hint, "%s is no configuration of NGINX's: none of its directives is at the top of it", shown)
}

// nothing is the problem of a folder without a file of NGINX's.
func (l layout) nothing(asked string, found map[string]*file) error {
	for _, rel := range sortedKeys(found) {
		if f := found[rel]; f.link == "" && bytes.IndexByte(f.text, 0) < 0 && productOf(rel, f.text) != "" {
			return notNginx(f.shown, f.text)
		}
	}
	return refuse("hand over the folder that is /etc/nginx, or a file of it", "%s holds no configuration of NGINX's", asked)
}

// deeper is the problem of a folder that has a configuration somewhere in it, where that says
// nothing about the folder itself.
func (l layout) deeper(asked string) error {
	folder := ""
	for _, rel := range sortedKeys(l.kinds) {
		if dir := filepath.Dir(filepath.FromSlash(rel)); folder == "" || strings.Count(dir, "/") < strings.Count(folder, "/") {
			folder = dir
		}
	}
	folder = filepath.Join(asked, folder)
	return refuse("hand that over: badgateway check "+folder, "%s is more than a configuration: what looks like NGINX's is in %s", asked, folder)
}
