package config

import (
	"fmt"
	"strings"
	"testing"
)

// Every kind of thing that a configuration takes for granted is found, with who wants it.
func TestNeeds(t *testing.T) {
	for _, tc := range []struct{ name, main, http, want string }{
		{"certificates in pairs", "", `server { listen 443 ssl; ssl_certificate a.pem; ssl_certificate b.pem; ssl_certificate_key a.key; ssl_certificate_key b.key; }
			server { ssl_certificate a.pem; ssl_certificate_key a.key; }`,
			"listen 443; certificate /etc/nginx/a.pem + /etc/nginx/a.key (there); certificate /etc/nginx/b.pem + /etc/nginx/b.key"},
		{"a key further out", "", "ssl_certificate_key /k; server { ssl_certificate /c; }", "certificate /c + /k"},
		{"certificates that depend", "", "server { ssl_certificate $ssl_server_name.pem; ssl_certificate_key data:$k; }", ""},
		{"TLS without a certificate", "", "server { listen 443 ssl; } server { listen 444 ssl; ssl_reject_handshake on; }", "certificate ; listen 443; listen 444; version 1.19.4"},
		{"other files", "", "ssl_dhparam dh.pem; ssl_session_ticket_key t; ssl_crl c; server { auth_basic_user_file users; location / { proxy_ssl_trusted_certificate /ca; proxy_ssl_certificate p; proxy_ssl_certificate_key q; } }",
			"DH parameters /etc/nginx/dh.pem; ticket key /etc/nginx/t; revocation list /etc/nginx/c; passwords /etc/nginx/users; authorities /ca; certificate /etc/nginx/p + /etc/nginx/q"},
		{"people", "user a b;", "", "user a; group b"},
		{"a person of his own group", "user a;", "", "user a; group a"},
		{"folders", "pid /run/x/a.pid; error_log stderr;", "access_log /l/a.log; proxy_cache_path /c keys_zone=a:1m; client_body_temp_path /t; server { listen unix:/s/a.sock; root /srv/www; access_log off; location /a { alias $b; } }",
			"folder /run/x; folder /l; folder /c; folder /t; folder /s; pages /srv/www"},
		{"hosts", "", `upstream pool { server a:80; server 10.0.0.1; server unix:/run/u.sock; server [::1]:80; }
			set_real_ip_from lb; access_log syslog:server=logs:514,tag=x; resolver 10.0.0.53 dns.test:5353 valid=5s;
			server { listen edge:80; location / { proxy_pass http://pool; } location /b { proxy_pass https://b.test:8443/x$uri; }
			  location /c { fastcgi_pass unix:/run/php.sock; } location /d { grpc_pass grpc://d:50051; } location /e { proxy_pass http://$host; } location /f { proxy_pass http://unix:/run/f.sock:/; } location /g { proxy_pass http://localhost; } }`,
			"host a; socket /run/u.sock; host lb; host logs; resolver 10.0.0.53; resolver dns.test:5353; host dns.test; listen edge:80; host edge; host b.test; socket /run/php.sock; host d; socket /run/f.sock"},
		{"modules", "load_module modules/ngx_http_geoip2_module.so; stream { js_import s.js; }", "geoip2 /g.mmdb { $c country; } server { more_set_headers a; set_md5 $a b; brotli_static on; location / { content_by_lua_block { } } }",
			"module http-geoip2 + modules/ngx_http_geoip2_module.so; module stream; file /etc/nginx/s.js; module stream-js; file /g.mmdb; module http-headers-more-filter; module http-ndk; module http-set-misc; module http-brotli-static; module http-lua"},
		{"what nobody packages", "", "vhost_traffic_status_zone; server { auth_jwt a; passenger_enabled on; }", "unpackaged product vts; unpackaged product NGINX Plus; unpackaged product passenger"},
		{"versions", "", "upstream p { server 10.0.0.1 resolve; } server { listen 443 quic; http2 on; http3 on; ssl on; }", "version 1.27.3; listen 443; version 1.25.0; version 1.25.1; version below 1.25.1"},
		{"tables hold no directives", "", "map $a $b { brotli on; root /x; } types { echo a; }", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			lay(t, "-- nginx.conf --\n"+tc.main+"\nevents {}\nhttp {\n"+tc.http+"\n}\n-- a.pem --\nx\n-- a.key --\ny\n")
			c, err := readPath("deploy", Options{})
			if err != nil {
				t.Fatal(err)
			}
			same(t, "needs", told(c.Needs()), tc.want)
		})
	}
}

func told(all []Need) string {
	var lines []string
	for _, n := range all {
		line := fmt.Sprintf("%s %s", n.Kind, n.Name)
		if n.Key != "" {
			line += " + " + n.Key
		}
		if n.Present {
			line += " (there)"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "; ")
}
