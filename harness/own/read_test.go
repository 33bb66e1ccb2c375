package own

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/nginx"
)

// read reads a text that is right.
func read(t *testing.T, text string) []harness.Scenario {
	t.Helper()
	s, err := parse("testdata/f.yaml", []byte(text), "nginx@1.26")
	if err != nil {
		t.Fatalf("%s\nin\n%s", told(t, err), text)
	}
	return s
}

const everything = `
version: 1
scenarios:
  - id: shop/everything
    title: all that can be said
      is said
    why: to see it
    while: it is said
    cause: network
    phase: send
    world: {resolve: at-start, process: true, restart: true, alone: true}
    request:
      method: POST
      path: /pay?now=1
      fields: {Cookie: a=b, X-Retries: 3}
      body: "1=2"
    patience: 3s
    inject:
      hosts: [script: "1 x die, then serve"]
    expect:
      status: [502, 504]
      time: 2 x read timeout
      at_least: at once
      within: 5s
      tries: 0
      error: none
      log: timed out
      body_contains: sorry
      header: {Retry-After: 5, Via: }
      recovers: at-once
      should: {error: dns_error}
      note: {tries: 2}
`

func TestEverythingThatCanBeSaid(t *testing.T) {
	s := read(t, everything)[0]
	wantWorld := harness.World{Resolve: harness.AtStart, Process: true, Restart: true, Alone: true}
	wantTraffic := harness.Traffic{Method: "POST", Path: "/pay?now=1", Content: "1=2", Header: "Cookie: a=b\r\nX-Retries: 3\r\n"}
	if s.ID != "shop/everything" || s.Title != "all that can be said is said" || s.Why != "to see it" || s.World != wantWorld || s.Gateway != nil ||
		s.Traffic != wantTraffic || s.Patience != 3*time.Second {
		t.Errorf("got %+v", s)
	}
	if f := s.Fault; f.Title != "it is said" || f.Cause != harness.Network || f.Phase != harness.PhaseSend || f.HTTP {
		t.Errorf("the fault is %+v", f)
	}
	var checks []string
	for _, c := range s.Expect {
		checks = append(checks, fmt.Sprintf("%s %s", c.Strength, c.Title))
	}
	if got, want := strings.Join(checks, "\n"), `must answers 502 Bad Gateway, or answers 504 Gateway Timeout
must ends the exchange in time: 2 x the read timeout
must waits for it: at least at once
must is done within 5s
must does not reach the upstream
must logs no error of its own
must logs "timed out"
must says "sorry"
must gives the field Retry-After: 5
must gives the field Via
must serves again once the fault is gone
must answers the first request after the fault
should calls it dns_error
note tries the upstream 2 times`; got != want {
		t.Errorf("it expects\n%s\nwant\n%s", got, want)
	}
}

