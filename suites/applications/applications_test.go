//go:build linux

// Package applications shows that what the catalogue says of FastCGI and uwsgi is true of real
// servers: php-fpm and uWSGI from the distribution's packages, in the place of the upstreams that the
// agent plays. Each is really killed, kept busy, overrun or broken by its own code, and NGINX's
// answer is held against what the server's own log, its wait status and its kernel's queue say.
// The rows of php-fpm are in php_test.go, those of uWSGI in uwsgi_test.go.
package applications_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	. "github.com/badgateway/badgateway/harness/matchers"
	"github.com/badgateway/badgateway/harness/nginx"
	"github.com/badgateway/badgateway/harness/runtimes"
	"github.com/badgateway/badgateway/suites/place"
)

func TestApplications(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "real application servers")
}

var runtime harness.Runtime

var _ = BeforeSuite(func(ctx SpecContext) {
	var err error
	runtime, _, err = runtimes.Open(ctx, runtimes.Auto, runtimes.Want{Needs: harness.Applications}, func(s string) { GinkgoWriter.Println(s) })
	place.Available(err)
	DeferCleanup(runtime.Close)
	for _, a := range []harness.Application{php(tcp, healthyPHP), uwsgi(tcp, healthyPython)} { // fetch the packages, or say why not
		lab, err := harness.Open(ctx, runtime, tcp.nginx("fastcgi", patient), harness.Plot{Name: "first", Application: &a})
		if harness.Hint(err) != "" { // it is the machine that has none to give
			place.Available(err)
		}
		Expect(err).NotTo(HaveOccurred())
		Expect(lab.Close()).To(Succeed())
	}
}, NodeTimeout(5*time.Minute))

// way is how NGINX comes to a server.
type way struct {
	name string
	pass string // as NGINX writes it
	at   string // as the servers do
}

var (
	tcp  = way{"TCP", "app.shop.internal:9000", "0.0.0.0:9000"}
	unix = way{"a unix socket", "unix:/run/shop/app.sock", agent.SocketFile(0)}
	ways = []way{tcp, unix}
)

// patience is NGINX's: what it takes to tell connecting from waiting.
type patience struct{ connect, read time.Duration }

var (
	hasty   = patience{500 * time.Millisecond, time.Second}
	patient = patience{500 * time.Millisecond, 5 * time.Second} // longer than a server's own limit, which counts in seconds
)

// nginx is a configuration as people write it for such a server; module is fastcgi or uwsgi.
func (w way) nginx(module string, p patience) nginx.Own {
	GinkgoHelper()
	text := `
events {}
http {
    server {
        listen 8080;
        server_name shop.test;
        location / {
            MODULE_pass PASS;
            MODULE_connect_timeout CONNECTms;
            MODULE_read_timeout READms;
            MODULE_param SCRIPT_FILENAME /srv/shop/index.php;
            MODULE_param REQUEST_METHOD $request_method;
            MODULE_param QUERY_STRING $query_string;
            MODULE_param CONTENT_LENGTH $content_length;
            MODULE_param REQUEST_URI $request_uri;
            MODULE_param PATH_INFO $document_uri;
            MODULE_param SERVER_PROTOCOL $server_protocol;
            MODULE_param SERVER_NAME $server_name;
            MODULE_param SERVER_PORT $server_port;
        }
    }
}
`
	text = strings.NewReplacer("MODULE", module, "PASS", w.pass,
		"CONNECT", fmt.Sprint(p.connect.Milliseconds()), "READ", fmt.Sprint(p.read.Milliseconds())).Replace(text)
	file := filepath.Join(GinkgoT().TempDir(), "nginx.conf")
	Expect(os.WriteFile(file, []byte(text), 0o644)).To(Succeed())
	return nginx.Own{Config: file, URL: "http://shop.test:8080/", Upstream: w.pass}
}

// server is one of the two, as it is played behind NGINX.
type server struct {
	module  string
	healthy harness.Application
	way     way
	labs    map[patience]*harness.OpenLab
	well    *harness.Evidence // of an exchange in which nothing is broken
}

// while plays a row.
func (s *server) while(ctx SpecContext, p patience, f harness.Fault) *harness.Evidence {
	GinkgoHelper()
	e, err := s.play(ctx, p, f)
	Expect(err).NotTo(HaveOccurred())
	Expect(e).To(Recover())
	return e
}

// unproven is what keeps a row from being a fair test.
func (s *server) unproven(ctx SpecContext, f harness.Fault) error {
	GinkgoHelper()
	_, err := s.play(ctx, hasty, f)
	return err
}

func (s *server) play(ctx SpecContext, p patience, f harness.Fault) (*harness.Evidence, error) {
	GinkgoHelper()
	e, err := s.bay(ctx, p).While(ctx, f)
	if e != nil {
		AddReportEntry(f.Title, report(e), ReportEntryVisibilityFailureOrVerbose)
	}
	return e, err
}

// bay is in a lab that rows of the same patience share: each leaves it as it found it.
func (s *server) bay(ctx SpecContext, p patience) *harness.Bay {
	GinkgoHelper()
	if s.labs[p] == nil {
		lab, err := harness.Open(ctx, runtime, s.way.nginx(s.module, p), harness.Plot{Name: "shop", Application: &s.healthy})
		Expect(err).NotTo(HaveOccurred())
		s.labs[p] = lab
	}
	return s.labs[p].Bays[0]
}

