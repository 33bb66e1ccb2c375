//go:build linux

package applications_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/badgateway/badgateway/faults"
	"github.com/badgateway/badgateway/harness"
	. "github.com/badgateway/badgateway/harness/matchers"
)

const (
	healthyPHP = `error_log('asked'); echo 'the shop, by ', PHP_SAPI;`
	dwellPHP   = `fwrite(fopen('php://stderr', 'w'), "at work\n"); sleep(60);`
	greedyPHP  = `$much = str_repeat('x', 32 << 20); error_log('fits'); echo strlen($much), ' bytes';`
)

// php is php-fpm with one worker, errors logged and not shown as its php.ini for production has it, and
// a script of that code.
func php(w way, code string, pool ...string) harness.Application {
	conf := "[global]\nerror_log = /proc/self/fd/2\n[shop]\nuser = www-data\ngroup = www-data\nlisten.mode = 0666\n" +
		"catch_workers_output = yes\npm = static\npm.max_children = 1\nlisten = " + w.at + "\n"
	for _, line := range pool {
		conf += line + "\n"
	}
	return harness.Application{
		Packages: []string{"php-fpm"}, Program: "/usr/sbin/php-fpm*",
		Args:  []string{"--nodaemonize", "--fpm-config", "/etc/php-fpm.conf", "-d", "extension=posix", "-d", "display_errors=0", "-d", "log_errors=1"},
		Files: []harness.File{{Path: "/etc/php-fpm.conf", Text: []byte(conf)}, {Path: "/srv/shop/index.php", Text: []byte("<?php " + code)}},
		Ready: "ready to handle connections",
	}
}

var _ = Describe("php-fpm behind NGINX", func() {
	for _, w := range ways {
		Describe("over "+w.name, Ordered, ContinueOnFailure, func() { describePHP(w) })
	}
})

func describePHP(w way) {
	s := behind("fastcgi", php(w, healthyPHP), w)
	deploy := func(word, code string, pool ...string) harness.Fault { return deployed(php(w, code, pool...), word) }

	It("answers with its own words, unharmed", func(ctx SpecContext) {
		s.well = s.while(ctx, hasty, deploy("asked", healthyPHP))
		Expect(s.well).To(SatisfyAll(BeAnswered(200), Answer("the shop, by fpm-fcgi"), AtOnce()))
	})

	DescribeTable("is a bad gateway", func(ctx SpecContext, f harness.Fault, wants ...types.GomegaMatcher) {
		s.row(ctx, hasty, f, SatisfyAll(append(wants, BeBadGateway(), AtOnce())...))
	},
		Entry("where all of it was killed: nobody listens", faults.Refused, Log("failed (111: Connection refused) while connecting to upstream")),
		// The last record of a request, the empty one that ends its body, is left unread until the
		// script has ended. A kernel that closes a socket with something unread resets the connection:
		// so this is not the "prematurely closed" that everybody quotes. (Requests that were sent
		// by hand without that record ended with a FIN.)
		Entry("where all of it is killed in mid-request", killed(php(w, dwellPHP)), reset),
		Entry("where the worker is killed in mid-request", deploy("exited on signal 9 (SIGKILL)", `posix_kill(getmypid(), 9);`), reset),
	)

	DescribeTable("is a gateway timeout", func(ctx SpecContext, f harness.Fault, wants ...types.GomegaMatcher) {
		s.row(ctx, hasty, f, SatisfyAll(append(wants, BeGatewayTimeout())...))
	},
		Entry("where the script is slow", deploy(atWork, dwellPHP), readTimeout()),
		// The kernel makes the connection, and takes the request, without any worker.
		Entry("where its only worker is busy: the queue holds", crowded(php(w, dwellPHP), harness.Crowd{Busy: 1}), readTimeout()),
	)

	It("is a timeout or a bad gateway where its queue is full: that depends on the socket", func(ctx SpecContext) {
		s.row(ctx, hasty, crowded(php(w, dwellPHP, "listen.backlog = 1"), overrun), w.turnsAway())
	})

	if w == tcp { // how NGINX comes to it makes no difference to these
		describePHPItself(s, deploy)
	}
}

func describePHPItself(s *server, deploy func(word, code string, pool ...string) harness.Fault) {
	// It is the script that is a timeout above, where nothing cuts it.
	It("is a bad gateway where request_terminate_timeout cuts the request", func(ctx SpecContext) {
		s.row(ctx, patient, deploy("exited on signal 15 (SIGTERM)", dwellPHP, "request_terminate_timeout = 1s"),
			SatisfyAll(BeBadGateway(), Not(AtOnce()), reset, Say("execution timed out")))
	})

	It("is a gateway timeout where it is frozen", func(ctx SpecContext) {
		s.row(ctx, hasty, faults.Frozen, SatisfyAll(BeGatewayTimeout(), readTimeout()))
	})

	DescribeTable("is not shown to be overrun", func(ctx SpecContext, f harness.Fault, why string) {
		Expect(s.unproven(ctx, f)).To(MatchError(ContainSubstring(why)))
	},
		Entry("where a second worker has time", crowded(php(s.way, dwellPHP, "pm.max_children = 2"), harness.Crowd{Busy: 1}), "the application began to work for the visitor"),
		Entry("where its queue is long", crowded(php(s.way, dwellPHP, "listen.backlog = 16"), overrun), "the listener dropped no SYN"),
	)
	missing := php(s.way, "")
	missing.Files = missing.Files[:1]
	DescribeTable("answers for itself, which is no gateway's error", func(ctx SpecContext, status int, f harness.Fault, wants ...types.GomegaMatcher) {
		s.row(ctx, hasty, f, SatisfyAll(append(wants, BeAnswered(status), Not(Answer("<html>")))...)) // NGINX's own pages are HTML
	},
		// (Of that message, which has several lines, NGINX's log has as many.)
		Entry("after a fatal error", 500, deploy("PHP Fatal error:  Uncaught Error: Call to undefined function", `absent();`)),
		Entry("after one that it shows: display_errors spoils the status", 200, deploy("PHP Fatal error", `absent();`, "php_flag[display_errors] = on"), Answer("<br />\n<b>Fatal error</b>")),
		Entry("where a script needs more than memory_limit", 500, deploy("PHP Fatal error:  Allowed memory size of 8388608 bytes exhausted", greedyPHP, "php_value[memory_limit] = 8M"), Log("FastCGI sent in stderr")),
		Entry("where it may have as much", 200, deploy("fits", greedyPHP, "php_value[memory_limit] = 64M"), Answer("33554432 bytes")),
		Entry("where there is no such script", 404, deployed(missing, "Primary script unknown"), Answer("File not found."), Log("FastCGI sent in stderr")),
		Entry("where the script gives up: nobody sees its exit status", 200, deploy("gives up", `error_log('gives up'); exit(1);`), Not(Answer("the shop"))),
		Entry("where its master was killed: the workers go on", 200, orphaned(), Answer("the shop"), BeOrphaned()),
	)
}