// What is not said follows from what is injected.
func TestWhatFollows(t *testing.T) {
	for inject, want := range map[string]struct {
		while string
		cause harness.Cause
		phase harness.Phase
		world harness.World
		http  bool
	}{
		"hosts: [script: reset]":                                                      {"the upstream plays: reset", harness.Crash, harness.PhaseConnect, harness.World{}, false},
		"hosts: [script: read-request; reset]":                                        {"the upstream plays: read-request; reset", harness.Crash, harness.PhaseWait, harness.World{}, false},
		"hosts: [script: read-request; wait 9s]":                                      {"the upstream plays: read-request; wait 9s", harness.Slow, harness.PhaseWait, harness.World{}, false},
		`hosts: [script: 'read-request; write "HTTP/1.1 2"; close']`:                  {`the upstream plays: read-request; write "HTTP/1.1 2"; close`, harness.Malformed, harness.PhaseHeader, harness.World{}, true},
		`hosts: [script: 'read-request; write "a\r\n\r\n"; hold']`:                    {`the upstream plays: read-request; write "a\r\n\r\n"; hold`, harness.Slow, harness.PhaseBody, harness.World{}, false},
		"hosts: [script: read-request; die]":                                          {"the upstream plays: read-request; die", harness.Crash, harness.PhaseWait, harness.World{Process: true}, false},
		"hosts: [script: read-request; exhaust-memory]":                               {"the upstream plays: read-request; exhaust-memory", harness.Overload, harness.PhaseWait, harness.World{Process: true, Alone: true, Needs: harness.LimitedMemory}, false},
		"hosts: [script: read-request; work 90ms; serve]":                             {"the upstream plays: read-request; work 90ms; serve", harness.Slow, harness.PhaseWait, harness.World{Process: true}, false},
		"hosts: [process: killed]":                                                    {"the upstream's process is killed", harness.Crash, harness.PhaseConnect, harness.World{Process: true}, false},
		"hosts: [process: frozen]":                                                    {"the upstream's process is frozen", harness.Slow, harness.PhaseWait, harness.World{Process: true}, false},
		"hosts: [machine: gone]":                                                      {"the upstream's host has left the network", harness.Network, harness.PhaseConnect, harness.World{}, false},
		"hosts: [busy: core]":                                                         {"the upstream is starved of CPU", harness.Overload, harness.PhaseWait, harness.World{Process: true}, false},
		"hosts: [busy: descriptors]":                                                  {"the upstream has no file descriptors left", harness.Overload, harness.PhaseWait, harness.World{Process: true}, false},
		"hosts: [link: {down: true}]":                                                 {"the upstream's link is down", harness.Network, harness.PhaseConnect, harness.World{}, false},
		"hosts: [link: {rate: 500}]":                                                  {"the upstream's link carries 500 bytes a second", harness.Network, harness.PhaseBody, harness.World{Needs: harness.Bandwidth}, false},
		"hosts: {link: {rate: 500}, script: hold}":                                    {"the upstream plays: hold, and the upstream's link carries 500 bytes a second", harness.Slow, harness.PhaseConnect, harness.World{Needs: harness.Bandwidth}, false},
		"hosts: [link: {delay: 20ms}]":                                                {"each frame is late by 20ms", harness.Network, harness.PhaseConnect, harness.World{Needs: harness.Latency}, false},
		"hosts: [route: missing]":                                                     {"the gateway has no route to the upstream", harness.Network, harness.PhaseConnect, harness.World{Alone: true}, false},
		"rules: [{where: returning, action: drop, after: 9, loss: {lost: 1, of: 3}}]": {"a firewall has the rule: drop returning after 9 bytes, 1 of 3", harness.Firewall, harness.PhaseConnect, harness.World{}, false},
		"rules: [{where: arriving, action: reset, syn_only: true}, {where: returning, action: drop}]": {"a firewall has the rule: reset SYNs arriving, then drop returning", harness.Firewall, harness.PhaseConnect, harness.World{}, false},
		"hosts: [machine: moved], rules: [{where: arriving, action: drop}]":                           {"the upstream has moved to another address, and a firewall has the rule: drop arriving", harness.Network, harness.PhaseConnect, harness.World{}, false},
	} {
		s := read(t, one("{"+inject+"}", timeout))[0]
		if f := s.Fault; f.Title != want.while || f.Cause != want.cause || f.Phase != want.phase || s.World != want.world || f.HTTP != want.http {
			t.Errorf("%s: while %q, %s, %s, %+v, HTTP %v", inject, f.Title, f.Cause, f.Phase, s.World, f.HTTP)
		}
		if want := "the gateway answers 504 Gateway Timeout while " + want.while; s.Title != want {
			t.Errorf("%s: the promise is %q", inject, s.Title)
		}
	}
}

// What the kernel decides no virtual clock can play.
func TestWhatTheKernelDecides(t *testing.T) {
	for inject, want := range map[string]harness.Kernel{
		"hosts: [script: read-request; wait 9s]":                            {},
		"hosts: [busy: core]":                                               harness.ByScheduler,
		"hosts: [script: read-request; work 9s]":                            harness.ByScheduler,
		"hosts: [machine: gone]":                                            harness.ByARP,
		"hosts: [machine: moved]":                                           harness.ByARP,
		"hosts: [process: killed]":                                          {},
		"hosts: [link: {down: true}]":                                       harness.ByARP,
		"hosts: [link: {rate: 500}]":                                        harness.ByQueue,
		"hosts: [busy: backlog]":                                            harness.BySYN,
		"rules: [{where: arriving, action: drop}]":                          harness.ByEither,
		"rules: [{where: arriving, action: reset}]":                         {},
		"rules: [{where: returning, action: drop, loss: {lost: 1, of: 3}}]": harness.ByTCP,
		"hosts: [script: hold], rules: [{where: arriving, action: drop, loss: {lost: 1, of: 3}}]": harness.ByTCP,
	} {
		if got := read(t, one("{"+inject+"}", timeout))[0].Kernel(); got != want {
			t.Errorf("%s: %v decides, want %v", inject, got, want)
		}
	}
	for answer, want := range map[string]harness.Kernel{
		"silent: true": {}, "addrs: host": {}, "addrs: idle": {}, "addrs: nobody": harness.ByARP, "addrs: [10.1.2.3, host]": harness.ByARP,
	} {
		if got := read(t, in("{resolve: at-request}", "{names: {app: {"+answer+"}}}", timeout))[0].Kernel(); got != want {
			t.Errorf("%s: %v decides, want %v", answer, got, want)
		}
	}
}

