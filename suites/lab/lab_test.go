//go:build linux

// Package lab_test keeps labs with the built command, as people do, breaks them by hand, and
// looks at what is left of them, however they end.
package lab_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/holder"
	"github.com/badgateway/badgateway/harness/local"
	"github.com/badgateway/badgateway/scenarios"
	"github.com/badgateway/badgateway/suites/place"
)

func TestLab(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "a lab by hand")
}

var badgateway string // the built command

var _ = BeforeSuite(func(ctx SpecContext) {
	rt, err := local.New(local.Options{})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(rt.Close)
	place.Available(rt.Supports(ctx, 0))
	badgateway, err = gexec.Build("github.com/badgateway/badgateway/cmd/badgateway")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(gexec.CleanupBuildArtifacts)
}, NodeTimeout(2*time.Minute))

// desk is a user's folder for what runs, with his labs in it.
type desk struct{ dir string }

// newDesk has a short path: sockets are below it.
func newDesk() *desk {
	GinkgoHelper()
	dir, err := os.MkdirTemp("", "bg")
	Expect(err).NotTo(HaveOccurred())
	d := &desk{dir}
	DeferCleanup(func() {
		for _, s := range d.labs() {
			d.run(0, "lab", "down", s.Name)
		}
		Expect(os.RemoveAll(dir)).To(Succeed())
	})
	return d
}

func (d *desk) root() string { return filepath.Join(d.dir, "badgateway") }

func (d *desk) command(args ...string) *exec.Cmd {
	cmd := exec.Command(badgateway, args...)
	cmd.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+d.dir)
	return cmd
}

// run runs the command, which has to end with that code, and returns what it said.
func (d *desk) run(code int, args ...string) (stdout, stderr string) {
	GinkgoHelper()
	cmd := d.command(args...)
	var out, words bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &words
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		Fail(err.Error())
	}
	Expect(cmd.ProcessState.ExitCode()).To(Equal(code), "%v\n%s%s", args, out.String(), words.String())
	return out.String(), words.String()
}

// up makes a lab and returns what is known of it.
func (d *desk) up(args ...string) holder.Status {
	GinkgoHelper()
	d.run(0, append([]string{"lab", "up", "--runtime", "local"}, args...)...)
	labs := d.labs()
	return labs[len(labs)-1]
}

func (d *desk) labs() (labs []holder.Status) {
	GinkgoHelper()
	said, _ := d.run(0, "lab", "ls", "--json")
	Expect(json.Unmarshal([]byte(said), &labs)).To(Succeed())
	return labs
}

// left is what is in the folder of labs.
func (d *desk) left() (names []string) {
	entries, _ := os.ReadDir(d.root())
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// client asks the gateway of a lab of that name.
func (d *desk) client(name string) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var dialer net.Dialer
			return dialer.DialContext(ctx, "unix", filepath.Join(d.root(), name, "gateway.sock"))
		},
	}}
}

// status is what a client gets of a lab's gateway.
func (d *desk) status(name string) (int, error) {
	answer, err := d.client(name).Get("http://" + name + ".test/")
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, err
}

// living are the processes of a lab, its holder among them.
func living(s holder.Status) []int { return append([]int{s.PID}, place.Descendants(s.PID)...) }

// alive are those of them that are there and are no zombies, which whoever made them has yet to
// wait for.
func alive(pids []int) (found []int) {
	for _, pid := range pids {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			continue
		}
		_, rest, _ := strings.Cut(string(stat), ") ")
		if !strings.HasPrefix(rest, "Z") && !strings.HasPrefix(rest, "X") {
			found = append(found, pid)
		}
	}
	return found
}

