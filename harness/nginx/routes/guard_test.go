package routes

import "testing"

// What a configuration asks of clients is what its visits bring.
func TestClientsAreLetIn(t *testing.T) {
	const secret = ", Authorization: Basic YmFkZ2F0ZXdheTpiYWRnYXRld2F5"
	for _, c := range []struct{ server, location, want string }{
		{"", "auth_basic here;", secret},
		{"auth_basic here;", "", secret},
		{"auth_basic here;", "auth_basic off;", ""},
		{"auth_basic off;", "auth_basic here;", secret},
		{"", "allow 10.1.0.0/16; deny all;", ", from 10.1.0.0/16"},
		{"", "allow 10.1.0.9; deny all;", ", from 10.1.0.9/32"},
		{"", "allow 2001:db8::/32; allow 10.1.0.0/16; deny all;", ", from 10.1.0.0/16"},
		{"", "allow 10.1.0.0/16; allow 10.2.0.0/16; deny all;", ", from 10.1.0.0/16"},
		{"", "allow 127.0.0.1; allow 10.2.0.0/16; deny all;", ", from 10.2.0.0/16"},
		{"", "allow 10.1.0.0/16;", ""},
		{"", "deny 10.1.0.0/16;", ""},
		{"", "deny 10.1.0.0/16; allow all; deny all;", ""},
		{"allow 10.1.0.0/16; deny all;", "", ", from 10.1.0.0/16"},
		{"allow 10.1.0.0/16; deny all;", "allow 10.2.0.0/16; deny all;", ", from 10.2.0.0/16"},
		{"allow 10.1.0.0/16; deny all;", "allow all;", ""},
		{"allow 10.1.0.0/16; deny all; auth_basic here;", "", ", from 10.1.0.0/16" + secret},
	} {
		visits, _ := visitsOf(t, c.server+" location = /a { proxy_pass http://a; "+c.location+" }")
		same(t, c.server+" / "+c.location, visits[0], "GET http://gateway.test/a at 0.0.0.0:80"+c.want)
	}
}

// Who is let in from loopback alone asks there.
func TestLoopbackIsAskedThere(t *testing.T) {
	for listen, want := range map[string]string{
		"listen 81;":                "GET http://gateway.test:81/a at 127.0.0.1:81, from 127.0.0.1/32",
		"listen 127.0.0.1:81;":      "GET http://gateway.test:81/a at 127.0.0.1:81, from 127.0.0.1/32",
		"listen unix:/run/s.sock;":  "GET http://unix:/run/s.sock:gateway.test/a, from 127.0.0.1/32",
		"listen 444 ssl;":           "GET https://gateway.test:444/a at 127.0.0.1:444, from 127.0.0.1/32, tls gateway.test",
		"listen 81 proxy_protocol;": "GET http://gateway.test:81/a at 127.0.0.1:81, proxy, from 127.0.0.1/32",
	} {
		visits, _ := visitsOf(t, listen+" location = /a { proxy_pass http://a; allow 127.0.0.1; deny all; }")
		same(t, listen, visits[0], want)
	}
}

// Conditions around a pass are met, as far as they are about the request.
func TestConditionsAreMet(t *testing.T) {
	for condition, want := range map[string]string{
		"$request_method = PUT":                    "PUT http://gateway.test/a at 0.0.0.0:80",
		"$request_method ~ ^(PATCH|PUT)$":          "PATCH http://gateway.test/a at 0.0.0.0:80",
		"$request_method != GET":                   "POST http://gateway.test/a at 0.0.0.0:80",
		"$request_method != POST":                  "GET http://gateway.test/a at 0.0.0.0:80",
		"$request_method !~ ^(GET|HEAD|POST)$":     "PUT http://gateway.test/a at 0.0.0.0:80",
		"$request_method !~* get|post|put|del|pat": "OPTIONS http://gateway.test/a at 0.0.0.0:80",
		"$http_x_beta":                             "GET http://gateway.test/a at 0.0.0.0:80, x-beta: 1",
		"$http_x_beta = yes":                       "GET http://gateway.test/a at 0.0.0.0:80, x-beta: yes",
		"$http_x_beta != yes":                      "GET http://gateway.test/a at 0.0.0.0:80",
		`$http_user_agent ~* "(android|iphone)"`:   "GET http://gateway.test/a at 0.0.0.0:80, user-agent: android",
		"$http_user_agent ~ ((":                    "GET http://gateway.test/a at 0.0.0.0:80",
		"$http_host = b.test":                      "GET http://b.test/a at 0.0.0.0:80",
		"$host = b.test":                           "GET http://b.test/a at 0.0.0.0:80",
		"$cookie_beta":                             "GET http://gateway.test/a at 0.0.0.0:80, Cookie: beta=1",
		"$cookie_beta = on":                        "GET http://gateway.test/a at 0.0.0.0:80, Cookie: beta=on",
		"$arg_v = 2":                               "GET http://gateway.test/a?v=2 at 0.0.0.0:80",
		`$arg_v = "a b&c"`:                         "GET http://gateway.test/a?v=a+b%26c at 0.0.0.0:80",
		"-f $request_filename":                     "GET http://gateway.test/a at 0.0.0.0:80",
		"!-e $request_filename":                    "GET http://gateway.test/a at 0.0.0.0:80",
		"$scheme = http":                           "GET http://gateway.test/a at 0.0.0.0:80",
	} {
		visits, _ := visitsOf(t, "location = /a { if ("+condition+") { proxy_pass http://a; } }")
		same(t, condition, visits[0], want)
	}
	visits, _ := visitsOf(t, "location = /a { if ($arg_a) { if ($arg_b = 2) { proxy_pass http://a; } } }")
	same(t, "two", visits[0], "GET http://gateway.test/a?b=2&a=1 at 0.0.0.0:80")
}

func TestLimitedMethods(t *testing.T) {
	for methods, want := range map[string]string{"GET": "POST", "POST": "GET", "GET POST": "PUT", "GET POST PUT DELETE PATCH": "OPTIONS"} {
		visits, _ := visitsOf(t, "location = /a { limit_except "+methods+" { proxy_pass http://a; } }")
		same(t, methods, visits[0], want+" http://gateway.test/a at 0.0.0.0:80")
	}
}
