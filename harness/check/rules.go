package check

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

// A Rule is what clients may expect of any gateway, whatever its configuration.
type Rule struct {
	Name  string
	Title string // completes "the gateway ..."
	Cite  string // what it rests on
	Why   string
	// judge returns what breaks it, nil where nothing does or where it says nothing about
	// such a cell.
	judge func(held, harness.Policy, *harness.Evidence) *harness.Breach
}

// held is what a rule is held against, besides what was seen.
type held struct {
	route   harness.Route
	budgets Budgets
	fault   string // the cell's
	spare   bool   // the fault spares one of the servers
	post    bool
}

// Budgets are how long others wait for the gateway.
type Budgets struct {
	Client time.Duration // who asked
	CDN    time.Duration // what stands in front of the gateway
}

// DefaultBudgets are what people's patience and the usual CDN's timeouts come to.
var DefaultBudgets = Budgets{Client: 30 * time.Second, CDN: time.Minute}

const servesAgain = "back-in-time"

// Rules are all there are, in the order in which they are told.
func Rules() []Rule {
	return []Rule{
		{"answers-in-budget", "answers within the client's budget, whatever breaks", "RFC 9110 15.6.5",
			"A client that is left waiting gives up, and asks again: what was an error becomes load.", answersInBudget},
		{"repeats-no-post", "has a POST executed once at most", "RFC 9110 9.2.2",
			"A request that is not idempotent must not be repeated by who cannot know whether it was carried out.", repeatsNoPost},
		{"uses-spare", "lets a healthy spare answer for a server that does not", "nginx.org, proxy_next_upstream",
			"A second server is paid for so that the first may fail.", usesSpare},
		{"passes-no-torn-body", "passes no torn body off as whole", "RFC 9112 8",
			"A client that cannot see that something is missing keeps what is broken.", passesNoTornBody},
		{servesAgain, "serves again within fail_timeout once the fault is gone", "nginx.org, server: fail_timeout",
			"An outage of a second must not become one of ten.", backInTime},
		{"caches-no-error", "lets nobody cache its error", "RFC 9111 3",
			"An error that is kept outlives its cause.", cachesNoError},
		{"disguises-no-error", "disguises no error as success", "RFC 9110 15",
			"Monitoring takes it for health, and crawlers index it.", disguisesNoError},
		{"keeps-headers", "keeps its policy fields on errors", "RFC 6797 7.1, Fetch 3.3, RFC 9110 10.2.3",
			"add_header without always leaves errors without HSTS and CORS: a browser then hides the error from the page that has to handle it.", keepsHeaders},
		{"leaks-nothing", "tells strangers neither its version nor its upstreams", "RFC 9110 17.12",
			"Who attacks reads error pages first.", leaksNothing},
		{"outlives-inner", "answers before what stands in front of it gives up", "RFC 9110 15.6.5",
			"Who waits less than what he waits for tells of a timeout that nobody can find in the inner logs.", nil},
		{"limits-waiting", "limits how long and how often it tries", "nginx.org, proxy_next_upstream_tries",
			"What has no limit is limited by whoever loses patience first.", nil},
	}
}

// check is the rule as a check of a scenario.
func (r Rule) check(s held, strength harness.Strength) harness.Check {
	return harness.Check{
		Strength: strength, Title: r.Title, Rule: r.Name, Cite: r.Cite,
		Judge: func(p harness.Policy, e *harness.Evidence) error {
			if b := r.judge(s, p, e); b != nil {
				return b
			}
			return nil
		},
	}
}

func breach(at harness.Setting, try, saw string, args ...any) *harness.Breach {
	return &harness.Breach{Saw: fmt.Sprintf(saw, args...), At: at.Position(), Try: try}
}

