package own

import (
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
)

// Whatever is handed over is scenarios that can be told and judged, or a problem of the user's
// with its place in the file.
func FuzzRead(f *testing.F) {
	for _, text := range []string{
		everything, "", "a: &a [*a]", "scenarios: [*x]", "? a\n: b", "<<: {version: 1}", "\xff\xfea\x00", "--- \n...\n---", one(hold, timeout),
		one(`{hosts: [{script: "write \"a\" x 3; drip \"\\x00\" every 1ms; die"}]}`, "{outcome: closed, header: {A: }}"),
		in("{resolve: at-request}", "{names: {app: {addrs: [host, 10.1.2.3, nobody], ttl: 9}}}", "{time: 0.5 x at once, should: {status: [502, 504], outcome: hang}}"),
		one("{hosts: [link: {delay: 20ms, jitter: 5ms}], rules: [{where: returning, action: drop, loss: {lost: 1, of: 3}}]}", timeout),
		"configuration: |\n  events {}\n  http { server { location / { proxy_pass http://app:9000; } } }\nurl: http://a.test/\nupstreams: [app:9000]\n" + one(hold, timeout),
		"configuration: \"{\"\nurl: \"http://[::1\"\nupstreams: [\"\"]\n" + one(hold, timeout), "scenarios: !!omap [a: b]", "scenarios:\n- id: !!binary YQ==\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := parse("f", text, "nginx")
		if err != nil {
			if harness.BlameOf(err) != harness.Usage || !strings.HasPrefix(err.Error(), "f:") || strings.HasPrefix(err.Error(), "f:0") {
				t.Fatalf("no problem with its place: %v", err)
			}
			return
		}
		for _, one := range s {
			sensible(t, one)
		}
	})
}

func sensible(t *testing.T, s harness.Scenario) {
	t.Helper()
	if !isID(s.ID) || s.Title == "" || s.Fault.Title == "" || s.Fault.Cause == "" || s.Fault.Phase == "" || s.Fault.Inject == nil || len(s.Expect) == 0 {
		t.Fatalf("something is missing: %+v", s)
	}
	for _, label := range s.Labels("nginx") {
		if label == "" || strings.ContainsAny(label, "&|!,()/") {
			t.Fatalf("the label %q is none", label)
		}
	}
	for _, finding := range harness.Judge(s, nil, harness.Policy{}, &harness.Evidence{}) {
		if finding.Check == "" || !finding.Held && finding.Saw == "" {
			t.Fatalf("a finding tells nothing: %+v", finding)
		}
	}
}
