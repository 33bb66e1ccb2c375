//go:build linux

package ordinary_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/suites/place"
)

// What a run leaves on a machine is looked for on one that nobody else changes meanwhile: a
// process namespace, a network and mounts of their own, of which this executable is the
// first process. For a harness in it that is the host, and as root it could change it all.

// machineVariable lets this executable be the first process of such a machine; its value
// is the user's home.
const machineVariable = "BADGATEWAY_TEST_MACHINE"

var inMachine = os.Getenv(machineVariable) != ""

// onMachine plays the specs of that name on a machine of their own.
func onMachine(ctx context.Context, specs string) {
	GinkgoHelper()
	warm := command("run", "crash/refused", "--runtime", "local")
	exits(0, warm) // what it has to fetch is there: the machine has no way out
	cmd := exec.CommandContext(ctx, "/proc/self/exe", "-test.run=^TestOrdinary$", "-ginkgo.focus="+specs, "-ginkgo.v", fmt.Sprint("-ginkgo.seed=", GinkgoRandomSeed()))
	cmd.Env = append(os.Environ(), machineVariable+"="+home, "PATH="+os.Getenv("PATH")+":/usr/sbin:/sbin")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET | syscall.CLONE_NEWNS | syscall.CLONE_NEWPID}
	cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}}
	cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}}
	if os.Getuid() == 0 {
		cmd.SysProcAttr.UidMappings[0].Size, cmd.SysProcAttr.GidMappings[0].Size = 1<<17, 1<<17
		cmd.SysProcAttr.GidMappingsEnableSetgroups = true
	} else {
		cmd.SysProcAttr.AmbientCaps = []uintptr{unix.CAP_NET_ADMIN, unix.CAP_SYS_ADMIN}
	}
	said, err := cmd.CombinedOutput()
	AddReportEntry(specs, string(said), ReportEntryVisibilityFailureOrVerbose)
	Expect(err).NotTo(HaveOccurred(), "%s", said)
	Expect(string(said)).NotTo(ContainSubstring("Ran 0 of"))
}

// takePossession makes the namespaces a machine: processes of its own to see, a network with
// a bridge, a route and rules.
func takePossession() {
	Expect(unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")).To(Succeed())
	Expect(unix.Mount("proc", "/proc", "proc", 0, "")).To(Succeed())
	// IPv6 would give the bridge an address of itself, some time later.
	Expect(os.WriteFile("/proc/sys/net/ipv6/conf/default/disable_ipv6", []byte("1"), 0)).To(Succeed())
	for _, line := range []string{
		"ip link set lo up", "ip link add bridge type bridge", "ip addr add 192.0.2.1/24 dev bridge", "ip link set bridge up",
		"ip route add default via 192.0.2.77", "ip rule add from 192.0.2.9 lookup 100",
		"nft add table inet own", "nft add chain inet own input { type filter hook input priority 0 ; }", "nft add rule inet own input tcp dport 8080 counter drop",
	} {
		f := strings.Fields(line)
		said, err := exec.Command(tool(f[0]), f[1:]...).CombinedOutput()
		Expect(err).NotTo(HaveOccurred(), "%s: %s", line, said)
	}
}

// machine is everything about this machine that a run could change.
func machine() map[string]string {
	found := map[string]string{}
	for name, line := range map[string]string{
		"firewall": "nft list ruleset", "links": "ip -o link", "addresses": "ip -o addr", "queues": "tc qdisc show",
		"routes": "ip route show table all", "IPv6 routes": "ip -6 route show table all", "rules": "ip rule",
	} {
		f := strings.Fields(line)
		said, err := exec.Command(tool(f[0]), f[1:]...).CombinedOutput()
		Expect(err).NotTo(HaveOccurred(), "%s: %s", line, said)
		found[name] = string(said)
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	Expect(err).NotTo(HaveOccurred())
	// An engine's own mounts go when it removes what they are on, in every namespace.
	for line := range strings.Lines(string(mounts)) {
		if !strings.Contains(line, "/docker/") {
			found["mounts"] += line
		}
	}
	for _, kind := range []string{"net", "mnt", "pid", "user", "ipc", "uts"} {
		found[kind+" namespaces"] = strings.Join(namespaces(kind), "\n")
	}
	found["settings"] = settings("/proc/sys/net/ipv4")
	found["control groups"] = strings.Join(deserted(), "\n")
	return found
}

// namespaces are those of all processes of the machine, but of those that have ended and
// that its first process, which is no real one, has not waited for.
func namespaces(kind string) []string {
	links, err := filepath.Glob("/proc/[0-9]*/ns/" + kind)
	Expect(err).NotTo(HaveOccurred())
	var found []string
	for _, l := range links {
		_, ended := os.Readlink(filepath.Join(filepath.Dir(filepath.Dir(l)), "exe"))
		if ns, err := os.Readlink(l); err == nil && ended == nil && !slices.Contains(found, ns) {
			found = append(found, ns)
		}
	}
	slices.Sort(found)
	return found
}

// settings reads a tree of sysctl(8).
func settings(root string) string {
	var b strings.Builder
	filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			if text, err := os.ReadFile(path); err == nil {
				fmt.Fprintf(&b, "%s = %s", path, text)
			}
		}
		return nil
	})
	return b.String()
}

