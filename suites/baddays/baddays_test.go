//go:build linux

// Package baddays is about the harness and its engine: what it says and what it leaves behind
// when the engine is missing, a gateway does not start, an agent dies, two run at once
// or somebody kills it. It runs the built command, as people do. Repetition and load
// are in soak_test.go, behind the build tag soak.
package baddays_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/moby/moby/client"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"
	"github.com/onsi/gomega/types"
	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/faults"
	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/docker"
	. "github.com/badgateway/badgateway/harness/matchers"
	"github.com/badgateway/badgateway/harness/nginx"
	"github.com/badgateway/badgateway/scenarios"
)

func TestBadDays(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "bad days")
}

var (
	badgateway string // the built command
	engine     *client.Client
)

var _ = BeforeSuite(func(ctx SpecContext) {
	var err error
	engine, err = client.New(client.FromEnv)
	Expect(err).NotTo(HaveOccurred())
	if _, err := engine.Ping(ctx, client.PingOptions{}); err != nil && os.Getenv("CI") == "" {
		fmt.Fprintln(os.Stderr, "SKIPPED, nothing was tested: ", err) // Ginkgo does not show why a suite was skipped
		Skip("no Docker engine")
	}
	badgateway, err = gexec.Build("github.com/badgateway/badgateway/cmd/badgateway")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(gexec.CleanupBuildArtifacts)
	warm := command("run", "crash/refused") // so that what follows is not about provision
	Expect(warm.Run()).To(Succeed())
}, NodeTimeout(5*time.Minute))

// command is the built command's run in docker, with a folder of its own for temporary files.
func command(args ...string) *exec.Cmd {
	cmd := exec.Command(badgateway, append(args, "--runtime", "docker")...)
	cmd.Env = append(os.Environ(), "TMPDIR="+GinkgoT().TempDir())
	cmd.Stdout, cmd.Stderr = &bytes.Buffer{}, &bytes.Buffer{}
	return cmd
}

// containers lists those of one harness, by its process id, in any state.
func containers(pid int) (found []string) {
	list, err := engine.ContainerList(context.Background(), client.ContainerListOptions{
		All: true, Filters: client.Filters{}.Add("label", "org.badgateway.pid="+strconv.Itoa(pid)),
	})
	Expect(err).NotTo(HaveOccurred())
	for _, c := range list.Items {
		found = append(found, c.ID)
	}
	return found
}

// left is everything that a command left on the machine: containers, processes of the
// same executable, files in its folder for temporary ones.
func left(cmd *exec.Cmd) []string {
	found := containers(cmd.Process.Pid)
	executables, err := filepath.Glob("/proc/[0-9]*/exe")
	Expect(err).NotTo(HaveOccurred())
	for _, exe := range executables {
		if target, err := os.Readlink(exe); err == nil && target == badgateway {
			found = append(found, "process "+exe)
		}
	}
	for _, v := range cmd.Env {
		if dir, ok := strings.CutPrefix(v, "TMPDIR="); ok && dir != os.Getenv("TMPDIR") {
			files, err := filepath.Glob(dir + "/*")
			Expect(err).NotTo(HaveOccurred())
			found = append(found, files...)
		}
	}
	return found
}

// gone is how long after its end nothing of a run may be left.
const gone = 5 * time.Second

// exitCode is the command's.
func exitCode(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	Expect(err).NotTo(HaveOccurred())
	return 0
}

