//go:build linux

package check_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// planted are secrets, each by where it is planted. No two are alike, so that a leak says where
// it comes from.
var planted = map[string]string{
	"Basic, its password":          "zq1basicpass",
	"Bearer":                       "zq2bearertoken.abc_def-ghi",
	"Cookie":                       "zq3cookievalue",
	"X-Api-Key with quotes":        `zq4"quo'ted`,
	"X-Api-Key with an ampersand":  "zq5&amp<er>sand",
	"X-Api-Key beyond ASCII":       "zq6schlüssel漢",
	"fastcgi_param DB_PASSWORD":    "zq7dbpassword",
	"set $token":                   "zq8settoken",
	"a value of a map":             "zq9mapvalue",
	"add_header Set-Cookie":        "zq10setcookie",
	"userinfo in a comment":        "zq11commentpass",
	"the query of a proxy_pass":    "zq12querykey",
	"a hash of auth_basic_user":    "$apr1$zq13hash$abcdefghijk",
	"a private key":                "MIIEvzq14privatekeymaterial",
	"ssl_password_file":            "zq15passphrase",
	"env":                          "zq16envvalue",
	"--set":                        "zq17setflag",
	"secure_link_md5":              "zq18securelink",
	"a path of the upstream's URI": "zq19uripassword",
	"a comment's token":            "zq20commenttoken",
	"a default of a map":           "zq21defaultvalue",
	"a return's body":              "zq22returnedjson",
	"a rewrite's query":            "zq23rewritten",
	"proxy_cookie_flags's value":   "zq24hmacvalue",
}

// secretive has each of them. Its second server does not lead to an upstream that is healthy, so
// that NGINX logs the URI.
func secretive() string {
	p := planted
	conf := fmt.Sprintf(`env API_TOKEN=%[16]s;
events {}
http {
    # the old one: https://admin:%[11]s@db.shop.internal/ and token=%[20]s
    map $http_x_tenant $tenant_token { default %[21]s; acme "%[9]s"; }
    proxy_connect_timeout 1s;
    proxy_read_timeout 1s;
    fastcgi_connect_timeout 1s;
    fastcgi_read_timeout 1s;
    server_tokens off;
    ssl_password_file /etc/nginx/phrases;
    server {
        listen 80;
        listen 443 ssl;
        server_name shop.test;
        ssl_certificate /etc/nginx/shop.crt;
        ssl_certificate_key /etc/nginx/shop.key;
        add_header Set-Cookie "sid=%[10]s; Secure" always;
        set $token "%[8]s";
        location / {
            proxy_set_header Authorization "Basic %[1]s";
            proxy_set_header Cookie "session=%[3]s";
            proxy_set_header X-Api-Key "%[4]s";
            proxy_set_header X-Api-Key "%[5]s";
            proxy_set_header X-Api-Key "%[6]s";
            proxy_set_header X-Tenant $tenant_token;
            proxy_pass http://app.shop.internal:9000;
        }
        location /bearer/ {
            proxy_set_header Authorization "Bearer %[2]s";
            proxy_pass http://app.shop.internal:9001/in?api_key=%[12]s;
        }
        location /uri/ {
            proxy_pass http://app.shop.internal:9002/password/%[19]s/in?token=%[17]s;
        }
        location /rewritten/ {
            rewrite ^ /elsewhere?access_token=%[23]s break;
            proxy_pass http://app.shop.internal:9003;
        }
        location ~ \.php$ {
            include fastcgi_params;
            fastcgi_param DB_PASSWORD %[7]s;
            fastcgi_pass 127.0.0.1:9000;
        }
        location /files/ {
            secure_link $arg_md5,$arg_expires;
            secure_link_md5 "$secure_link_expires$uri %[18]s";
            return 200 '{"client_secret": "%[22]s", "x": "hmac_key=%[24]s"}';
        }
        location /locked/ {
            auth_basic "closed";
            auth_basic_user_file /etc/nginx/users;
            proxy_pass http://app.shop.internal:9004;
        }
    }
}
`, base64.StdEncoding.EncodeToString([]byte("shop:"+p["Basic, its password"])), p["Bearer"], p["Cookie"],
		strings.ReplaceAll(p["X-Api-Key with quotes"], `"`, `\"`), p["X-Api-Key with an ampersand"], p["X-Api-Key beyond ASCII"],
		p["fastcgi_param DB_PASSWORD"], p["set $token"], p["a value of a map"], p["add_header Set-Cookie"], p["userinfo in a comment"],
		p["the query of a proxy_pass"], "", "", "", p["env"], "${SECRET}", p["secure_link_md5"], p["a path of the upstream's URI"],
		p["a comment's token"], p["a default of a map"], p["a return's body"], p["a rewrite's query"], p["proxy_cookie_flags's value"])
	return "-- nginx/nginx.conf --\n" + conf +
		"-- nginx/users --\nshop:" + p["a hash of auth_basic_user"] + "\n" +
		"-- nginx/phrases --\n" + p["ssl_password_file"] + "\n" +
		"-- nginx/shop.crt --\n-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n" +
		"-- nginx/shop.key --\n-----BEGIN RSA PRIVATE KEY-----\n" + p["a private key"] + "\nQUJD\n-----END RSA PRIVATE KEY-----\n"
}

