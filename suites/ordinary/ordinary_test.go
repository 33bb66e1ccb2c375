//go:build linux

// Package ordinary is about the local runtime as people have it: an ordinary user on a
// machine without an engine. It runs the built command, and looks at what that leaves on
// the machine, at what gets out of a lab, and at what is said where labs are forbidden.
// Repetition is in soak_test.go, behind the build tag soak.
package ordinary_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/badgateway/badgateway/harness/local"
	"github.com/badgateway/badgateway/suites/place"
)

func TestOrdinary(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "an ordinary user")
}

// nobodys is a user without a name. Whoever runs the tests as an ordinary user is that
// user himself.
const nobodys = 54321

var (
	home       string // the user's
	badgateway string // the built command, where he can reach it
)

var _ = BeforeSuite(func(ctx SpecContext) {
	if inMachine {
		home = os.Getenv(machineVariable)
		badgateway = filepath.Join(home, "badgateway")
		takePossession()
		return
	}
	rt, err := local.New(local.Options{})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(rt.Close)
	place.Available(rt.Supports(ctx, 0))
	built, err := gexec.Build("github.com/badgateway/badgateway/cmd/badgateway")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(gexec.CleanupBuildArtifacts)
	home, err = os.MkdirTemp("", "badgateway-home-")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(os.RemoveAll, home)
	badgateway = filepath.Join(home, "badgateway")
	program, err := os.ReadFile(built)
	Expect(err).NotTo(HaveOccurred())
	Expect(os.WriteFile(badgateway, program, 0o755)).To(Succeed())
	if os.Getuid() == 0 {
		Expect(os.Chown(home, nobodys, nobodys)).To(Succeed())
	}
}, NodeTimeout(2*time.Minute))

// tool finds a program that a test needs.
func tool(name string) string {
	GinkgoHelper()
	path, err := exec.LookPath(name)
	place.Available(err)
	return path
}

// command is the built command as the ordinary user has it: no engine, no nginx on PATH,
// a home of his own.
func command(args ...string) *exec.Cmd {
	cmd := exec.Command(badgateway, args...)
	tmp, err := os.MkdirTemp(home, "tmp-")
	Expect(err).NotTo(HaveOccurred())
	cmd.Dir = "/"
	cmd.Env = []string{"HOME=" + home, "TMPDIR=" + tmp, "DOCKER_HOST=unix:///nonexistent/engine.sock", "PATH=/usr/local/bin:/usr/bin:/bin"}
	cmd.Stdout, cmd.Stderr = &bytes.Buffer{}, &bytes.Buffer{}
	if os.Getuid() == 0 {
		Expect(os.Chown(tmp, nobodys, nobodys)).To(Succeed())
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobodys, Gid: nobodys}}
	}
	return cmd
}

func stdout(cmd *exec.Cmd) string { return cmd.Stdout.(*bytes.Buffer).String() }
func stderr(cmd *exec.Cmd) string { return cmd.Stderr.(*bytes.Buffer).String() }

// exits runs the command, which has to end with that code.
func exits(code int, cmd *exec.Cmd) {
	GinkgoHelper()
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		Fail(err.Error())
	}
	Expect(cmd.ProcessState.ExitCode()).To(Equal(code), "%s%s", stdout(cmd), stderr(cmd))
}

