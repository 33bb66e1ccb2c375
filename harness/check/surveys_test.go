package check

// surveys are the configurations of testdata with what is to be found in each, as it follows
// from what is written there.
var surveys = []struct{ path, from, want string }{
	{"plain", "nginx", `
GET http://plain.test/ -> http/1 app.internal:3000
location /assets/ { it serves files: root /srv/www;
location = /ping { return 204;`},

	{"pool", "nginx", `
GET http://pool.test:8080/ -> http/1 10.20.0.5:8080 unix:/run/shop/app.sock spare.internal:8080
GET http://pool.test:8080/search/ -> http/1 search.internal:80
GET http://pool.test:8080/socket/ -> http/1 unix:/run/shop/admin.sock`},

	{"php", "nginx", `
GET http://php.test/index.php -> fastcgi unix:/run/php/fpm.sock
GET http://php.test/legacy/index.php -> fastcgi legacy.internal:9000
location / { try_files $uri $uri/ /index.php?$query_string;
location /legacy/ { it serves files: alias /srv/legacy/;
location ~ /\. { deny all;`},

	{"verified", "nginx", `
GET http://verified.test/ -> http/1 over TLS vault.internal:443
GET http://verified.test/named/ -> http/1 over TLS 10.30.0.9:8443
GET http://verified.test/own/ -> http/1 over TLS mutual.internal:9443
GET http://verified.test/careless/ -> http/1 over TLS old.internal:443`},

	{"rpc", "nginx", `
GET https://rpc.test/shop.Cart/ -> http/2 cart.internal:50051
GET https://rpc.test/shop.Pay/ -> http/2 over TLS pay.internal:50052
GET http://plain.rpc.test:50050/ -> http/2 cart.internal:50051`},

	{"python", "nginx", `
GET http://python.test/index.php -> uwsgi 10.40.0.1:3031 10.40.0.2:3031
GET http://python.test/old/index.php -> scgi 127.0.0.1:4000
GET http://python.test/cached/ -> memcached cache.internal:11211
GET http://python.test/sealed/index.php -> uwsgi over TLS sealed.internal:3032`},

	{"tunnel", "nginx", `
GET http://tunnel.test/chat/ -> http/1 chat.internal:8010
GET http://tunnel.test/only -> http/1 chat.internal:8011`},

	{"lookup", "nginx", `
GET http://lookup.test/ -> http/1 blue.internal:8080
GET http://lookup.test/path/ -> http/1 over TLS green.internal:443
GET http://lookup.test/tenant/x/ -> http/1 x.tenants.internal:7000
GET http://lookup.test/fixed/index.php -> fastcgi 10.50.0.7:9000`},

	{"secure", "nginx", `
GET https://secure.test/ -> http/1 127.0.0.1:3000
GET https://both.test:8443/ -> http/1 127.0.0.1:3001`},

	{"private", "nginx", `
GET http://private.test/ -> http/1 members.internal:80
GET http://private.test/office/ -> http/1 office.internal:80
GET http://private.test/open/ -> http/1 open.internal:80
GET http://local.test:81/ -> http/1 metrics.internal:9100
- nginx.conf:25:13 GET http://private.test/never/ got 403 Forbidden; GET http://private.test/never/badgateway got 403 Forbidden`},

	{"checked", "nginx", `
GET http://checked.test/ -> http/1 app.internal:8080
GET http://checked.test/ -> http/1 door.internal:9000
- nginx.conf:21:13 it is internal, and no directive leads a client's request to it: an answer of an upstream may (X-Accel-Redirect)`},

	{"fallback", "nginx", `
GET http://fallback.test/ -> http/1 app.internal:8080
GET http://fallback.test/files/ -> http/1 files.internal:8080
GET http://fallback.test/live/?live=1 -> http/1 live.internal:8080
GET http://fallback.test/moved/ -> http/1 inner.internal:8080
- nginx.conf:19:13 GET http://fallback.test/ got 200 OK, and came to app.internal:8080 instead; GET http://fallback.test/badgateway got 200 OK, and came to app.internal:8080 instead
location / { try_files $uri @app;
location /files/ { it serves files
location /live/ { return 204;
location /moved/ { rewrite ^/moved/(.*)$ /inner/$1 last;`},

	{"six", "nginx", `
GET http://six.test/ -> http/1 [::1]:8080
GET http://six.test/far/ -> http/1 [2001:db8::9]:8080
- nginx.conf:21:13 the server listens at IPv6 addresses only, which a lab has not`},

	{"parts", "nginx", `
GET http://app.parts.test/ -> http/1 app.internal:8000
GET http://gateway.test/ -> http/1 www.internal:8000`},

	{"single/shop.conf", "nginx", `
GET http://gateway.shop.test:8080/api/ -> http/1 api:4000
GET http://gateway.shop.test:8080/ -> http/1 web:3000`},

	{"snippet/api.conf", "nginx", `
GET http://api.test/api/ -> http/1 api.internal:4000
location /status { return 200 fine;`},

	{"prefix", "nginx", `
GET http://prefix.test:8000/ -> http/1 10.60.0.1:8080
GET http://prefix.test:8000/index.php -> fastcgi 10.60.0.2:9000`},

	{"people", "nginx", `
GET http://people.test:8080/ -> http/1 10.70.0.2:80`},

	{"torn", "nginx", `
GET http://torn.test/ -> http/1 handed-over.test:8080
made up: a stand-in for a file that is included /etc/nginx/shared/headers.conf
made up: a stand-in for a file that is included /etc/nginx/upstreams/app.list
made up: a stand-in for a file that is included /etc/nginx/snippets/locations.conf
made up: the variable $zone_of_client http{}
made up: the zone slow http{}`},

	{"newer", "nginx@1.26", `
GET https://newer.test/ -> http/1 app.internal:8080`},

	{"nested", "nginx", `
GET http://nested.test/deep/ -> http/1 10.80.0.1:8080
GET http://nested.test/deep/quiet/ -> http/1 10.80.0.2:8080
GET http://nested.test/deep/.json -> http/1 10.80.0.3:8080
GET http://nested.test/deep/quiet/x.php -> http/1 10.80.0.4:8080
GET http://nested.test/.php -> http/1 10.80.0.5:8080
GET http://nested.test/admin/.php -> http/1 10.80.0.6:8080
GET http://nested.test/late/ -> http/1 10.80.0.7:8080
GET http://nested.test/a/ -> http/1 10.80.0.8:8080
GET http://tenant1.nested.test:81/ -> http/1 10.80.0.10:8080
- nginx.conf:34:13 GET http://nested.test/a/never got 200 OK, and came to 10.80.0.8:8080 instead`},

	{"inner", "nginx", `
GET http://inner.test:8081/ -> http/1 app.internal:8080
location / { it passes requests to this NGINX itself, at 127.0.0.1:8081
location /socket/ { it passes requests to this NGINX itself, at unix:/run/inner.sock
location /six/ { it passes requests to this NGINX itself, at [::1]:8082`},
}
