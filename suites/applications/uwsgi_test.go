//go:build linux

package applications_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/badgateway/badgateway/faults"
	"github.com/badgateway/badgateway/harness"
	. "github.com/badgateway/badgateway/harness/matchers"
)

const (
	answerPython  = "start('200 OK', [('Content-Type', 'text/plain')])\n    return [b'the shop, by uWSGI ' + uwsgi.version]"
	healthyPython = "say('asked')\n    " + answerPython
	raisePython   = "raise RuntimeError('boom')"
	greedyPython  = "much = bytearray(1 << 28)\n    say('fits')\n    start('200 OK', [])\n    return [str(len(much)).encode() + b' bytes']"
	dwellPython   = "say('at work')\n    time.sleep(60)\n    " + answerPython
)

// uwsgi is uWSGI with one worker, and a Python application of that code.
func uwsgi(w way, code string, args ...string) harness.Application {
	app := `
import os, signal, sys, time, uwsgi

def say(word):
    print(word, file=sys.stderr, flush=True)

def application(environ, start):
    ` + strings.TrimSpace(code) + "\n"
	return harness.Application{
		Packages: []string{"uwsgi-core", "uwsgi-plugin-python3"}, Program: "/usr/bin/uwsgi_python3*",
		Args: append([]string{"--master", "--processes", "1", "--uid", "www-data", "--gid", "www-data",
			"--socket", w.at, "--chmod-socket=666", "--wsgi-file", "/srv/shop/app.py"}, args...),
		Files: []harness.File{{Path: "/srv/shop/app.py", Text: []byte(app)}},
		Ready: "spawned uWSGI worker 1",
	}
}

var _ = Describe("uWSGI behind NGINX", func() {
	for _, w := range ways {
		Describe("over "+w.name, Ordered, ContinueOnFailure, func() { describeUWSGI(w) })
	}
})

func describeUWSGI(w way) {
	s := behind("uwsgi", uwsgi(w, healthyPython), w)
	deploy := func(word, code string, args ...string) harness.Fault { return deployed(uwsgi(w, code, args...), word) }

	It("answers with its own words, unharmed", func(ctx SpecContext) {
		s.well = s.while(ctx, hasty, deploy("asked", healthyPython))
		Expect(s.well).To(SatisfyAll(BeAnswered(200), Answer("the shop, by uWSGI 2"), AtOnce()))
	})

	DescribeTable("is a bad gateway", func(ctx SpecContext, f harness.Fault, wants ...types.GomegaMatcher) {
		s.row(ctx, hasty, f, SatisfyAll(append(wants, BeBadGateway(), AtOnce())...))
	},
		Entry("where all of it was killed: nobody listens", faults.Refused, Log("failed (111: Connection refused) while connecting to upstream")),
		// A request without a body is one packet, which it has read before the application sees it:
		// so the connection ends properly, and too early.
		Entry("where all of it is killed in mid-request", killed(uwsgi(w, dwellPython)), closed),
		Entry("where the worker is killed in mid-request", deploy("died, killed by signal 9", "os.kill(os.getpid(), signal.SIGKILL)"), closed),
	)

	DescribeTable("is a gateway timeout", func(ctx SpecContext, f harness.Fault, wants ...types.GomegaMatcher) {
		s.row(ctx, hasty, f, SatisfyAll(append(wants, BeGatewayTimeout())...))
	},
		Entry("where the application is slow", deploy(atWork, dwellPython), readTimeout()),
		Entry("where its only worker is busy: the queue holds", crowded(uwsgi(w, dwellPython), harness.Crowd{Busy: 1}), readTimeout()),
	)

	It("is a timeout or a bad gateway where its queue is full: that depends on the socket", func(ctx SpecContext) {
		s.row(ctx, hasty, crowded(uwsgi(w, dwellPython, "--listen", "1"), overrun), w.turnsAway())
	})

	if w == tcp { // how NGINX comes to it makes no difference to these
		describeUWSGIItself(s, deploy)
	}
}

func describeUWSGIItself(s *server, deploy func(word, code string, args ...string) harness.Fault) {
	DescribeTable("is a bad gateway by its own doing", func(ctx SpecContext, p patience, f harness.Fault, wants ...types.GomegaMatcher) {
		s.row(ctx, p, f, SatisfyAll(append(wants, BeBadGateway())...))
	},
		// It is the application that is a timeout above, where nothing cuts it.
		Entry("where harakiri cuts the request", patient, deploy("HARAKIRI ON WORKER 1", dwellPython, "--harakiri", "1"), Not(AtOnce()), closed),
		// Unlike php-fpm it answers nothing then: who counts his application's 500s sees none.
		Entry("where the application raises an exception", hasty, deploy("RuntimeError: boom", raisePython), closed),
		Entry("where it has too little memory, which is an exception", hasty, deploy("MemoryError", greedyPython, "--limit-as", "256"), closed),
		// Unlike php-fpm's its workers end with their master, within milliseconds: one that has the
		// connection by then resets it.
		Entry("where its master was killed", hasty, orphaned(), AtOnce(), Or(reset, Log("failed (111: Connection refused)")), BeOrphaned()),
	)

	It("is a gateway timeout where it is frozen", func(ctx SpecContext) {
		s.row(ctx, hasty, faults.Frozen, SatisfyAll(BeGatewayTimeout(), readTimeout()))
	})

	DescribeTable("is not shown to be overrun", func(ctx SpecContext, f harness.Fault, why string) {
		Expect(s.unproven(ctx, f)).To(MatchError(ContainSubstring(why)))
	},
		Entry("where a second worker has time", crowded(uwsgi(s.way, dwellPython, "--processes", "2"), harness.Crowd{Busy: 1}), "the application began to work for the visitor"),
		// Its listener defers connections (TCP_DEFER_ACCEPT) unless told otherwise, and counts what it
		// defers as dropped.
		Entry("where its queue is long", crowded(uwsgi(s.way, dwellPython, "--listen", "16", "--no-defer-accept"), overrun), "the listener dropped no SYN"),
	)
	DescribeTable("answers for itself, which is no gateway's error", func(ctx SpecContext, status int, f harness.Fault, wants ...types.GomegaMatcher) {
		s.row(ctx, patient, f, SatisfyAll(append(wants, BeAnswered(status), Not(Answer("<html>")))...)) // NGINX's own pages are HTML
	},
		Entry("where exceptions are caught, which its manual advises against", 500, deploy("RuntimeError: boom", raisePython, "--catch-exceptions"), Answer("uWSGI exceptions catcher")),
		Entry("where there is memory enough", 200, deploy("fits", greedyPython), Answer("268435456 bytes")),
	)
}