var _ = Describe("a lab by hand", func() {
	It("is reached, broken, healed and told about, and nothing is left of it", func() {
		d := newDesk()
		said, _ := d.run(0, "lab", "up", "--runtime", "local", "--name", "shop")
		Expect(said).To(Equal("shop\n  curl --unix-socket " + filepath.Join(d.root(), "shop", "gateway.sock") + " http://shop.test/\n"))
		lab := d.labs()[0]
		pids := living(lab)
		Expect(len(pids)).To(BeNumerically(">=", 4), "a holder, an agent, a gateway, a worker")
		Expect(d.status("shop")).To(Equal(200))

		said, _ = d.run(0, "lab", "inject", "shop", "slow/never")
		Expect(said).To(Equal("shop: while the upstream never answers\n"))
		began := time.Now()
		Expect(d.status("shop")).To(Equal(504))
		Expect(time.Since(began)).To(BeNumerically("~", 2*time.Second, 500*time.Millisecond), "the read timeout")
		Expect(d.labs()[0].State).To(Equal("while the upstream never answers"))
		_, complaint := d.run(2, "lab", "inject", "shop", "crash/refused")
		Expect(complaint).To(Equal("badgateway: something is broken already\nhint: revert that first\n"))

		said, _ = d.run(0, "lab", "revert", "shop")
		Expect(said).To(Equal("shop: healthy\n"))
		Expect(d.status("shop")).To(Equal(200))

		said, _ = d.run(0, "lab", "logs", "shop")
		Expect(said).To(MatchRegexp(`(?s)hand +injected: the upstream never answers\n.*lab +upstream 1, connection \d+: hold\n.*gateway +.*upstream timed out.*hand +reverted\n`))

		d.run(0, "lab", "down", "shop")
		Eventually(func() []int { return alive(pids) }).WithTimeout(2*time.Second).Should(BeEmpty(), "who said that it is down is about to end")
		Expect(d.left()).To(BeEmpty())
		_, complaint = d.run(2, "lab", "down", "shop")
		Expect(complaint).To(HavePrefix("badgateway: there is no lab \"shop\"\n"))
	})

	DescribeTable("is broken in one's own words", func(want int, args ...string) {
		d := newDesk()
		d.up()
		d.run(0, append([]string{"lab", "inject", "lab"}, args...)...)
		Expect(d.status("lab")).To(Equal(want))
		d.run(0, "lab", "revert", "lab")
		Expect(d.status("lab")).To(Equal(200))
	},
		Entry("a script", 502, "--script", "read-request; close"),
		Entry("the resolver", 502, "--rcode", "REFUSED"),
		Entry("a firewall", 504, "--drop"),
		Entry("all that a file can order", 502, "--inject", "{hosts: {process: killed}}"),
		Entry("a scenario of one's own", 502, "hosts/killed", "--file", "../own/testdata/orders.yaml"),
	)

	DescribeTable("says what cannot be", func(says string, args ...string) {
		d := newDesk()
		d.up()
		_, complaint := d.run(2, append([]string{"lab", "inject", "lab"}, args...)...)
		Expect(complaint).To(ContainSubstring(says))
		Expect(d.status("lab")).To(Equal(200))
	},
		Entry("nothing said", "what is to go wrong?"),
		Entry("two things", "what is to go wrong?", "slow/never", "--drop"),
		Entry("no such scenario", "did you mean slow/never?", "slow/nevr"),
		Entry("no script", `inject:2:27: this is no script: expected a step, found "explode"`, "--script", "read-request; explode"),
		Entry("another world", "hint: make one for it: badgateway lab up --scenario overload/out-of-memory", "overload/out-of-memory"),
	)

	It("has a configuration of one's own, one route of which can be broken", func() {
		d := newDesk()
		_, told := d.run(0, "lab", "up", "../../examples/scenarios/nginx.conf", "--route", "*/checkout", "--name", "shop", "--runtime", "local")
		Expect(told).To(ContainSubstring("what can be broken is behind GET http://shop.test:8080/checkout"))
		Expect(d.labs()[0].Curl).To(HaveSuffix(" http://shop.test/checkout"))
		d.run(0, "lab", "inject", "shop", "slow/never")
		answer, err := d.client("shop").Get("http://shop.test/checkout")
		Expect(err).NotTo(HaveOccurred())
		page, err := io.ReadAll(answer.Body)
		Expect(string(page), err).To(Equal("the payment is being looked into\n"))
		Expect(answer.StatusCode).To(Equal(503))
		_, complaint := d.run(2, "lab", "inject", "shop", "--rcode", "SERVFAIL")
		Expect(complaint).To(ContainSubstring("its upstream's name is resolved once"))
	})

	It("is the world of a scenario, whose gateway may not start", func() {
		d := newDesk()
		d.up("--scenario", "dns/at-start")
		Expect(d.status("lab")).To(Equal(200))
		d.run(0, "lab", "inject", "lab", "dns/at-start")
		_, err := d.status("lab")
		Expect(err).To(HaveOccurred(), "nobody listens")
		d.run(0, "lab", "revert", "lab")
		Expect(d.status("lab")).To(Equal(200))
	})

	It("takes many clients at once, and large bodies both ways", func() {
		d := newDesk()
		d.up()
		page := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
		d.run(0, "lab", "inject", "lab", "--script", fmt.Sprintf(`read-request; write "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"; write "0123456789abcdef" x 65536; close`, len(page)))
		var clients sync.WaitGroup
		for range 8 {
			clients.Go(func() {
				defer GinkgoRecover()
				// NGINX takes a body of 1 MB at most (client_max_body_size).
				answer, err := d.client("lab").Post("http://lab.test/", "text/plain", bytes.NewReader(page[:900_000]))
				Expect(err).NotTo(HaveOccurred())
				got, err := io.ReadAll(answer.Body)
				Expect(err).NotTo(HaveOccurred())
				Expect(bytes.Equal(got, page)).To(BeTrue(), "%d bytes came", len(got))
			})
		}
		clients.Wait()
	})

	It("has a name that nobody else's has, and one that may be taken again", func() {
		d := newDesk()
		d.up("--name", "a")
		_, complaint := d.run(2, "lab", "up", "--runtime", "local", "--name", "a")
		Expect(complaint).To(Equal("badgateway: there is a lab \"a\" already\nhint: badgateway lab down a, or take another name\n"))
		d.up("--name", "b")
		Expect(d.labs()).To(HaveLen(2))
		d.run(0, "lab", "down", "a", "b")
		d.up("--name", "a")
	})

	It("says why there is none, and leaves nothing", func() {
		d := newDesk()
		broken := filepath.Join(d.dir, "nginx.conf")
		Expect(os.WriteFile(broken, []byte("events {}\nhttp { server { location / { proxy_pas http://app; } } }\n"), 0o600)).To(Succeed())
		_, complaint := d.run(2, "lab", "up", broken, "--runtime", "local")
		Expect(complaint).To(ContainSubstring("proxy_pas"))
		Expect(d.left()).To(BeEmpty())
	})

	It("takes whatever of the catalogue its world holds, one after the other", func() {
		d := newDesk()
		d.up()
		refused := map[harness.World]bool{} // once each
		for _, s := range scenarios.All() {
			code := 0
			if w := s.World; !w.Plain() || w.Crowd || w.Resolve == harness.AtStart || w.Restart || w.Needs&^harness.Bandwidth != 0 {
				if refused[w] {
					continue
				}
				code, refused[w] = 2, true
			}
			_, complaint := d.run(code, "lab", "inject", "lab", s.ID)
			if code != 0 {
				Expect(complaint).To(ContainSubstring("hint: make one for it: badgateway lab up --scenario " + s.ID))
				continue
			}
			Expect(d.labs()[0].State).To(Equal("while " + s.Fault.Title))
			d.run(0, "lab", "revert", "lab")
			Expect(d.status("lab")).To(Equal(200), "after %s", s.ID)
		}
	})

	It("is followed until it ends", func() {
		d := newDesk()
		d.up()
		cmd := d.command("lab", "logs", "lab", "--follow")
		said := gbytesOf(cmd)
		Expect(cmd.Start()).To(Succeed())
		d.run(0, "lab", "inject", "lab", "--script", "read-request; close")
		Expect(d.status("lab")).To(Equal(502))
		Eventually(said.String).WithTimeout(10 * time.Second).Should(ContainSubstring("upstream prematurely closed connection"))
		d.run(0, "lab", "down", "lab")
		Expect(cmd.Wait()).To(Succeed())
	})
})

