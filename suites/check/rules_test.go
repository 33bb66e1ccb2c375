//go:build linux

package check_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/check"
)

// honest keeps every rule. Each case below changes one line of it.
const honest = `events {}
http {
    server_tokens off;
    resolver 10.0.0.2;
    resolver_timeout 1s;
    proxy_connect_timeout 1s;
    proxy_read_timeout 1s;
    proxy_http_version 1.1;
    proxy_next_upstream_tries 2;
    proxy_cache_path /var/cache/nginx/kept keys_zone=kept:1m;
    upstream two {
        server 10.1.0.1:8080 fail_timeout=1s;
        server 10.1.0.2:8080 fail_timeout=1s;
        server 10.1.0.3:8080 fail_timeout=1s;
    }
    server {
        listen 80;
        server_name shop.test;
        add_header Strict-Transport-Security "max-age=31536000" always;
        add_header Cache-Control "no-store" always;
        error_page 502 504 /sorry.html;
        location = /sorry.html { return 503 "sorry\n"; }
        location / { proxy_pass http://app.shop.internal:9000; }
        location /two/ {
            proxy_next_upstream error timeout;
            proxy_pass http://two;
        }
        location /late/ {
            set $late late.shop.internal;
            proxy_pass http://$late:9000;
        }
        location /kept/ {
            proxy_cache kept;
            proxy_cache_valid 301 1s;
            proxy_cache_key $uri;
            proxy_pass http://two;
        }
    }
}
`

// A breach is a change to the honest configuration by which the rule is broken, and where
// that is said to be.
type breach struct {
	rule          string
	line, becomes string // of the honest configuration
	at            string // the directive that is named with its place
	try           string
	faults, only  string // what is played
	settings      string
}

var breaches = []breach{
	{
		rule: "answers-in-budget", line: "proxy_read_timeout 1s;", becomes: "proxy_read_timeout 2s;",
		at: "proxy_read_timeout", try: "proxy_read_timeout below 1.8s",
		faults: "slow/never", only: "slow/never@GET http://shop.test/", settings: "budgets: {client: 1800ms}\n",
	},
	{
		rule: "repeats-no-post", line: "proxy_next_upstream error timeout;", becomes: "proxy_next_upstream error timeout non_idempotent;",
		at: "proxy_next_upstream", try: "remove non_idempotent from proxy_next_upstream", faults: "crash/killed", only: "crash/killed@POST*/two/",
	},
	{
		rule: "uses-spare", line: "proxy_next_upstream error timeout;", becomes: "proxy_next_upstream error;",
		at: "proxy_next_upstream", try: "let proxy_next_upstream name that failure", faults: "slow/never", only: "spare/never@*/two/",
	},
	{
		rule: "passes-no-torn-body", line: "server_tokens off;", becomes: "server_tokens off; chunked_transfer_encoding off;",
		at: "chunked_transfer_encoding", try: "chunked_transfer_encoding on", faults: "malformed/bad-chunk", only: "malformed/bad-chunk@GET http://shop.test/",
	},
	{
		rule: "back-in-time", line: "proxy_cache_valid 301 1s;", becomes: "proxy_cache_valid 503 8s;",
		at: "server 10.1.0.1", try: "a shorter fail_timeout", faults: "overload/shedding", only: "overload/shedding@*/kept/",
	},
	{
		rule: "caches-no-error", line: `add_header Cache-Control "no-store" always;`, becomes: `add_header Cache-Control "max-age=60" always;`,
		at: "add_header", try: "no Cache-Control with always", faults: "crash/refused", only: "crash/refused@GET http://shop.test/",
	},
	{
		rule: "disguises-no-error", line: "error_page 502 504 /sorry.html;", becomes: "error_page 502 504 =200 /sorry.html;",
		at: "error_page", try: "an error_page without =200", faults: "crash/refused", only: "crash/refused@GET http://shop.test/",
	},
	{
		rule: "keeps-headers", line: `add_header Strict-Transport-Security "max-age=31536000" always;`, becomes: `add_header strict-transport-security "max-age=31536000";`,
		at: "add_header", try: "add_header Strict-Transport-Security ... always", faults: "crash/refused", only: "crash/refused@GET http://shop.test/",
	},
	{
		rule: "leaks-nothing", line: "server_tokens off;", becomes: "server_tokens on;",
		at: "server_tokens", try: "server_tokens off", faults: "crash/refused", only: "crash/refused@GET http://shop.test/",
	},
	{
		rule: "outlives-inner", line: "proxy_read_timeout 1s;", becomes: "proxy_read_timeout 2s;",
		at: "proxy_read_timeout", try: "proxy_read_timeout below 1.8s", faults: "slow/never", only: "policy/ladder@GET http://shop.test/",
		settings: "budgets: {cdn: 1800ms}\n",
	},
	{
		rule: "limits-waiting", line: "proxy_next_upstream_tries 2;", becomes: "proxy_next_upstream_tries 0;",
		at: "proxy_next_upstream error", try: "proxy_next_upstream_tries 2", faults: "slow/never", only: "policy/ladder@*/two/",
	},
}