// leaks are the secrets that an output holds, in whatever spelling.
func leaks(output []byte) (found []string) {
	for where, secret := range planted {
		for _, spelling := range spellings(secret) {
			if bytes.Contains(output, []byte(spelling)) {
				found = append(found, fmt.Sprintf("%s, as %s", where, spelling))
				break
			}
		}
	}
	return found
}

// spellings are how a secret may be written: of base64 what does not depend on where in a text it
// stands.
func spellings(secret string) []string {
	j, _ := json.Marshal(secret)
	var x bytes.Buffer
	xml.EscapeText(&x, []byte(secret))
	found := []string{
		secret, strings.Trim(string(j), `"`), x.String(), html.EscapeString(secret), url.QueryEscape(secret), url.PathEscape(secret),
		strings.Trim(strconv.Quote(secret), `"`), strings.Trim(strconv.QuoteToASCII(secret), `"`), strings.ReplaceAll(secret, `"`, `\"`),
		strings.ReplaceAll(secret, `"`, `\\\"`),
	}
	for before := range 3 {
		coded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat(":", before) + secret))
		found = append(found, coded[(before*8+5)/6:len(coded)-4])
	}
	return append(found, strings.ToUpper(secret))
}

// Whatever check says and wherever it says it, no secret of the configuration is in it.
func TestNoSecretReachesAnyOutput(t *testing.T) {
	needsLabs(t)
	calls := map[string][]string{
		"all reports": {"check", "nginx", "--faults", "canonical", "--verbose", "--report", "json=out/json", "--report", "junit=out/junit", "--report", "journal=out/journal",
			"--report", "github=out/github", "--report", "summary=out/summary", "--report", "text=out/text", "--report", "sarif=out/sarif", "--report", "html=out/html"},
		"recorded":        {"check", "nginx", "--faults", "crash/refused,slow/never", "--record", "--snapshot", "out/snapshot.yaml"},
		"compared":        {"compare", "nginx@1.22", "nginx@1.22", "--of", "nginx", "--faults", "crash/refused", "--report", "json=out/json", "--report", "md=out/md"},
		"strict":          {"check", "nginx", "--strict", "--faults", "crash/refused,slow/never"},
		"quiet":           {"check", "nginx", "--quiet", "--faults", "crash/refused"},
		"routes":          {"check", "nginx", "--routes"},
		"routes as JSON":  {"check", "nginx", "--routes", "--json"},
		"static":          {"check", "nginx", "--static", "--verbose", "--report", "json=out/json"},
		"init":            {"init", "nginx"},
		"one cell":        {"check", "nginx", "--only", "slow/never@*/uri/*", "--verbose"},
		"nothing to play": {"check", "nginx", "--only", "slow/never@nowhere"},
	}
	for name, args := range calls {
		for _, wide := range []string{"", "80"} {
			t.Run(name+" "+wide, func(t *testing.T) {
				t.Parallel()
				dir := lay(t, secretive())
				if err := os.Mkdir(filepath.Join(dir, "out"), 0o755); err != nil {
					t.Fatal(err)
				}
				if args[0] == "check" || args[0] == "compare" {
					args = append(args[:len(args):len(args)], "--runtime", "local")
				}
				cmd := command(t, dir, append(args, "--set", "SECRET="+planted["--set"])...)
				cmd.Env = append(cmd.Env, "COLUMNS="+wide)
				s := run(t, cmd)
				if s.code == 2 || s.stdout == "" && name != "nothing to play" && name != "quiet" {
					t.Fatalf("%s%s", s.stdout, s.stderr)
				}
				silent(t, "stdout", []byte(s.stdout))
				silent(t, "stderr", []byte(s.stderr))
				outputsAreSilent(t, dir)
			})
		}
	}
}

