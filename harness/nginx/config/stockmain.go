package config

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// stockMain is where a packaged NGINX has its main file.
const stockMain = "/etc/nginx/nginx.conf"

// stockText is a main file as the packages bring it, with nothing in it that decides about
// patience. It includes the given files besides, each in what it needs around it.
func (r *reader) stockText(files []string) string {
	var http, stream strings.Builder
	for _, p := range files {
		switch r.outlines[p].kind {
		case ofStream:
			fmt.Fprintf(&stream, "\tinclude %q;\n", p)
		case ofServer:
			fmt.Fprintf(&http, "\tserver {\n\t\tlisten 80;\n\t\tserver_name %s;\n\t\tinclude %q;\n\t}\n", serverName(p), p)
		case ofLocation:
			fmt.Fprintf(&http, "\tserver {\n\t\tlisten 80;\n\t\tserver_name %s;\n\t\tlocation / {\n\t\t\tinclude %q;\n\t\t}\n\t}\n", serverName(p), p)
		default:
			fmt.Fprintf(&http, "\tinclude %q;\n", p)
		}
	}
	text := fmt.Sprintf(stockHTTP, r.stockFormat(), http.String())
	if stream.Len() > 0 {
		text += "stream {\n" + stream.String() + "}\n"
	}
	return text
}

const stockHTTP = `user www-data;
worker_processes 1;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log;

events {
	worker_connections 1024;
}

http {
	include /etc/nginx/mime.types;
	default_type application/octet-stream;
%s	access_log /var/log/nginx/access.log;
	include /etc/nginx/conf.d/*.conf;
	include /etc/nginx/sites-enabled/*;
%s}
`

// stockFormat is the log format that the vendor's main file has, which files made for it
// use. It may be there once.
func (r *reader) stockFormat() string {
	for p := range r.outlines {
		if f := r.tree.files[p]; f != nil && mainFormat.Match(f.text) {
			return ""
		}
	}
	return "\tlog_format main '$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent';\n"
}

var mainFormat = regexp.MustCompile(`(?m)^\s*log_format\s+main\s`)

// serverName is the name of a server that was made around a file.
func serverName(native string) string {
	name := strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '.' {
			return c
		}
		return '-'
	}, strings.ToLower(strings.TrimSuffix(path.Base(native), ".conf")))
	return strings.Trim(name, "-.") + ".test"
}
