package place

import (
	"fmt"
	"strings"
	"testing"
)

// Everything that a configuration takes for granted is there, and what was handed over stays.
func TestWhatIsNeededIsThere(t *testing.T) {
	for _, c := range []struct{ name, archive, want string }{
		{"a certificate and its key", main("server { ssl_certificate /a.pem; ssl_certificate_key /a.key; }"),
			"/a.key 600 PRIVATE KEY\n/a.pem 644 CERTIFICATE+CERTIFICATE"},
		{"both in one file", main("server { ssl_certificate /a.pem; ssl_certificate_key /a.pem; }"), "/a.pem 644 CERTIFICATE+CERTIFICATE+PRIVATE KEY"},
		{"one without a key of its own", main("server { ssl_certificate /a.pem; }"), "/a.pem 644 CERTIFICATE+CERTIFICATE+PRIVATE KEY"},
		{"a pair that was handed over", main("server { ssl_certificate a.pem; ssl_certificate_key a.key; }") + pair, ""},
		{"a key that was emptied", main("server { ssl_certificate a.pem; ssl_certificate_key a.key; }") + "-- a.pem --\n-----BEGIN CERTIFICATE-----\n-- a.key --\n\n",
			"/etc/nginx/a.key 600 PRIVATE KEY\n/etc/nginx/a.pem 644 CERTIFICATE+CERTIFICATE"},
		{"a key for two certificates, one of which is not there", main("server { ssl_certificate a.pem; ssl_certificate_key a.key; ssl_certificate b.pem; ssl_certificate_key a.key; }") + pair,
			"/etc/nginx/a.key 600 PRIVATE KEY\n/etc/nginx/a.pem 644 CERTIFICATE+CERTIFICATE\n/etc/nginx/b.pem 644 CERTIFICATE+CERTIFICATE"},
		{"authorities", main("ssl_client_certificate /ca.pem;"), "/ca.pem 644 CERTIFICATE"},
		{"the system's authorities", main("proxy_ssl_trusted_certificate /etc/ssl/certs/ca-certificates.crt;"), "/etc/ssl/certs/ca-certificates.crt 644 CERTIFICATE"},
		{"authorities that were handed over", main("ssl_client_certificate a.pem;") + pair, "/etc/nginx/a.pem 644 CERTIFICATE+CERTIFICATE"},
		{"authorities that were emptied", main("ssl_client_certificate a.pem;") + "-- a.pem --\nnone\n", "/etc/nginx/a.pem 644 CERTIFICATE"},
		{"a chain that is trusted too", main("server { ssl_certificate /a.pem; ssl_certificate_key /a.key; ssl_trusted_certificate /a.pem; }"),
			"/a.key 600 PRIVATE KEY\n/a.pem 644 CERTIFICATE+CERTIFICATE"},
		{"parameters", main("ssl_dhparam /dh.pem;"), "/dh.pem 644 DH PARAMETERS"},
		{"a ticket key", main("ssl_session_ticket_key /t.key;"), "/t.key 644 " + strings.Repeat("badgateway", 8)},
		{"revocations", main("ssl_crl /crl.pem;"), "/crl.pem 644 X509 CRL"},
		{"pass phrases", main("ssl_password_file /pass;"), "/pass 644 badgateway"},
		{"secrets that were handed over", main("ssl_dhparam a; ssl_session_ticket_key a; ssl_crl a; ssl_password_file a;") + "-- a --\nx\n", ""},
		{"passwords", main("auth_basic_user_file /users;"), "/users 644 badgateway:{PLAIN}badgateway"},
		{"passwords that were handed over", main("auth_basic_user_file users;") + "-- users --\nme:x\n", "/etc/nginx/users 644 me:x||badgateway:{PLAIN}badgateway"},
		{"folders", "-- nginx.conf --\npid /run/n/n.pid; error_log /var/log/nginx/e.log; events {}\nhttp { access_log /srv/log/a.log; proxy_cache_path /c/d keys_zone=a:1m; server { listen unix:/s/a.sock; access_log /dev/stdout; } }\n",
			"/c/d/ 777\n/run/n/ 777\n/s/ 777\n/srv/log/ 777\n/var/log/nginx/e.log -> /dev/stderr"},
		{"a folder that is called like the devices", main("access_log /developers/a.log;"), "/developers/ 777"},
		{"sockets", main("upstream a { server unix:/run/a.sock; server unix:/run/b.sock; } server { location / { fastcgi_pass unix:/run/a.sock; } location /b { proxy_pass http://unix:/run/c/../b.sock:/x; } }"),
			"/etc/nginx/html/index.php 644 <?php // badgateway: the upstream answers\n/run/a.sock -> /.sockets/0\n/run/b.sock -> /.sockets/1"},
		{"a socket of its own", main("server { listen unix:/run/own/a.sock; } server { location / { proxy_pass http://unix:/run/own/a.sock; } }"), "/run/own/ 777"},
		{"files that NGINX brings", main("include mime.types;"), ""},
		{"files that NGINX brings, elsewhere", "-- usr/local/nginx/conf/nginx.conf --\nevents {}\nhttp { include mime.types; include /etc/nginx/snippets/fastcgi-php.conf; }\n",
			"/etc/nginx/snippets/fastcgi-php.conf 644 " + strings.ReplaceAll(strings.TrimSpace(phpSnippet), "\n", "|") + "\n/usr/local/nginx/conf/mime.types -> /etc/nginx/mime.types"},
		{"the distribution's certificate", main("server { listen 443 ssl; include snippets/snakeoil.conf; }"),
			"/etc/nginx/.badgateway.crt 644 CERTIFICATE+CERTIFICATE\n/etc/nginx/.badgateway.key 600 PRIVATE KEY\n/etc/nginx/snippets/snakeoil.conf 644 " + ownPair},
		{"scripts", main("server { root /srv; location ~ \\.php$ { fastcgi_pass a:1; } location /app/ { fastcgi_pass a:1; } location /p/ { proxy_pass http://a; } }"),
			"/srv/app/index.php 644 <?php // badgateway: the upstream answers\n/srv/badgateway.php 644 <?php // badgateway: the upstream answers\n/srv/index.php 644 <?php // badgateway: the upstream answers"},
		{"scripts of the prefix", main("server { location ~ \\.php(/|$) { fastcgi_pass a:1; } }"),
			"/etc/nginx/html/badgateway.php 644 <?php // badgateway: the upstream answers\n/etc/nginx/html/index.php 644 <?php // badgateway: the upstream answers"},
		{"scripts of a folder that depends", main("server { root /srv/$host; location ~ \\.php$ { fastcgi_pass a:1; } }"), ""},
		{"scripts that were handed over", "-- etc/nginx/nginx.conf --\nevents {}\nhttp { server { root /srv; location = /index.php { fastcgi_pass a:1; } } }\n-- srv/index.php --\nmine\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := made(t, c.archive, "")
			if err := p.Problem(); err != nil {
				t.Fatal(err)
			}
			same(t, "added", added(p), c.want)
		})
	}
}