// The honest configuration keeps all rules, however strictly they are meant: this is the other
// half of every case below.
func TestTheHonestConfigurationKeepsEveryRule(t *testing.T) {
	needsLabs(t)
	t.Parallel()
	s := checked(t, lay(t, "-- nginx.conf --\n"+honest), "nginx.conf", "--strict", "--faults", "canonical")
	s.exits(t, 0)
	for _, r := range check.Rules() {
		found := s.findings(r.Name)
		if len(found) == 0 {
			t.Errorf("%s was held against nothing", r.Name)
		}
		for _, f := range found {
			if !f.Held {
				t.Errorf("%s: %s", r.Name, f.Saw)
			}
		}
	}
}

func TestEachRuleBites(t *testing.T) {
	needsLabs(t)
	for _, b := range breaches {
		t.Run(b.rule, func(t *testing.T) {
			t.Parallel()
			if strings.Count(honest, b.line) != 1 {
				t.Fatalf("the honest configuration has %q %d times", b.line, strings.Count(honest, b.line))
			}
			args := []string{"nginx.conf", "--strict", "--faults", b.faults, "--only", b.only}
			kept := checked(t, lay(t, "-- nginx.conf --\n"+honest+"-- badgateway.yaml --\n"+b.settings), args...)
			for _, f := range kept.findings(b.rule) {
				if !f.Held {
					t.Errorf("the honest configuration: %s", f.Saw)
				}
			}
			if len(kept.findings(b.rule)) == 0 {
				t.Errorf("the rule was held against nothing\n%s%s", kept.stdout, kept.stderr)
			}
			text := strings.Replace(honest, b.line, b.becomes, 1)
			s := checked(t, lay(t, "-- nginx.conf --\n"+text+"-- badgateway.yaml --\n"+b.settings), args...)
			s.exits(t, 1)
			broken := slices.DeleteFunc(s.findings(b.rule), func(f harness.Finding) bool { return f.Held })
			if len(broken) == 0 {
				t.Fatalf("the rule does not bite\n%s%s", s.stdout, s.stderr)
			}
			f, want := broken[0], placeOf(text, b.becomes, b.at)
			if f.At == nil || fmt.Sprintf("%s:%d:%d", f.At.File, f.At.Line, f.At.Column) != want {
				t.Errorf("%s is blamed for %q, not %s", said(f.At), f.Saw, want)
			}
			if !strings.Contains(f.Try, b.try) || f.Cite == "" {
				t.Errorf("try %q (%s), expected %q", f.Try, f.Cite, b.try)
			}
			says(t, s.stdout, b.rule)
			if f.At != nil {
				says(t, s.stdout, fmt.Sprintf(`nginx\.conf:%d:%d`, f.At.Line, f.At.Column))
			}
		})
	}
	for _, r := range check.Rules() {
		if !slices.ContainsFunc(breaches, func(b breach) bool { return b.rule == r.Name }) {
			t.Errorf("no configuration breaks %s", r.Name)
		}
	}
}

// placeOf is where a directive stands that a line was changed to; where it is not in that line it
// is the first in the text.
func placeOf(text, line, directive string) string {
	from := max(0, strings.Index(text, line))
	i := strings.Index(text[from:], directive)
	if i < 0 || i > len(line) {
		from, i = 0, strings.Index(text, directive)
	}
	before := text[:from+i]
	return fmt.Sprintf("nginx.conf:%d:%d", 1+strings.Count(before, "\n"), len(before)-strings.LastIndexByte(before, '\n'))
}

func said(p *harness.Position) string {
	if p == nil {
		return "nothing"
	}
	return fmt.Sprintf("%s:%d:%d %s", p.File, p.Line, p.Column, p.Says)
}
