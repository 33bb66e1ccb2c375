package routes

import (
	"strings"
	"testing"
)

// How a client comes to what only NGINX itself leads to.
func TestWhoIsLedOn(t *testing.T) {
	const target = "location @app { proxy_pass http://a; } "
	const inner = "location /inner/ { internal; proxy_pass http://a; } "
	const nobody = "none: it is internal, and no directive leads a client's request to it: an answer of an upstream may (X-Accel-Redirect)"
	const one = "GET http://gateway.test/one at 0.0.0.0:80"
	for _, c := range []struct{ name, locations, want string }{
		{"nobody", target, nobody},
		{"another name", target + "location = /one { try_files $uri @other; }", nobody},
		{"what is tried", target + "location = /one { try_files $uri $uri/ @app; }", one},
		{"what is tried, of the server", target + "try_files $uri @app;", "GET http://gateway.test/badgateway at 0.0.0.0:80"},
		{"an error's page", target + "location = /one { error_page 404 = @app; }", one},
		{"an error of the server's", target + "error_page 502 504 @app; location / { root /srv; }", "GET http://gateway.test/badgateway at 0.0.0.0:80"},
		{"a chain", target + "location @two { error_page 404 @app; } location = /one { try_files $uri @two; }", one},
		{"a circle", target + "location @two { error_page 404 @app; } location @three { try_files a @two; } location @two { try_files a @three; }", nobody},
		{"from two places", target + "location = /one { try_files $uri @app; } location = /two { try_files $uri @app; }", one},
		{"an internal path", inner + "location = /one { try_files $uri /inner/page?q=1; }", one},
		{"an internal path of a request", inner + "location = /one { rewrite ^(.*)$ /inner$1 last; }", one},
		{"an internal path with a variable", "location ~ \\.php$ { internal; fastcgi_pass a:1; } location = /one { try_files $uri $uri.php; }", one},
		{"by a check", "location = /auth { internal; proxy_pass http://a; } location = /one { auth_request /auth; root /srv; }", one},
		{"by no check", "location = /auth { internal; proxy_pass http://a; } location = /one { auth_request off; root /srv; }", nobody},
		{"by a copy", "location = /copy { internal; proxy_pass http://a; } location = /one { mirror /copy; root /srv; }", one},
		{"sent away", inner + "location = /one { rewrite ^ /inner/ permanent; } location = /two { rewrite ^ /inner/ redirect; }", nobody},
		{"going on", inner + "location = /one { rewrite ^ /inner/ break; root /srv; }", nobody},
		{"going on in the server", inner + "rewrite ^ /inner/ break;", "GET http://gateway.test/badgateway at 0.0.0.0:80"},
		{"elsewhere", inner + "location = /one { rewrite ^ https://other.test/inner/; }", nobody},
		{"on a condition", inner + "location = /one { if ($cookie_new) { rewrite ^ /inner/ last; } }", one + ", Cookie: new=1"},
		{"on a condition with an error for it", target + "location = /one { error_page 418 = @app; if ($http_upgrade) { return 418; } }", one + ", upgrade: 1"},
		{"on another error's condition", target + "location = /one { error_page 418 = @app; if ($http_upgrade) { return 419; } }", one},
		{"on a condition elsewhere", target + "error_page 418 = @app; location = /one { if ($arg_a) { return 418; } root /srv; }", "GET http://gateway.test/one?a=1 at 0.0.0.0:80"},
		{"with a password there", "location @app { auth_basic x; proxy_pass http://a; } location = /one { try_files $uri @app; }", one + ", Authorization: Basic YmFkZ2F0ZXdheTpiYWRnYXRld2F5"},
		{"from a network there", "location @app { allow 10.0.0.0/8; deny all; proxy_pass http://a; } location = /one { try_files $uri @app; }", one + ", from 10.0.0.0/8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ways, _ := Find(parsed(t, "server { "+c.locations+" }"))
			same(t, c.locations, first(ways), c.want)
		})
	}
}

// Each place from where a client is led on is tried once.
func TestOriginsAreTriedOnce(t *testing.T) {
	visits, _ := visitsOf(t, "location @app { proxy_pass http://a; } location = /one { try_files $uri @app; error_page 404 @app; } location = /two { try_files $uri @app; }")
	same(t, "visits", strings.Join(visits, "\n"), "GET http://gateway.test/one at 0.0.0.0:80\nGET http://gateway.test/two at 0.0.0.0:80")
}

// Why no path leads to a location.
func TestShadowedLocations(t *testing.T) {
	const none = "none: no path was found that leads to it: "
	for _, c := range []struct{ name, locations, want string }{
		{"by an expression", "location /a.php { proxy_pass http://a; } location ~ . { return 204; }", none + "location ~ . { takes /a.php"},
		{"by an exact one", "location ~ ^/$ { proxy_pass http://a; } location = / { return 204; }", none + "location = / { takes /"},
		{"by one that came before", "location ~ a { return 204; } location ~ /a$ { proxy_pass http://a; }", none + "location ~ a { takes /a"},
		{"by ^~", "location ^~ /a { return 204; } location ~ ^/a/b$ { proxy_pass http://a; }", none + "location ^~ /a { takes /a/b"},
		{"unreadable", "location ~ ^/a++$ { proxy_pass http://a; }", none + "its expression is not one that a path could be made for"},
		{"of who is led on", "location @app { proxy_pass http://a; } location ^~ /a { return 204; } location ~ ^/a/b$ { try_files x @app; }", none + "location ^~ /a { takes /a/b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ways, _ := Find(parsed(t, "server { "+c.locations+" }"))
			same(t, c.locations, first(ways), c.want)
		})
	}
}

// Where an expression cannot be read, what may lead to a location is tried.
func TestWhatMayLeadIsTried(t *testing.T) {
	visits, _ := visitsOf(t, "location / { proxy_pass http://a; } location ~ ^/(?!b) { return 204; }")
	same(t, "visits", strings.Join(visits, "\n"), "GET http://gateway.test/ at 0.0.0.0:80\nGET http://gateway.test/badgateway at 0.0.0.0:80")
}