// What a script holds is hidden where the script is shown.
func TestNoSecretOfAScriptReachesAnyOutput(t *testing.T) {
	t.Parallel()
	for _, script := range []string{
		`local api_key = "zq8settoken"`, `local t = { password = 'zq8settoken' }`, `ngx.req.set_header("Authorization", "Bearer zq8settoken")`,
		`fetch("https://shop:zq8settoken@db.test/")`, `fetch("https://db.test/?access_token=zq8settoken")`, `db:connect{dsn = "postgres://shop:zq8settoken@db.test"}`,
		`fetch("https://hooks.test/services/T000/B000/zq8settoken")`,
	} {
		dir := lay(t, "-- nginx.conf --\n"+frame("", "", "location /lua { content_by_lua_block { "+script+" } }", ""))
		for _, with := range []string{"--routes", "--json"} {
			s := run(t, command(t, dir, "check", "nginx.conf", "--static", "--routes", with))
			s.exits(t, 0)
			says(t, s.stdout, `content_by_lua_block`)
			silent(t, script, []byte(s.stdout+s.stderr))
		}
	}
}

func silent(t *testing.T, where string, output []byte) {
	t.Helper()
	for _, leak := range leaks(output) {
		t.Errorf("%s holds %s", where, leak)
	}
	if t.Failed() && testing.Verbose() {
		t.Logf("%s:\n%s", where, output)
	}
}

// outputsAreSilent looks into every file that was written, but what was handed over.
func outputsAreSilent(t *testing.T, dir string) {
	t.Helper()
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(path, filepath.Join(dir, "nginx")) {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
		}
		silent(t, filepath.Base(path), text)
		return nil
	})
}

// An error that is about a line next to a secret, or about the secret itself, does not tell it.
func TestNoSecretReachesAnError(t *testing.T) {
	needsLabs(t)
	p := planted
	for name, broken := range map[string]string{
		"a brace is missing":      "http { server { location / { proxy_set_header Authorization \"Bearer " + p["Bearer"] + "\"; proxy_pass http://a.test; ",
		"a quote is missing":      "http { server { location / { proxy_set_header Authorization \"Bearer " + p["Bearer"] + "; proxy_pass http://a.test; } } }",
		"a semicolon is missing":  "http { server { set $token " + p["set $token"] + " location / { proxy_pass http://a.test; } } }",
		"an unknown directive":    "http { server { set $token " + p["set $token"] + "; nonsense $token Bearer " + p["Bearer"] + "; } }",
		"too many arguments":      "http { server { set $token " + p["set $token"] + " b c; } }",
		"an invalid value":        "http { server { location / { proxy_pass ftp://shop:" + p["userinfo in a comment"] + "@a.test; } } }",
		"an invalid time":         "http { server { location / { proxy_read_timeout 5x; proxy_pass http://a.test/?api_key=" + p["the query of a proxy_pass"] + "; } } }",
		"an unknown variable":     "http { server { location / { proxy_set_header Authorization \"Bearer " + p["Bearer"] + "$nowhere\"; proxy_pass http://a.test; } } }",
		"a file that is no file":  "http { server { include /etc/nginx/" + "x?token=" + p["a comment's token"] + "; } }",
		"no such upstream's port": "http { server { location / { proxy_pass http://a.test:99999/?token=" + p["a comment's token"] + "; } } }",
		"a placeholder":           "http { server { set $token '{{ secret }}" + p["set $token"] + "'; } }",
		"a module":                "http { server { auth_jwt \"" + p["set $token"] + "\"; set $token " + p["set $token"] + "; } }",
	} {
		for _, with := range []string{"--routes", "--static", "--strict"} {
			t.Run(name+" "+with, func(t *testing.T) {
				t.Parallel()
				s := run(t, command(t, lay(t, "-- nginx/nginx.conf --\nevents {}\n"+broken+"\n"), "check", "nginx", "--runtime", "local", with))
				silent(t, "stdout", []byte(s.stdout))
				silent(t, "stderr", []byte(s.stderr))
				if s.code == 2 && !strings.Contains(s.stderr, "hint: ") {
					t.Errorf("no hint:\n%s", s.stderr)
				}
				if testing.Verbose() {
					t.Logf("%d\n%s", s.code, s.stderr)
				}
			})
		}
	}
}
