package routes

import "testing"

// kitchen has a location of every kind, nested too. What one is called stands in its return.
const kitchen = `
location / { return 200 all; }
location = / { return 200 root; }
location /api/ {
	return 200 api;
	location /api/v1/ { return 200 v1; location = /api/v1/me { return 200 me; } }
	location ~ \.json$ { return 200 json; }
}
location ^~ /static/ {
	return 200 static;
	location ~ \.css$ { return 200 css; }
}
location /deep/ { return 200 deep; location ^~ /deep/quiet/ { return 200 quiet; } }
location ~ \.php$ { return 200 php; location ~ ^/admin/ { return 200 adminphp; } }
location ~* \.(PNG|jpg)$ { return 200 picture; }
location ~ \.p { return 200 p; }
location @named { return 200 named; }`

func TestSelect(t *testing.T) {
	s := server(t, kitchen)
	for path, want := range map[string]string{
		"/": "root", "/x": "all", "/?a=/api/": "root", "/api": "all", "/api/": "api", "/api/x?y=.json": "api",
		"/api/v1/": "v1", "/api/v1/me": "me", "/api/v1/me/": "v1", // the longest prefix, and the exact one in it
		"/api/a.json": "json", "/api/v1/a.json": "json", // an expression beside the longest prefix
		"/api/a.php": "php", "/api/v1/a.php": "php", // and one further out
		"/static/a": "static", "/static/a.css": "css", "/static/a.php": "static", // ^~ keeps off those beside it
		"/deep/quiet/a": "quiet", "/deep/quiet/a.php": "php", // and not those further out
		"/a.php": "php", "/admin/a.php": "adminphp", "/a.png": "picture", "/a.JPG": "picture", "/a.py": "p", // the first that matches
		"/@named": "all",
	} {
		found, known := Select(s, path)
		got := ""
		if found != nil {
			got = found.Find("return")[0].Arg(1)
		}
		if got != want || !known {
			t.Errorf("%s is served by %q, %v; want %q", path, got, known, want)
		}
	}
}

// Where an expression cannot be read, it decides only what it may match.
func TestSelectKnowsWhatItDoesNot(t *testing.T) {
	s := server(t, `
location / { return 200 all; }
location = /exact { return 200 exact; }
location ^~ /static/ { return 200 static; }
location ~ ^/first { return 200 first; }
location ~ ^/(?!x) { return 200 secret; }
location ~ ^/second { return 200 second; location ~ (?=y) { return 200 inner; } }
location /nested/ { return 200 nested; location ~ (?=z) { return 200 inner; } }`)
	for path, want := range map[string]bool{"/exact": true, "/static/a": true, "/first": true, "/": false, "/second": false, "/nested/": false} {
		if _, known := Select(s, path); known != want {
			t.Errorf("%s: known is %v", path, known)
		}
	}
	s = server(t, `location ~ ^/second { location ~ (?=y) { } }`)
	if _, known := Select(s, "/second"); known {
		t.Error("what is nested in an expression is not known either")
	}
}