// close ends its labs.
func (s *server) close() {
	for _, lab := range s.labs {
		Expect(lab.Close()).To(Succeed())
	}
}

// behind is such a server with what it takes to play it.
func behind(module string, healthy harness.Application, w way) *server {
	s := &server{module: module, healthy: healthy, way: w, labs: map[patience]*harness.OpenLab{}}
	AfterAll(s.close)
	return s
}

func report(e *harness.Evidence) string {
	lines := []string{fmt.Sprintf("the client saw %s after %v", e.Saw(), e.Exchange.Ended)}
	for _, l := range e.Log {
		lines = append(lines, "log: "+l.Text)
	}
	return strings.Join(append(lines, e.Said()...), "\n")
}

// row holds what a row expects against what happened, and against an exchange in which nothing
// is broken: that has to fail it.
func (s *server) row(ctx SpecContext, p patience, f harness.Fault, wants types.GomegaMatcher) {
	GinkgoHelper()
	Expect(s.while(ctx, p, f)).To(wants)
	Expect(s.well).NotTo(wants, "a row that an unharmed application meets shows nothing")
}

// deployed is an application that does harm, and says that when it does.
func deployed(a harness.Application, word string) harness.Fault {
	return harness.Fault{
		Title:  "another application is deployed",
		Inject: func(ctx context.Context, b *harness.Bay) error { return b.Deploy(ctx, a, word) },
	}
}

// killed is one that is killed with all its processes while it works for the visitor.
func killed(a harness.Application) harness.Fault {
	a.Dies = atWork
	return deployed(a, atWork)
}

// crowded is one that a crowd keeps busy.
func crowded(a harness.Application, c harness.Crowd) harness.Fault {
	c.Word = atWork
	return harness.Fault{
		Title:  "a crowd keeps the application busy",
		Inject: func(ctx context.Context, b *harness.Bay) error { return b.Gather(ctx, a, c) },
	}
}

// atWork is what applications say that go on for longer than anybody waits.
const atWork = "at work"

// overrun is a crowd that leaves no room in a queue of listen(1), which holds two.
var overrun = harness.Crowd{Busy: 1, Queued: 2, Full: true}

// turnsAway is what clients meet where a queue is full. A SYN is dropped, and NGINX waits for an answer
// to it; a unix socket has nothing to wait for.
func (w way) turnsAway() types.GomegaMatcher {
	if w == tcp {
		return SatisfyAll(BeGatewayTimeout(), connectTimeout())
	}
	return SatisfyAll(BeBadGateway(), AtOnce(), Log("failed (11: Resource temporarily unavailable) while connecting to upstream"))
}

// The ends of a connection that NGINX tells apart.
var (
	reset  = SatisfyAll(Log("recv() failed (104: Connection reset by peer) while reading response header from upstream"), NameTheCause("connection_terminated"))
	closed = SatisfyAll(Log("upstream prematurely closed connection while reading response header from upstream"), NameTheCause("http_response_incomplete"))
)

// readTimeout is what the clients of a hasty gateway meet that waits in vain.
func readTimeout() types.GomegaMatcher {
	return SatisfyAll(Log("upstream timed out (110: Connection timed out) while reading response header from upstream"), Takes(hasty.read))
}

// connectTimeout is what they meet where it does not even get a connection.
func connectTimeout() types.GomegaMatcher {
	return SatisfyAll(Log("upstream timed out (110: Connection timed out) while connecting to upstream"), Takes(hasty.connect))
}

// Takes succeeds where the answer came after that setting, and before another could have decided.
func Takes(d time.Duration) types.GomegaMatcher {
	set := harness.Setting{Directive: "timeout", Value: d}
	return SatisfyAll(AnswerAfter(set), AnswerWithin(set))
}

// Log succeeds where NGINX logged that of the visitor's request.
func Log(text string) types.GomegaMatcher {
	return WithTransform(func(e *harness.Evidence) (lines []string) {
		for _, l := range e.Log {
			lines = append(lines, l.Text)
		}
		return lines
	}, ContainElement(ContainSubstring(text)))
}

// Say succeeds where the application said that meanwhile.
func Say(text string) types.GomegaMatcher {
	return WithTransform((*harness.Evidence).Said, ContainElement(ContainSubstring(text)))
}

// BeOrphaned succeeds where the application's first process was killed.
func BeOrphaned() types.GomegaMatcher {
	return WithTransform(func(e *harness.Evidence) string { return e.After.Hosts[0].Exit }, Equal("signal: killed"))
}

// Answer succeeds where the body begins with that.
func Answer(text string) types.GomegaMatcher {
	return WithTransform(func(e *harness.Evidence) string { return string(e.Exchange.Response.Start) }, HavePrefix(text))
}

// AtOnce succeeds where nothing was waited for.
func AtOnce() types.GomegaMatcher {
	return WithTransform(func(e *harness.Evidence) time.Duration { return e.Exchange.Ended }, BeNumerically("<", hasty.connect))
}

// orphaned is an application whose master is killed, and nothing of it else.
func orphaned() harness.Fault {
	return harness.Fault{Title: "the application's master is killed", Inject: func(ctx context.Context, b *harness.Bay) error { return b.Orphan(ctx) }}
}