// pair is a certificate and its key, as far as a place looks at them.
const pair = "-- a.pem --\n-----BEGIN CERTIFICATE-----\n-- a.key --\n-----BEGIN PRIVATE KEY-----\n"

func TestWhoIsNeededIsThere(t *testing.T) {
	for user, want := range map[string]string{
		"user web;": "[web] []", "user web web;": "[web] []", "user web staff;": "[web] [staff]", "user www-data;": "[] []", "user nginx staff;": "[] [staff]", "user nobody nogroup;": "[] []",
	} {
		p := made(t, "-- nginx.conf --\n"+user+"\nevents {}\nhttp {}\n", "")
		same(t, user, fmt.Sprint(p.Boot.Users, p.Boot.Groups), want)
	}
}

// What is around NGINX: sockets and IPv6 upstreams at its side, and names at which it listens.
func TestWhatIsAroundIt(t *testing.T) {
	p := made(t, main(`
upstream six { server [::1]:8080; server [2001:db8::1]:81; server [::1]:8082 down; }
server { listen edge.test:80; listen edge.test:81; listen localhost:82; listen 10.0.0.1:83; listen [::]:8081; listen unix:/run/own.sock; }
server {
	listen 84;
	location / { proxy_pass http://six; }
	location /a { proxy_pass http://[::1]:8080; }
	location /b { fastcgi_pass unix:/run/a.sock; }
	location /c { proxy_pass http://[::1]:8081; }
	location /d { proxy_pass http://unix:/run/own.sock; }
}`), "")
	same(t, "sockets", fmt.Sprint(p.Boot.Around.Sockets), "[/run/a.sock [::1]:8080 [2001:db8::1]:81]")
	same(t, "names", fmt.Sprint(p.Boot.Around.Names), "[edge.test]")
}

