package settings

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness"
)

var known = Known{
	Rules:  []string{"repeats-no-post", "keeps-headers", "answers-in-budget"},
	Faults: []string{"slow/never", "slow/late", "crash/killed", "firewall/reset", "firewall/cut"},
}

const everything = `# our gateway
version: 1
budgets:
  client: 20s
  cdn: 1m30s
faults: [canonical, 'slow/*', crash/killed]
max_wait: 2m
rules:
  repeats-no-post: fail
  keeps-headers: {level: off, reason: "the edge adds HSTS itself"}
expect:
  - route: "GET https://shop.test/api/*"
    fault: slow/never
    status: 504
    outcome: answered
    within: 5s
    attempts: 1
    reason: it is
      what the app counts on
  - route: "* https://shop.test/*"
    status: [502, 504]
    fault: [slow/late, firewall/*]
    outcome: [answered, truncated]
skip:
  - route: "GET https://shop.test/legacy/*"
    fault: "firewall/*"
    reason: "it is switched off in March"
configuration:
  path: deploy/nginx
  at: /etc/nginx
  set: {DOMAIN: shop.test, PORT: 8080}
  without_modules: [brotli]
  gateway: nginx@1.26
`

func TestEverythingThatCanBeSaid(t *testing.T) {
	got, err := parse("ci/badgateway.yaml", []byte(everything), known)
	if err != nil {
		t.Fatal(err)
	}
	once := 1
	at := func(line, column int, says string) harness.Position {
		return harness.Position{File: "ci/badgateway.yaml", Line: line, Column: column, Says: says}
	}
	want := &Settings{
		Version: 1, Budgets: Budgets{Client: 20 * time.Second, CDN: 90 * time.Second},
		Faults: []string{"canonical", "slow/*", "crash/killed"}, MaxWait: 2 * time.Minute,
		Rules: map[string]Rule{
			"repeats-no-post": {Level: Fail, At: at(9, 3, "repeats-no-post: fail")},
			"keeps-headers":   {Off, "the edge adds HSTS itself", at(10, 3, `keeps-headers: {level: off, reason: "the edge adds HSTS itself"}`)},
		},
		Expect: []Expectation{{
			Route: "GET https://shop.test/api/*", Fault: []string{"slow/never"}, Status: []int{504}, Outcome: []harness.Outcome{harness.Answered},
			Within: 5 * time.Second, Attempts: &once, Reason: "it is what the app counts on", At: at(12, 5, `- route: "GET https://shop.test/api/*"`),
		}, {
			Route: "* https://shop.test/*", Fault: []string{"slow/late", "firewall/*"}, Status: []int{502, 504},
			Outcome: []harness.Outcome{harness.Answered, harness.Truncated}, At: at(20, 5, `- route: "* https://shop.test/*"`),
		}},
		Skip: []Skip{{
			Route: "GET https://shop.test/legacy/*", Fault: []string{"firewall/*"}, Reason: "it is switched off in March",
			At: at(25, 5, `- route: "GET https://shop.test/legacy/*"`),
		}},
		Configuration: Configuration{
			Path: filepath.Join("ci", "deploy", "nginx"), At: "/etc/nginx", Set: map[string]string{"DOMAIN": "shop.test", "PORT": "8080"},
			WithoutModules: []string{"brotli"}, Gateway: "nginx@1.26",
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

func TestNothingIsTheDefault(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "comments": "# later\n", "a document of nothing": "---\n", "null": "~", "the version": "version: 1",
		"sections whose lines are comments": "budgets:\nrules:\n  # a: fail\nexpect:\nskip:\nconfiguration:\n  set:\n",
		"CRLF and a byte order mark":        "\ufeffversion: 1\r\nrules:\r\n",
	} {
		got, err := parse(Name, []byte(text), known)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if want := Default(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
}

func TestPathsThatAreNoFile(t *testing.T) {
	folder := t.TempDir()
	large := filepath.Join(folder, "large.yaml")
	if err := os.WriteFile(large, []byte(strings.Repeat("# a comment\n", 10<<20/12)), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		folder:                             "reading " + folder + ": it is a folder",
		large:                              "reading " + large + ": it has more than 1024 KiB",
		filepath.Join(folder, "none.yaml"): "reading " + filepath.Join(folder, "none.yaml") + ": no such file or directory",
	} {
		_, err := Read(path, known)
		if err == nil || err.Error() != want || harness.BlameOf(err) != harness.Usage {
			t.Errorf("got %v, want %s", err, want)
		}
		if gone := strings.HasSuffix(path, "none.yaml"); errors.Is(err, fs.ErrNotExist) != gone {
			t.Errorf("%s: it does not say whether there is a file: %v", path, err)
		}
	}
}

func TestRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), Name)
	if err := os.WriteFile(path, []byte("rules: {repeats-no-post: fail}\nconfiguration: {path: /srv/nginx}"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Read(path, known)
	if err != nil || s.Level("repeats-no-post", false) != Fail || s.Configuration.Path != "/srv/nginx" {
		t.Errorf("got %+v, %v", s, err)
	}
}