// deserted are control groups of ours that nobody holds: others may have labs on the same
// kernel at this moment.
func deserted() (found []string) {
	filepath.WalkDir("/sys/fs/cgroup", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && strings.HasPrefix(d.Name(), "badgateway-") {
			if f, err := os.Open(path); err == nil {
				if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
					found = append(found, path)
				}
				f.Close()
			}
		}
		return nil
	})
	return found
}

// left is what a command left on the machine: processes of its executable, files in its
// folder for temporary ones, and what is not as it was.
func left(cmd *exec.Cmd, before map[string]string) (found []string) {
	executables, err := filepath.Glob("/proc/[0-9]*/exe")
	Expect(err).NotTo(HaveOccurred())
	for _, exe := range executables {
		if target, err := os.Readlink(exe); err == nil && strings.HasPrefix(target, badgateway) {
			found = append(found, "process "+exe)
		}
	}
	for _, v := range cmd.Env {
		if dir, ok := strings.CutPrefix(v, "TMPDIR="); ok {
			files, err := filepath.Glob(dir + "/*")
			Expect(err).NotTo(HaveOccurred())
			found = append(found, files...)
		}
	}
	after := machine()
	for what, was := range before {
		if after[what] != was {
			found = append(found, fmt.Sprintf("the %s were:\n%s\nand are:\n%s", what, was, after[what]))
		}
	}
	return found
}

// gone is how long after its end nothing of a run may be left.
const gone = 2 * time.Second

// asRoot is the command as root has it, which can do more and so could leave more.
func asRoot(cmd *exec.Cmd) *exec.Cmd {
	if os.Getuid() != 0 {
		Skip("only root can be root")
	}
	cmd.SysProcAttr = nil
	return cmd
}

var _ = Describe("the machine", Serial, func() {
	It("is as it was, whatever ends a run", func(ctx SpecContext) { onMachine(ctx, "on the machine itself") }, SpecTimeout(8*time.Minute))
})

func init() {
	if inMachine {
		Describe("on the machine itself", Serial, onTheMachineItself)
	}
}

func onTheMachineItself() {
	for who, as := range map[string]func(*exec.Cmd) *exec.Cmd{"an ordinary user": func(c *exec.Cmd) *exec.Cmd { return c }, "root": asRoot} {
		It("a run of "+who+" leaves nothing", func() {
			before := machine()
			cmd := as(command("run", "documented", "overload/*", "network/*", "--runtime", "local"))
			exits(0, cmd)
			Expect(left(cmd, before)).To(BeEmpty())
		})

		DescribeTable("a run of "+who+" leaves nothing when it is ended by", func(signal os.Signal, code int) {
			before := machine()
			cmd := as(command("run", "slow/never", "--runtime", "local"))
			Expect(cmd.Start()).To(Succeed())
			Eventually(func() bool { return labOf(cmd.Process.Pid) }).WithTimeout(20 * time.Second).WithPolling(5 * time.Millisecond).Should(BeTrue())
			Expect(cmd.Process.Signal(signal)).To(Succeed())
			cmd.Wait()
			Expect(cmd.ProcessState.ExitCode()).To(Equal(code), "%s", cmd.Stderr)
			Eventually(left).WithArguments(cmd, before).WithTimeout(gone).Should(BeEmpty())
		},
			Entry("Ctrl-C", os.Interrupt, 130),
			Entry("SIGKILL", os.Kill, -1),
		)
	}

	It("a run of root leaves nothing when it is killed with a lab whose memory is limited", func() {
		before := machine()
		cmd := asRoot(command("run", "overload/out-of-memory", "--runtime", "local"))
		Expect(cmd.Start()).To(Succeed())
		Eventually(func() bool { return labOf(cmd.Process.Pid) }).WithTimeout(20 * time.Second).WithPolling(5 * time.Millisecond).Should(BeTrue())
		Expect(cmd.Process.Kill()).To(Succeed())
		cmd.Wait()
		Eventually(left).WithArguments(cmd, before).WithTimeout(gone).Should(BeEmpty())
	})

	It("two runs side by side leave nothing", func() {
		before := machine()
		one, other := command("run", "documented"), command("run", "documented")
		Expect(one.Start()).To(Succeed())
		Expect(other.Start()).To(Succeed())
		Expect(one.Wait()).To(Succeed(), "%s", one.Stderr)
		Expect(other.Wait()).To(Succeed(), "%s", other.Stderr)
		Expect(left(one, before)).To(BeEmpty())
		Expect(left(other, before)).To(BeEmpty())
	})
}

// labOf says whether a harness has a lab: a child in a network namespace of its own, in
// which something listens.
func labOf(harness int) bool {
	own, err := os.Readlink("/proc/self/ns/net")
	Expect(err).NotTo(HaveOccurred())
	for _, pid := range place.Descendants(harness) {
		ns, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/net", pid))
		if err != nil || ns == own {
			continue
		}
		sockets, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/tcp", pid))
		if err == nil && strings.Contains(string(sockets), ":0050 00000000:0000 0A") { // port 80, LISTEN (proc(5))
			return true
		}
	}
	return false
}
