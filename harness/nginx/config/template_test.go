package config

import (
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
)

// around is a configuration with a line in its server.
func around(line string) string {
	return "-- nginx.conf --\nevents {}\nhttp {\n  map $http_x $UPPER { default 1; }\n  server {\n" + line + "\n  }\n}\n"
}

// A placeholder wants a value, a template that decides something wants to be rendered, and
// what only looks like either is left alone.
func TestTemplates(t *testing.T) {
	const render = "render it with what it is written for, and hand over the result"
	for _, tc := range []struct{ line, problem, hint string }{
		{"proxy_pass http://${APP_HOST};", "5:19: the placeholder ${APP_HOST} has no value", "give each a value: --set APP_HOST=..."},
		{"proxy_pass http://$APP_HOST:$APP_PORT;", "5:19: the placeholder $APP_HOST has no value", "give each a value: --set APP_HOST=... --set APP_PORT=..."},
		{"listen {{ port }}; root {{ .Root }};", "5:8: the placeholder {{ port }} has no value", "give each a value: --set port=... --set Root=..."},
		{"listen @PORT@; root '__ROOT__'; index {INDEX} %NAME%;", "5:8: the placeholder @PORT@ has no value", "give each a value: --set PORT=... --set ROOT=... --set INDEX=... --set NAME=..."},
		{"server_name <your host>;", "5:13: the placeholder <your host> has no value", "give each a value: --set 'your host=...'"},
		{"{% if tls %}\nlisten 443;\n{% endif %}", "5:1: a template, with more in it than values: {% if tls %}", render},
		{"root <%= root %>;", "5:6: a template, with more in it than values: <%= root %>", render},
		{"{{#if tls}}\nlisten 443;\n{{/if}}", "5:1: a template, with more in it than values: {{#if tls}}", render},
		{"{{ range .Hosts }}server_name {{ . }};{{ end }}", "5:1: a template, with more in it than values: {{ range .Hosts }}", render},
		{"root {{ root | default('/srv') }};", "5:6: a template, with more in it than values: {{ root | default('/srv') }}", render},

		{"# {{ not }} ${THIS} {% one %}\nreturn 204;", "", ""},
		{`location ~ "^/[a-z]{8,12}$" { return 200 "${uri}{"; }`, "", ""},
		{`location ~ "^/(?<name>a)/\p{LU}" { return 200 '{"code":1}'; }`, "", ""},
		{"set $MINE 1; return 200 $MINE${MINE}$UPPER$HTTP_HOST;", "", ""},
		{"error_page 404 @FALLBACK; location @FALLBACK { return 200 %20%41%; }", "", ""},
		{"content_by_lua_block { local t = {{1}}; t['__index'] = {{ x }} }", "", ""},
		{"sub_filter '<head>' '<head><b>';", "", ""},
	} {
		t.Run(tc.line, func(t *testing.T) {
			lay(t, around(tc.line))
			_, err := readPath("deploy", Options{})
			if tc.problem == "" && err == nil {
				return
			}
			if err == nil || harness.BlameOf(err) != harness.Usage {
				t.Fatalf("got %v", err)
			}
			if tc.problem != "" {
				tc.problem = "deploy/nginx.conf:" + tc.problem
			}
			same(t, "problem", err.Error(), tc.problem)
			same(t, "hint", harness.Hint(err), tc.hint)
		})
	}
}

// Values are put in, in the copy: lines stay.
func TestValues(t *testing.T) {
	lay(t, around("listen ${PORT};\nproxy_pass http://{{ app }}/@PATH@;"))
	c, err := readPath("deploy", Options{Set: map[string]string{"PORT": "8080", "app": "shop:3000", "PATH": ""}})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "passes", passes(c), "deploy/nginx.conf:6:1 http://shop:3000/ in server < http")
	if text := string(c.Files()[0].Text); !strings.Contains(text, "listen 8080;\nproxy_pass http://shop:3000/;") {
		t.Errorf("the file has no values: %s", text)
	}
}

// The templates of the vendor's image land where it puts them.
func TestTemplatesOfTheImage(t *testing.T) {
	lay(t, "-- templates/shop.conf.template --\nserver { proxy_pass http://${APP}; }\n")
	c, err := readPath("deploy", Options{Set: map[string]string{"APP": "app:80"}})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "passes", passes(c), "deploy/templates/shop.conf.template:1:10 http://app:80 in server < http")
	same(t, "native", c.Files()[0].Path, "/etc/nginx/conf.d/shop.conf")
}
