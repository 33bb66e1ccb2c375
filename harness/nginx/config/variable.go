package config

import (
	"regexp"
	"strings"
)

// builtin says whether NGINX has a variable of that name: it takes names in any case.
func builtin(name string) bool { return nginxVariable.MatchString(name) }

var nginxVariable = regexp.MustCompile(`(?i)^(http|sent_http|sent_trailer|upstream_http|upstream_trailer|upstream_cookie|arg|cookie)_|^(args|binary_remote_addr|body_bytes_sent|bytes_sent|connection|content_length|content_type|document_root|document_uri|host|hostname|https|is_args|msec|pid|proxy_add_x_forwarded_for|proxy_host|proxy_port|query_string|realpath_root|remote_(addr|port|user)|request(_\w+)?|scheme|server_(addr|name|port|protocol)|status|time_(iso8601|local)|uri|upstream_\w+|ssl_\w+)$`)

// definition is where a configuration defines a variable in upper case.
var definition = regexp.MustCompile(`\b(?:set\w*|auth_request_set|js_set|js_var|perl_set|geo)\s+\$([A-Z]\w*)|\b(?:map|split_clients|geo)\s[^;{]*\$([A-Z]\w*)\s*\{|\(\?P?<([A-Z]\w*)>`)

// definedIn adds the variables that a text defines.
func definedIn(text []byte, defined map[string]bool) {
	for _, m := range definition.FindAllSubmatch(text, -1) {
		defined[strings.ToLower(string(m[1])+string(m[2])+string(m[3]))] = true
	}
}