func TestHowANameIsAnswered(t *testing.T) {
	for answer, want := range map[string]string{
		"rcode: NXDOMAIN": "the resolver answers NXDOMAIN", "silent: true": "the resolver does not answer",
		"addrs: nobody": "the resolver answers with a dead address", "addrs: idle": "the resolver answers with a host whose port is closed",
		"addrs: [10.1.2.3, host], ttl: 60": "the resolver answers with 10.1.2.3, host", "addrs: nobody, ttl: 60": "the resolver answers with nobody",
	} {
		s := read(t, in("{resolve: at-request}", "{names: {app: {"+answer+"}}}", timeout))[0]
		if s.Fault.Title != want || s.Fault.Cause != harness.DNS {
			t.Errorf("%s: %q, %s", answer, s.Fault.Title, s.Fault.Cause)
		}
	}
}

func TestOutcomes(t *testing.T) {
	for expect, want := range map[string]string{
		"outcome: closed": "gives no status: closed", "status: 200, outcome: truncated": "gives 200 OK, truncated", "status: 502, outcome: answered": "answers 502 Bad Gateway",
		"outcome: hang": "gives no status: hang", "status: 200, outcome: hang": "gives 200 OK, hang",
		"status: [200, 206], outcome: truncated": "gives 200 OK, truncated, or gives 206 Partial Content, truncated",
	} {
		s := read(t, one(hold, "{"+expect+"}"))[0]
		if len(s.Expect) != 1 || s.Expect[0].Title != want {
			t.Errorf("%s: %+v", expect, s.Expect)
		}
	}
	if s := read(t, in("{restart: true}", hold, "{outcome: did-not-start}"))[0]; s.Expect[0].Title != "refuses to start" {
		t.Errorf("%+v", s.Expect)
	}
}

func TestOneOfSeveralStatuses(t *testing.T) {
	check := read(t, one(hold, "{status: [502, 504]}"))[0].Expect[0]
	for status, holds := range map[int]bool{502: true, 504: true, 503: false} {
		e := &harness.Evidence{Outcome: harness.Answered}
		e.Exchange.Response.Status = status
		if err := check.Judge(harness.Policy{}, e); (err == nil) != holds {
			t.Errorf("%d: %v", status, err)
		}
	}
}

const shopConf = "events {}\nhttp {\n  server {\n    listen 8080;\n    location / { proxy_pass http://app:9000; proxy_read_timeout 5s; }\n  }\n}\n"

func TestAConfigurationOfOnesOwn(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "nginx.conf"), []byte(shopConf), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "shop.yaml")
	block := "configuration: |\n  " + strings.ReplaceAll(strings.TrimSpace(shopConf), "\n", "\n  ") + "\n"
	rest := "url: http://shop.test:8080/a\nupstreams: app:9000\n" + in("{process: true}", hold, timeout) + "  request: {path: /b}\n"
	for text, want := range map[string]struct {
		where string
		own   nginx.Own
	}{
		"configuration: nginx.conf\n" + rest: {"nginx.conf:5", nginx.Own{Config: filepath.Join(folder, "nginx.conf")}},
		"# a line above\n" + block + rest:    {"shop.yaml:7", nginx.Own{Config: path, Text: "\n\n" + shopConf}},
	} {
		s, err := parse(path, []byte(text), "nginx@1.26")
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		want.own.From, want.own.URL, want.own.Upstream = "nginx@1.26", "http://shop.test:8080/b", "app:9000"
		if s[0].Gateway != want.own || s[0].Traffic.Path != "" {
			t.Errorf("%s: %+v, %+v", text, s[0].Gateway, s[0].Traffic)
		}
		boot, _ := s[0].Gateway.Boot(nil)
		if p, err := s[0].Gateway.Policy(boot, harness.Site{}); err != nil || !strings.HasPrefix(p.Read.Where(), want.where) || p.Read.Value != 5*time.Second {
			t.Errorf("%s: its policy is %+v, %v", text, p.Read, err)
		}
	}
}

// A name of a configuration is what the gateway calls its upstream, and nothing else.
func TestNamesOfAConfiguration(t *testing.T) {
	head := "configuration: |\n  events {}\n  http { server { location / { proxy_pass http://app:9000; } } }\nurl: http://a.test/\nupstreams: [app:9000]\n"
	read(t, head+one("{names: {app: {silent: true}}}", timeout))
	for text, want := range map[string]string{
		head + one("{names: {db: {silent: true}}}", timeout): `8:20: the gateway asks for no name "db" (the upstream's is app)`,
		head + in("{resolve: at-request}", hold, timeout):    "10:10: when a name is resolved is the configuration's own affair (leave resolve out)",
	} {
		if _, err := parse("testdata/f.yaml", []byte(text), "nginx"); err == nil || told(t, err) != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestRead(t *testing.T) {
	s, err := Read("../../examples/scenarios/shop.yaml", "nginx")
	if err != nil || len(s) != 4 {
		t.Errorf("the example: %d scenarios, %v", len(s), err)
	}
	if _, err = Read("testdata/none.yaml", "nginx"); !errors.Is(err, fs.ErrNotExist) || harness.BlameOf(err) != harness.Usage || harness.Hint(err) == "" {
		t.Errorf("got %v", err)
	}
}