var _ = Describe("the command", Serial, func() {
	It("leaves nothing after a run", func() {
		cmd := command("run", "crash/refused", "overload/out-of-memory")
		Expect(cmd.Run()).To(Succeed(), "%s", cmd.Stderr)
		Expect(left(cmd)).To(BeEmpty())
	})

	DescribeTable("leaves nothing when it is ended by", func(signal os.Signal, code int) {
		cmd := command("run", "slow/never")
		Expect(cmd.Start()).To(Succeed())
		Eventually(containers).WithArguments(cmd.Process.Pid).WithTimeout(20 * time.Second).WithPolling(20 * time.Millisecond).ShouldNot(BeEmpty())
		Expect(cmd.Process.Signal(signal)).To(Succeed())
		Expect(exitCode(cmd.Wait())).To(Equal(code), "%s", cmd.Stderr)
		Eventually(left).WithArguments(cmd).WithTimeout(gone).Should(BeEmpty())
	},
		Entry("Ctrl-C", os.Interrupt, 130),
		Entry("SIGKILL", os.Kill, -1),
	)

	It("blames the environment when its engine is missing", func() {
		cmd := command("run", "crash/refused")
		cmd.Env = append(cmd.Env, "DOCKER_HOST=unix:///nonexistent/engine.sock")
		Expect(exitCode(cmd.Run())).To(Equal(3))
		Expect(cmd.Stderr.(*bytes.Buffer).String()).To(And(ContainSubstring("no Docker engine"), ContainSubstring("hint: ")))
	})

	DescribeTable("does not take another engine for the one that is named, which", func(answer string, says string) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(listener.Close)
		go func() {
			for {
				c, err := listener.Accept()
				if err != nil {
					return
				}
				fmt.Fprint(c, answer) // and the connection stays
			}
		}()
		cmd := command("run", "crash/refused")
		cmd.Env = append(cmd.Env, "DOCKER_HOST=tcp://"+listener.Addr().String())
		Expect(exitCode(cmd.Run())).To(Equal(3))
		Expect(cmd.Stderr.(*bytes.Buffer).String()).To(And(ContainSubstring("no Docker engine"), ContainSubstring(says)))
		Expect(left(cmd)).To(BeEmpty())
	},
		Entry("never answers", "", "no answer within"),
		Entry("is none", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nOK\n", "hint: "),
	)

	It("shares an engine with another run", func() {
		one, other := command("run", "documented"), command("run", "documented")
		Expect(one.Start()).To(Succeed())
		Expect(other.Start()).To(Succeed())
		Expect(one.Wait()).To(Succeed(), "%s%s", one.Stdout, one.Stderr)
		Expect(other.Wait()).To(Succeed(), "%s%s", other.Stdout, other.Stderr)
		Expect(left(one)).To(BeEmpty())
		Expect(left(other)).To(BeEmpty())
	})
})