// What was made up is told, with who wants it.
func TestWhatIsMadeUpIsTold(t *testing.T) {
	p := made(t, main(`server {
	listen 443 ssl;
	ssl_certificate a.pem;
	ssl_certificate_key a.key;
	ssl_dhparam d.pem;
	auth_basic_user_file users;
	include there.conf;
	location / { proxy_ssl_trusted_certificate ca.pem; }
}`), "")
	same(t, "made up", told(p.Made), `a certificate: /etc/nginx/a.pem for deploy/nginx.conf:5:2
a key: /etc/nginx/a.key for deploy/nginx.conf:5:2
a file of DH parameters: /etc/nginx/d.pem for deploy/nginx.conf:7:2
a password of the lab's clients: /etc/nginx/users for deploy/nginx.conf:8:2
a certificate authority: /etc/nginx/ca.pem for deploy/nginx.conf:10:15
a stand-in for a file that is included: /etc/nginx/there.conf for deploy/nginx.conf:9:2 (gap)`)
	same(t, "gaps", told(p.Gaps()), "a stand-in for a file that is included: /etc/nginx/there.conf for deploy/nginx.conf:9:2 (gap)")
}

// What is included and was not handed over.
func TestMissingIncludes(t *testing.T) {
	const nothing = "# This file was not handed over; badgateway's lab has nothing in its place."
	for _, c := range []struct{ name, http, want, gaps string }{
		{"a file", "include a.conf;", "/etc/nginx/a.conf 644 " + nothing, "a stand-in for a file that is included: /etc/nginx/a.conf for deploy/nginx.conf:3:1 (gap)"},
		{"a pattern", "include a/*.conf;", "", ""},
		{"servers", "upstream a { include a.list; }", "/etc/nginx/a.list 644 " + nothing + "|server handed-over.test:8080;",
			"a stand-in for a file that is included: /etc/nginx/a.list for deploy/nginx.conf:3:14 (gap)"},
		{"a resolver", "include resolvers.conf;", "/etc/nginx/resolvers.conf 644 " + nothing + "|resolver 198.18.0.53 valid=1s;",
			"a stand-in for a file that is included: /etc/nginx/resolvers.conf for deploy/nginx.conf:3:1 (gap)"},
		{"twice", "server { include a.conf; } server { include a.conf; }", "/etc/nginx/a.conf 644 " + nothing, "a stand-in for a file that is included: /etc/nginx/a.conf for deploy/nginx.conf:3:10 (gap)"},
		{"a certificate", "server { listen 443 ssl; include tls.conf; }",
			"/etc/nginx/.badgateway.crt 644 CERTIFICATE+CERTIFICATE\n/etc/nginx/.badgateway.key 600 PRIVATE KEY\n/etc/nginx/tls.conf 644 " + nothing + "|" + ownPair,
			"a stand-in for a file that is included: /etc/nginx/tls.conf for deploy/nginx.conf:3:26 (gap)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := made(t, main(c.http), "")
			if err := p.Problem(); err != nil {
				t.Fatal(err)
			}
			same(t, "added", added(p), c.want)
			same(t, "gaps", told(p.Gaps()), c.gaps)
		})
	}
}