var _ = Describe("an ordinary user without an engine", Serial, Ordered, func() {
	It("does the main job, and gets what is missing for himself", func() {
		if _, err := exec.LookPath("apt-get"); err != nil {
			place.Available(err)
		}
		Expect(os.RemoveAll(filepath.Join(home, ".cache"))).To(Succeed())
		cmd := command("run", "documented")
		exits(0, cmd)
		Expect(stderr(cmd)).To(ContainSubstring("labs are made by local: docker: no Docker engine"))
		Expect(stdout(cmd)).To(ContainSubstring("6 cells on nginx "))
		if installed() == "" {
			Expect(stderr(cmd)).To(ContainSubstring("fetching nginx and what it needs"))
			Expect(filepath.Join(home, ".cache/badgateway/packages")).To(BeADirectory())
		}
	})

	It("does it again without fetching, and whatever else his machine can", func() {
		cmd := command("run", "documented", "overload/*", "network/*", "--runtime", "local")
		exits(0, cmd)
		Expect(stderr(cmd)).NotTo(ContainSubstring("fetching"))
		Expect(stdout(cmd)).NotTo(MatchRegexp(`(?m)^(fail|inconclusive|warn) `))
	})

	It("plays by a virtual clock, whatever the limits of his shell are", func() {
		cmd := command("run", "slow/never", "misconfig/loop", "--runtime", "local", "--clock", "virtual")
		cmd.Path, cmd.Args = "/bin/sh", append([]string{"sh", "-c", `ulimit -S -n 1024; exec "$0" "$@"`}, cmd.Args...)
		exits(0, cmd)
		Expect(stdout(cmd)).To(ContainSubstring("clock: virtual for 2 cells"))
	})

	It("is told what his machine can do", func() {
		cmd := command("doctor")
		exits(0, cmd)
		Expect(stdout(cmd)).To(And(
			MatchRegexp(`(?m)^missing +docker +engine `), MatchRegexp(`(?m)^ok +local +namespaces +labs can be made`),
			MatchRegexp(`(?m)^ok +local +nftables `), MatchRegexp(`(?m)^(ok|lacking) +local +tbf `), MatchRegexp(`(?m)^(ok|lacking) +local +netem `),
			MatchRegexp(`(?m)^(ok|lacking) +local +tun `), MatchRegexp(`(?m)^(ok|lacking) +local +memory `), MatchRegexp(`(?m)^(ok|lacking) +local +ptrace `),
			MatchRegexp(`(?m)^ok +local +lab +stood`), MatchRegexp(`(?m)^ok +auto +takes local`)))
	})

	DescribeTable("is told whose fault it is", func(code int, says string, args ...string) {
		cmd := command(args...)
		exits(code, cmd)
		Expect(stderr(cmd)).To(ContainSubstring(says))
		Expect(stderr(cmd)).To(ContainSubstring("hint: "))
	},
		Entry("that an image is asked for", 2, "which only an engine can run", "run", "crash/refused", "--runtime", "local", "--gateway", "image:nginx:1.29"),
		Entry("that a program is no nginx", 2, "does not say that it is an nginx", "run", "crash/refused", "--gateway", "bin:/bin/true"),
		Entry("that a program is not there", 2, "there is no program", "run", "crash/refused", "--gateway", "bin:/nowhere/nginx"),
		Entry("that there is no engine", 3, "no Docker engine", "run", "crash/refused", "--runtime", "docker"),
	)

	It("runs a program of his own", func() {
		trees, err := filepath.Glob(filepath.Join(home, ".cache/badgateway/packages/nginx-*/root/usr/sbin/nginx"))
		Expect(err).NotTo(HaveOccurred())
		if file := installed(); file != "" {
			trees = []string{file}
		}
		Expect(trees).NotTo(BeEmpty())
		bin := filepath.Join(home, "opt/nginx/sbin")
		Expect(os.MkdirAll(bin, 0o755)).To(Succeed())
		program, err := os.ReadFile(trees[0])
		Expect(err).NotTo(HaveOccurred())
		Expect(os.WriteFile(filepath.Join(bin, "nginx"), program, 0o755)).To(Succeed())
		cmd := command("run", "slow/in-time", "--gateway", "bin:"+bin+"/nginx")
		exits(0, cmd)
		Expect(stdout(cmd)).To(ContainSubstring(bin + "/nginx"))
	})
})

// installed is the nginx of the machine's own, "" where it has none.
func installed() string {
	for _, dir := range []string{"/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/nginx/sbin"} {
		if file := filepath.Join(dir, "nginx"); exec.Command(file, "-v").Run() == nil {
			return file
		}
	}
	return ""
}

// forbiddance is a namespace in which no user namespace may be made.
func forbiddance(cmd *exec.Cmd) *exec.Cmd {
	script := `echo 0 >/proc/sys/user/max_user_namespaces && exec "$0" "$@"`
	within := exec.Command("/bin/sh", append([]string{"-c", script}, cmd.Args...)...)
	within.Env, within.Dir, within.Stdout, within.Stderr = cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr
	user, group := os.Getuid(), os.Getgid()
	within.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER}
	if user == 0 {
		user, group = nobodys, nobodys
		within.SysProcAttr.Credential = &syscall.Credential{}
	}
	within.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: user, Size: 1}}
	within.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: group, Size: 1}}
	within.SysProcAttr.GidMappingsEnableSetgroups = os.Getuid() == 0
	return within
}

var _ = Describe("a machine that forbids labs", func() {
	It("makes every cell unsupported, and says what lifts it", func() {
		cmd := forbiddance(command("run", "documented", "--runtime", "local"))
		exits(3, cmd)
		Expect(strings.Count(stdout(cmd), "\nunsupported")).To(Equal(6))
		Expect(stdout(cmd)).To(ContainSubstring("sysctl -w user.max_user_namespaces="))
		Expect(stdout(cmd)).NotTo(MatchRegexp(`(?m)^(fail|inconclusive) `))
	})

	It("is no place at all without an engine", func() {
		cmd := forbiddance(command("run", "documented"))
		exits(3, cmd)
		Expect(stderr(cmd)).To(And(ContainSubstring("nowhere to make a lab"), ContainSubstring("start Docker"), ContainSubstring("sysctl -w user.max_user_namespaces=")))
	})

	It("is what doctor says", func() {
		cmd := forbiddance(command("doctor"))
		exits(3, cmd)
		Expect(stdout(cmd)).To(And(MatchRegexp(`(?m)^missing +local +namespaces .*allows no more user namespaces`), MatchRegexp(`(?m)^untried +local +nftables`)))
	})
})