// said is what a command has written so far.
type said struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func gbytesOf(cmd *exec.Cmd) *said {
	s := &said{}
	cmd.Stdout = s
	return s
}

func (s *said) Write(p []byte) (int, error) { s.mu.Lock(); defer s.mu.Unlock(); return s.text.Write(p) }
func (s *said) String() string              { s.mu.Lock(); defer s.mu.Unlock(); return s.text.String() }

var _ = Describe("the end of a lab", func() {
	const soon = 10 * time.Second // far more than it takes

	It("comes when nobody has wanted anything of it for a while", func() {
		d := newDesk()
		lab := d.up("--idle", "1500ms")
		pids := living(lab)
		d.run(0, "lab", "inject", "lab", "crash/refused") // it ends broken as well
		Eventually(d.left).WithTimeout(soon).Should(BeEmpty())
		Eventually(func() []int { return alive(pids) }).WithTimeout(soon).Should(BeEmpty())
	})

	It("is put off by whoever wants something of it", func() {
		d := newDesk()
		d.up("--idle", "2s")
		for until := time.Now().Add(3 * time.Second); time.Now().Before(until); {
			Expect(d.status("lab")).To(Equal(200))
		}
		Expect(d.labs()).To(HaveLen(1))
	})

	DescribeTable("comes with its holder's", func(signal syscall.Signal, left bool) {
		d := newDesk()
		lab := d.up()
		pids := living(lab)
		d.run(0, "lab", "inject", "lab", "overload/workers-busy")
		Expect(syscall.Kill(lab.PID, signal)).To(Succeed())
		Eventually(func() []int { return alive(pids) }).WithTimeout(soon).Should(BeEmpty())
		if left { // a folder, until somebody looks
			Expect(d.left()).To(Equal([]string{"lab"}))
		}
		Expect(d.labs()).To(BeEmpty())
		Expect(d.left()).To(BeEmpty())
		d.up() // the name is free
	},
		Entry("that is told to end", syscall.SIGTERM, false),
		Entry("that is killed", syscall.SIGKILL, true),
	)

	It("comes with an interruption while it is made", func() {
		d := newDesk()
		cmd := d.command("lab", "up", "--runtime", "local")
		Expect(cmd.Start()).To(Succeed())
		Eventually(d.left).WithTimeout(soon).WithPolling(time.Millisecond).ShouldNot(BeEmpty())
		Expect(cmd.Process.Signal(syscall.SIGINT)).To(Succeed())
		cmd.Wait()
		if cmd.ProcessState.ExitCode() == 0 { // it was there before that was heard
			Expect(d.status("lab")).To(Equal(200))
			return
		}
		Expect(cmd.ProcessState.ExitCode()).To(Equal(130))
		Eventually(d.left).WithTimeout(soon).Should(BeEmpty())
	})
})
