package nginx

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness"
)

const refusal = "connect() failed (111: Connection refused) while connecting to upstream"

// A line is understood whatever a collector has put around it.
func TestCollectorsAreSeenThrough(t *testing.T) {
	wrapped, err := json.Marshal(map[string]string{"log": stamp + refusal + about + "\n", "stream": "stderr"})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		stamp + refusal + about,
		"nginx-1  | " + stamp + refusal + about,
		"<187>Nov 23 07:02:11 edge nginx: " + stamp + refusal + about,
		"2026-11-23T07:02:11.123Z stderr F " + stamp + refusal + about,
		string(wrapped),
	} {
		sign, sense := interpret(line)
		at := time.Date(2026, 11, 23, 7, 2, 11, 0, time.UTC)
		if sense != harness.Symptomatic || sign.Said != refusal || !sign.At.Equal(at) || strings.Join(sign.Upstreams, " ") != "http://198.18.1.10:8080" || sign.Log != harness.ErrorLog {
			t.Errorf("%s\nis taken for %v %+v", line, sense, sign)
		}
	}
	for _, line := range []string{refusal, "nginx: [emerg] host not found in upstream \"app\" in /etc/nginx/nginx.conf:21"} {
		if sign, sense := interpret(line); sense != harness.Symptomatic || sign.Stamp != "" {
			t.Errorf("%s\nis taken for %v %+v", line, sense, sign)
		}
	}
}

func TestSenses(t *testing.T) {
	for line, want := range map[string]harness.Sense{
		stamp + "something else" + about:                                                            harness.Unknown,
		strings.Replace(stamp, "error", "notice", 1) + "start worker":                               harness.Sound,
		strings.Replace(stamp, "error", "info", 1) + "client 10.0.0.1 closed keepalive connection":  harness.Sound,
		strings.Replace(stamp, "error", "info", 1) + "client prematurely closed connection" + about: harness.Symptomatic,
		"panic: runtime error": harness.Unknown,
		"{":                    harness.Unknown,
		`{"status":"up"}`:      harness.Unknown,
		`{"status":502}`:       harness.Unknown, // of anybody's log
		"\x00\xff\x1b[2J":      harness.Unknown,
	} {
		if sign, sense := interpret(line); sense != want {
			t.Errorf("%q is taken for %v %+v", line, sense, sign)
		}
	}
}

func TestWhichUpstream(t *testing.T) {
	for field, want := range map[string]string{
		`upstream: "http://198.18.1.10:8080/pay?token=hush"`:    "http://198.18.1.10:8080",
		`upstream: "https://[2001:db8::1]:8443/"`:               "https://[2001:db8::1]:8443",
		`upstream: "fastcgi://unix:/run/php/fpm.sock:"`:         "fastcgi://unix:/run/php/fpm.sock",
		`upstream: "http://unix:/run/app.sock:/pay?token=hush"`: "http://unix:/run/app.sock",
		`upstream: "http://user:hush@198.18.1.10/"`:             "",
		`host: "shop.test"`:                                     "",
	} {
		sign, _ := interpret(stamp + refusal + `, client: 198.19.0.1, server: a, request: "GET / HTTP/1.1", ` + field)
		if got := strings.Join(sign.Upstreams, " "); got != want {
			t.Errorf("%s is taken for %q, want %q", field, got, want)
		}
	}
}

// What is shown of a line is NGINX's own words.
func TestWhatIsSaidHoldsNoWordOfOthers(t *testing.T) {
	for message, want := range map[string]string{
		`upstream sent invalid header: "Set-Cookie: session=hush\x00..." while reading response header from upstream`: `upstream sent invalid header: "..." while reading response header from upstream`,
		`FastCGI sent in stderr: "PHP message: password hush" while reading upstream`:                                 `FastCGI sent in stderr: "..." while reading upstream`,
		`app.shop.test could not be resolved (3: Host not found)`:                                                     `app.shop.test could not be resolved (3: Host not found)`,
	} {
		sign, _ := interpret(stamp + message + `, client: 198.19.0.1, request: "GET /?token=hush HTTP/1.1"`)
		if sign.Said != want {
			t.Errorf("%q, want %q", sign.Said, want)
		}
	}
	if sign, _ := interpret("password=hush " + refusal); strings.Contains(sign.Said, "hush") {
		t.Errorf("%q", sign.Said)
	}
}

func FuzzInterpret(f *testing.F) {
	for _, line := range said[:8] {
		f.Add(stamp + line + about)
	}
	f.Add(inPairs("502", "0.000", "-, -", "-, -", "502, 502", "127.0.0.1:18100, 127.0.0.1:18109"))
	f.Add(inJSON("504", "0.000", "-", "504", "127.0.0.1:80"))
	f.Fuzz(func(t *testing.T, line string) {
		sign, sense := interpret(line)
		if sense == harness.Symptomatic && (sign.Symptom.Means == "" || sign.Said == "") {
			t.Errorf("%q is understood and not told: %+v", line, sign)
		}
		for _, u := range sign.Upstreams {
			if strings.ContainsAny(u, " \"?@\x1b") {
				t.Errorf("%q is no address", u)
			}
		}
	})
}