// writtenOr is the setting that is written, or else another.
func writtenOr(other, s harness.Setting) harness.Setting {
	if s.File == "" {
		return other
	}
	return s
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s" }

func answersInBudget(s held, p harness.Policy, e *harness.Evidence) *harness.Breach {
	took := e.Exchange.Ended
	if e.Outcome != harness.Hang && took <= s.budgets.Client {
		return nil
	}
	a, _ := harness.Explain(p, e)
	b := breach(a.Setting, fmt.Sprintf("%s below %v", a.Setting.Directive, s.budgets.Client),
		"it took %s (%s), and a client waits %v", seconds(took), a.Text, s.budgets.Client)
	b.Certain = a.Setting.Value > s.budgets.Client
	return b
}

func repeatsNoPost(s held, p harness.Policy, e *harness.Evidence) *harness.Breach {
	if n := e.Requests(); s.post && n > 1 {
		return breach(p.Retry.On, "remove non_idempotent from "+p.Retry.On.Directive,
			"the POST came to upstreams %d times", n)
	}
	return nil
}

func usesSpare(s held, p harness.Policy, e *harness.Evidence) *harness.Breach {
	if !s.spare || e.Outcome == harness.Answered && e.Exchange.Response.Status == s.route.Healthy {
		return nil
	}
	at := p.Retry.On
	if p.Retry.Count == 1 {
		at = p.Retry.Tries
	}
	return breach(at, "let "+p.Retry.On.Directive+" name that failure, and "+p.Retry.Tries.Directive+" allow a second try",
		"the client got %s, with a healthy server at hand", e.Saw())
}

func passesNoTornBody(_ held, p harness.Policy, e *harness.Evidence) *harness.Breach {
	if e.Outcome != harness.SilentlyTruncated {
		return nil
	}
	at, try := p.Pass, "proxy_http_version 1.1, so that the upstream can say where its answer ends"
	if p.Chunked.Text == "off" {
		at, try = p.Chunked, "chunked_transfer_encoding on, so that a client can see where a body ends"
	}
	return breach(at, try, "the client got %s, and nothing that says so", e.Saw())
}

func backInTime(_ held, p harness.Policy, e *harness.Evidence) *harness.Breach {
	r := e.Recovery
	slack := e.Slack(p, p.Retry.Grudge) + r.Pace + time.Second // NGINX counts it in whole seconds, which have to be exceeded
	if r.Unknown || r.Recovered && r.After <= p.Retry.Grudge+slack {
		return nil
	}
	return breach(p.Retry.Forgive, "a shorter fail_timeout, or max_fails=0",
		"%d requests failed within %s after the fault, the last with %s", r.Failed, seconds(r.After), r.Last)
}

func cachesNoError(_ held, p harness.Policy, e *harness.Evidence) *harness.Breach {
	res := e.Exchange.Response
	if e.Outcome != harness.Answered || res.Status/100 != 5 {
		return nil
	}
	said := cacheable(res)
	if said == "" {
		return nil
	}
	name, _, _ := strings.Cut(said, ":")
	return breach(writtenOr(p.Pass, p.Field(name)), "no "+name+" with always, and no expires, on errors", "the %d says %s", res.Status, said)
}

var maxAge = regexp.MustCompile(`(?i)(?:s-maxage|max-age)\s*=\s*"?([1-9]\d*)`)

// cacheable is the field by which a response asks to be kept, "" where none does (RFC 9111
// 4.2.1).
func cacheable(r agent.Response) string {
	control := r.Get("Cache-Control")
	if strings.Contains(strings.ToLower(control), "no-store") || strings.Contains(strings.ToLower(control), "no-cache") {
		return ""
	}
	if maxAge.MatchString(control) {
		return "Cache-Control: " + control
	}
	if at, err := http.ParseTime(r.Get("Expires")); err == nil && control == "" && at.After(time.Now().Add(time.Second)) {
		return "Expires: " + r.Get("Expires")
	}
	return ""
}

func disguisesNoError(s held, p harness.Policy, e *harness.Evidence) *harness.Breach {
	res := e.Exchange.Response
	if s.spare || e.Outcome != harness.Answered || res.Status >= 400 || e.ErrorType() == "" || fromUpstream(res) {
		return nil
	}
	return breach(writtenOr(p.Pass, p.Pages), "an error_page without =200", "the client got %s while its own log says %s", e.Saw(), e.ErrorType())
}

// fromUpstream says whether a body is the upstream's, as one out of a cache is.
func fromUpstream(r agent.Response) bool {
	return bytes.HasPrefix(r.Start, []byte(script.FirstLine))
}

// policyFields are those that a browser goes by, whatever the status.
var policyFields = []string{"Strict-Transport-Security", "Access-Control-Allow-Origin", "Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options"}

func keepsHeaders(s held, p harness.Policy, e *harness.Evidence) *harness.Breach {
	res := e.Exchange.Response
	if e.Outcome != harness.Answered || res.Status < 400 {
		return nil
	}
	if s.fault == shedding && res.Status/100 == 5 && res.Get("Retry-After") == "" {
		return breach(p.Pass, "no proxy_intercept_errors for 503", "the upstream's 503 said when to come back, and the client's %d has no Retry-After", res.Status)
	}
	var lost []string
	for _, name := range policyFields {
		if e.Healthy.Get(name) != "" && res.Get(name) == "" {
			lost = append(lost, name)
		}
	}
	if len(lost) == 0 {
		return nil
	}
	return breach(p.Field(lost[0]), "add_header "+lost[0]+" ... always", "the %d has no %s, which the healthy answer has", res.Status, strings.Join(lost, ", "))
}

// version is how products tell theirs.
var version = regexp.MustCompile(`(?i)\b(nginx|openresty|apache|php|tengine|express|gunicorn)/\d[\w.]*`)

func leaksNothing(s held, p harness.Policy, e *harness.Evidence) *harness.Breach {
	res := e.Exchange.Response
	if e.Outcome != harness.Answered || res.Status < 500 {
		return nil
	}
	if said := version.FindString(res.Get("Server")); said != "" {
		return breach(p.Tokens, "server_tokens off", "the %d says Server: %s", res.Status, said)
	}
	if said := version.Find(res.Tail); said != nil {
		return breach(p.Tokens, "server_tokens off", "the page of the %d says %s", res.Status, said)
	}
	i := slices.IndexFunc(s.route.Servers, func(server harness.Server) bool { return shows(res, server) })
	if i < 0 {
		return nil
	}
	return breach(p.Pass, "no field or page with $upstream_addr in it", "the %d names the upstream %s", res.Status, s.route.Servers[i])
}

// shows says whether a response names a server.
func shows(r agent.Response, s harness.Server) bool {
	name := s.String()
	if s.Name == "" && s.Addr.Addr().IsLoopback() {
		return bytes.Contains(r.Tail, []byte(name)) // 127.0.0.1 alone says nothing
	}
	return bytes.Contains(r.Tail, []byte(name)) || slices.ContainsFunc(r.Fields, func(f agent.Field) bool {
		return strings.Contains(f.Value, name)
	})
}