var _ = Describe("a lab", Serial, Ordered, func() {
	var runtime *docker.Runtime

	BeforeAll(func() {
		var err error
		runtime, err = docker.New(docker.Options{})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(func() { Expect(runtime.Close()).To(Succeed()) })
	})

	// own writes a configuration that sends everything to an upstream.
	own := func(upstream string) nginx.Own {
		config := filepath.Join(GinkgoT().TempDir(), "nginx.conf")
		Expect(os.WriteFile(config, []byte("events {}\nhttp {\n server {\n listen 80;\n location / {\n  proxy_connect_timeout 1s;\n  proxy_read_timeout 1s;\n  proxy_pass http://"+upstream+";\n }\n }\n}\n"), 0o644)).To(Succeed())
		return nginx.Own{Config: config, URL: "http://site.test/", Upstream: "app.test:8080"}
	}

	It("says why a gateway does not start", func(ctx SpecContext) {
		_, err := harness.Open(ctx, runtime, own("app.test:8080; nonsense"))
		Expect(err).To(MatchError(ContainSubstring(`unknown directive "nonsense"`)))
		Expect(harness.Hint(err)).NotTo(BeEmpty())
		Expect(containers(os.Getpid())).To(BeEmpty())
	})

	It("ends with its agent, which blames the environment", func(ctx SpecContext) {
		lab, err := harness.Open(ctx, runtime, own("app.test:8080"))
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(lab.Close)
		both := containers(os.Getpid())
		Expect(both).To(HaveLen(2))
		for _, id := range both {
			if _, err := engine.ContainerKill(ctx, id, client.ContainerKillOptions{Signal: "SIGKILL"}); err != nil { // it ended with the other
				Expect(err).To(MatchError(Or(ContainSubstring("not running"), ContainSubstring("No such container"))))
			}
		}
		_, err = lab.Bays[0].While(ctx, faults.Never)
		Expect(err).To(MatchError(ContainSubstring("the lab's agent is gone")))
		Expect(harness.BlameOf(err)).To(Equal(harness.Environment))
	})

	It("lets nothing out, whatever address a configuration names", func(ctx SpecContext) {
		listener, err := net.Listen("tcp", ":0")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(listener.Close)
		came := make(chan string, 1)
		go func() {
			for {
				c, err := listener.Accept()
				if err != nil {
					return
				}
				came <- c.RemoteAddr().String()
				c.Close()
			}
		}()
		_, port, err := net.SplitHostPort(listener.Addr().String())
		Expect(err).NotTo(HaveOccurred())
		addrs := hostAddresses()
		Expect(addrs).NotTo(BeEmpty())
		for _, addr := range addrs {
			lab, err := harness.Open(ctx, runtime, own(net.JoinHostPort(addr, port)))
			Expect(err).NotTo(HaveOccurred())
			_, err = lab.Bays[0].While(ctx, faults.Never)
			Expect(err).To(MatchError(ContainSubstring("no healthy baseline: the gateway gave 50")), "%s answered", addr)
			Expect(lab.Close()).To(Succeed())
		}
		// The listener works: what does not come through a lab comes at once.
		conn, err := net.Dial("tcp", net.JoinHostPort(addrs[0], port))
		Expect(err).NotTo(HaveOccurred())
		defer conn.Close()
		Eventually(came).Should(Receive(Equal(conn.LocalAddr().String())))
		Expect(came).NotTo(Receive())
	})

	DescribeTable("gives its agent no more than it needs, and lets it keep less", func(ctx SpecContext, world harness.World, more []any, devices types.GomegaMatcher) {
		lab, err := harness.Open(ctx, runtime, own("app.test:8080"), harness.Plot{Name: "own", World: world})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(lab.Close)
		seen := 0
		for _, id := range containers(os.Getpid()) {
			c, err := engine.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
			Expect(err).NotTo(HaveOccurred())
			host := c.Container.HostConfig
			Expect(host.Privileged).To(BeFalse())
			Expect(host.Binds).To(BeEmpty())
			Expect(host.PortBindings).To(BeEmpty())
			Expect(c.Container.Mounts).To(BeEmpty())
			if !host.NetworkMode.IsNone() {
				Expect(host.CapAdd).To(BeEmpty(), "the gateway's is run as its image is")
				continue
			}
			seen++
			Expect(host.CapDrop).To(ConsistOf("ALL"))
			Expect(host.CapAdd).To(ConsistOf(append([]any{HaveSuffix("NET_ADMIN"), HaveSuffix("SYS_ADMIN"), HaveSuffix("NET_BIND_SERVICE")}, more...)...))
			Expect(host.DeviceCgroupRules).To(devices)
			status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.Container.State.Pid))
			Expect(err).NotTo(HaveOccurred())
			kept := 1<<unix.CAP_NET_ADMIN | 1<<unix.CAP_NET_BIND_SERVICE
			if world.Alone {
				kept |= 1 << unix.CAP_KILL
			}
			Expect(string(status)).To(ContainSubstring("CapEff:\t%016x\n", kept))
			Expect(string(status)).To(ContainSubstring("CapPrm:\t%016x\n", kept))
		}
		Expect(seen).To(Equal(1))
	},
		Entry("as a rule", harness.World{Process: true}, nil, BeEmpty()),
		Entry("where the gateway is sent signals", harness.World{Alone: true}, []any{HaveSuffix("KILL")}, BeEmpty()),
		Entry("where a link has to delay", harness.World{Needs: harness.Latency}, []any{HaveSuffix("MKNOD")}, ConsistOf("c 10:200 rwm")),
	)

	It("has as many bays as it says", func(ctx SpecContext) {
		plots := make([]harness.Plot, agent.MaxBays)
		for i := range plots {
			plots[i].Name = fmt.Sprintf("bay/%d", i)
		}
		lab, err := harness.Open(ctx, runtime, nginx.Reference("nginx"), plots...)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(lab.Close)
		Expect(lab.Bays[agent.MaxBays-1].While(ctx, faults.SYNDropped)).To(SatisfyAll(BeGatewayTimeout(), HaveReachedUpstream(1)))
	})

	It("blames nobody when a gateway is killed from outside", func(ctx SpecContext) {
		Expect(containers(os.Getpid())).To(BeEmpty())
		slow := slices.DeleteFunc(scenarios.All(), func(s harness.Scenario) bool { return s.ID != "slow/never" && s.ID != "slow/late" })
		var once sync.Once
		for i := range slow { // whichever is injected first takes the gateway with it
			inject := slow[i].Fault.Inject
			slow[i].Fault.Inject = func(ctx context.Context, b *harness.Bay) error {
				once.Do(killGateway)
				return inject(ctx, b)
			}
		}
		var cells []harness.Cell
		_, err := harness.Run(ctx, harness.Plan{
			Runtime: runtime, Gateway: nginx.Reference("nginx"), Scenarios: slow,
			OnCell: func(c harness.Cell) { cells = append(cells, c) },
		})
		Expect(err).NotTo(HaveOccurred())
		Expect(cells).To(HaveLen(4)) // both in the lab that they shared, and both again
		for _, c := range cells {
			want := map[int]harness.Verdict{1: harness.Inconclusive, 2: harness.Pass}[c.Take]
			Expect(c.Verdict).To(Equal(want), "take %d of %s: %s", c.Take, c.ID, c.Reason)
		}
	})

	It("is not misled by connections that a gateway keeps", func(ctx SpecContext) {
		config := filepath.Join(GinkgoT().TempDir(), "nginx.conf")
		Expect(os.WriteFile(config, []byte(keeping), 0o644)).To(Succeed())
		summary, err := harness.Run(ctx, harness.Plan{
			Runtime: runtime, Gateway: nginx.Own{Config: config, URL: "http://site.test/", Upstream: "app.test:8080"},
			Scenarios: slices.DeleteFunc(scenarios.All(), func(s harness.Scenario) bool {
				return !s.Portable() || s.Fault.Cause != harness.Firewall && s.ID != "overload/frozen" && s.ID != "crash/reset"
			}),
		})
		Expect(err).NotTo(HaveOccurred())
		Expect(len(summary.Cells)).To(BeNumerically(">", 8))
		for _, c := range summary.Cells {
			Expect(c.Verdict).To(Equal(harness.Pass), "%s: %s", c.ID, c.Reason)
		}
	})

	It("answers for one's own configuration", func(ctx SpecContext) {
		lab, err := harness.Open(ctx, runtime, own("app.test:8080"))
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(lab.Close)
		bay := lab.Bays[0]
		Expect(bay.While(ctx, faults.SYNDropped)).To(SatisfyAll(BeGatewayTimeout(), AnswerWithin(bay.Policy.Connect)))
		Expect(bay.While(ctx, faults.Refused)).To(SatisfyAll(BeBadGateway(), HaveReachedUpstream(1), NameTheCause("connection_refused")))
		Expect(bay.Policy.Read.Line).To(Equal(7))
	})
})

