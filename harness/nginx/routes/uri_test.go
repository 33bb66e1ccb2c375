package routes

import (
	"strings"
	"testing"
)

func TestALocationsKind(t *testing.T) {
	for written, want := range map[string]string{
		"/": " /", "/api/": " /api/", "= /": "= /", "=/exact": "= /exact", "^~ /static/": "^~ /static/", "^~/static/": "^~ /static/",
		`~ \.php$`: `~ \.php$`, `~\.php$`: `~ \.php$`, `~* \.png$`: `~* \.png$`, `~*\.png$`: `~* \.png$`, "@named": " @named",
	} {
		kind, text := kindOf(server(t, "location "+written+" {}").Find("location")[0])
		same(t, written, kind+" "+text, want)
	}
}

// The likeliest paths that lead to a location.
func TestSamples(t *testing.T) {
	for _, c := range []struct{ name, location, want string }{
		{"a prefix", "location /api {}", "/api /api/badgateway /apibadgateway"},
		{"a folder", "location /api/ {}", "/api/ /api/badgateway"},
		{"all", "location / {}", "/ /badgateway"},
		{"one path", "location = /health {}", "/health"},
		{"before expressions", "location ^~ /img/ {}", "/img/ /img/badgateway"},
		{"a name", "location @app {}", ""},
		{"an ending", `location ~ \.png$ {}`, "/.png /badgateway.png"},
		{"an ending in any case", `location ~* \.PNG$ {}`, "/.PNG /badgateway.PNG"},
		{"anchored", "location ~ ^/v1/users$ {}", "/v1/users"},
		{"alternatives", "location ~ ^/(cart|order)s?/ {}", "/carts/ /cart/"},
		{"digits", `location ~ ^/item/\d+$ {}`, "/item/1 /item/11"},
		{"a class", `location ~ "^/[a-f]{3}$" {}`, "/aaa"},
		{"a class without the usual", "location ~ ^/[T-W]$ {}", "/T"},
		{"not a class", "location ~ ^/[^/]+/edit$ {}", "/x/edit /xx/edit"},
		{"anything", "location ~ ^/a.*z$ {}", "/axz /az /axxz"},
		{"at most one", "location ~ ^/a?b$ {}", "/ab /b"},
		{"a few", `location ~ "^/a{1,3}$" {}`, "/a /aa"},
		{"look-ahead", "location ~ ^/(?!admin)api/ {}", "/api/ //api/ /badgateway/api/ /badgateway/api//badgateway"},
		{"look-ahead with groups", `location ~ ^/(?!(a|b)/)app$ {}`, "/app //app /badgateway/app /badgateway/app/badgateway"},
		{"look-ahead, and at most one", "location ~ ^/(?!x)ab?$ {}", "/ab //ab /badgateway/ab /badgateway/ab/badgateway /a //a /badgateway/a /badgateway/a/badgateway"},
		{"look-behind", `location ~ (?<!x)/end$ {}`, "/end //end /badgateway/end /badgateway/end/badgateway"},
		{"captures by name", "location ~ ^/u/(?<who>[a-z]+)$ {}", "/u/x /u/xx"},
		{"what Go cannot read", `location ~ ^/a++$ {}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			same(t, c.location, strings.Join(samples(server(t, c.location).Find("location")[0], false), " "), c.want)
		})
	}
}

// An application server knows scripts.
func TestSamplesOfScripts(t *testing.T) {
	for _, c := range []struct{ location, want string }{
		{"location / {}", "/index.php / /badgateway"},
		{"location = / {}", "/"},
		{"location /app/ {}", "/app/index.php /app/ /app/badgateway"},
		{"location /app {}", "/app /app/badgateway /appbadgateway"},
		{`location ~ \.php$ {}`, "/index.php /badgateway.php /.php"},
		{`location ~ \.php(/|$) {}`, "/index.php /badgateway.php /index.php/badgateway /.php/ /badgateway.php/ /badgateway.php//badgateway"},
		{`location ~ ^/admin/.+\.php$ {}`, "/admin/x.php /admin/xx.php"},
	} {
		same(t, c.location, strings.Join(samples(server(t, c.location).Find("location")[0], true), " "), c.want)
	}
}

// What an expression matches has to be below what it stands in too.
func TestSamplesWithinALocation(t *testing.T) {
	for _, c := range []struct{ outer, inner, want string }{
		{"/app/", `~ \.php$`, "/app/index.php"},
		{"/app", `~ \.php$`, "/app/index.php"},
		{"^~ /app/", `~ \.php$`, "/app/index.php"},
		{"/app/", `~ ^/app/x/\d$`, "/app/x/1"},
		{"/app/", `~ ^/app/(.+\.php)(/|$)`, "/app/index.php"},
		{"/", `~ \.php$`, "/index.php"},
		{"~ ^/app/", `~ \.php$`, "/app/index.php"},
		{`~ \.php$`, "~ ^/admin/", "/admin/.php"},
	} {
		s := server(t, "location "+c.outer+" { location "+c.inner+" { fastcgi_pass a:9000; } }")
		inner := s.Find("location")[0].Find("location")[0]
		paths := visitor{s}.paths(inner, inner.Block[0])
		if len(paths) == 0 || paths[0] != c.want {
			t.Errorf("%s in %s: %v, want %s first", c.inner, c.outer, paths, c.want)
		}
	}
}