// killGateway kills the gateway's container of the one lab there is, from outside.
func killGateway() {
	for _, id := range containers(os.Getpid()) {
		c, err := engine.ContainerInspect(context.Background(), id, client.ContainerInspectOptions{})
		Expect(err).NotTo(HaveOccurred())
		if !c.Container.HostConfig.NetworkMode.IsNone() {
			_, err := engine.ContainerKill(context.Background(), id, client.ContainerKillOptions{Signal: "SIGKILL"})
			Expect(err).NotTo(HaveOccurred())
		}
	}
}

// keeping is a configuration whose gateway keeps its connections to the upstream.
const keeping = `events {}
http {
	upstream app {
		server app.test:8080;
		keepalive 8;
	}
	server {
		listen 80;
		location / {
			proxy_http_version 1.1;
			proxy_set_header Connection "";
			proxy_connect_timeout 1s;
			proxy_read_timeout 2s;
			proxy_pass http://app;
		}
	}
}
`

// hostAddresses are this machine's own IPv4 addresses, loopback left out: inside a lab
// that is the lab's own.
func hostAddresses() (found []string) {
	all, err := net.InterfaceAddrs()
	Expect(err).NotTo(HaveOccurred())
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && !n.IP.IsLoopback() {
			found = append(found, n.IP.String())
		}
	}
	return found
}
