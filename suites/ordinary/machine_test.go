//go:build linux

package ordinary_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// machine is everything about this machine that a run could change.
func machine() map[string]string {
	found := map[string]string{}
	for name, args := range map[string][]string{
		"firewall": {"nft", "list", "ruleset"}, "links": {"ip", "-o", "link"}, "addresses": {"ip", "-o", "addr"},
		"routes": {"ip", "route", "show", "table", "all"}, "IPv6 routes": {"ip", "-6", "route", "show", "table", "all"},
		"rules": {"ip", "rule"}, "neighbours": {"ip", "-o", "neigh", "show", "nud", "permanent"},
	} {
		cmd := exec.Command(tool(args[0]), args[1:]...)
		said, err := cmd.CombinedOutput()
		if args[0] == "nft" && os.Getuid() != 0 {
			continue // only root may read it, and an ordinary user may not have changed it
		}
		Expect(err).NotTo(HaveOccurred(), "%s: %s", args, said)
		found[name] = string(said)
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	Expect(err).NotTo(HaveOccurred())
	found["mounts"] = string(mounts)
	for _, kind := range []string{"net", "mnt", "pid", "user", "ipc", "uts"} {
		found[kind+" namespaces"] = strings.Join(namespaces(kind), "\n")
	}
	found["settings"] = settings("/proc/sys/net/ipv4")
	groups, err := filepath.Glob("/sys/fs/cgroup/*/badgateway-*")
	Expect(err).NotTo(HaveOccurred())
	found["control groups"] = strings.Join(append(groups, ownGroups()...), "\n")
	return found
}

// namespaces are those of all processes that can be seen.
func namespaces(kind string) []string {
	links, err := filepath.Glob("/proc/[0-9]*/ns/" + kind)
	Expect(err).NotTo(HaveOccurred())
	var found []string
	for _, l := range links {
		if ns, err := os.Readlink(l); err == nil && !slices.Contains(found, ns) {
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

// ownGroups are control groups of ours, wherever this process's own is.
func ownGroups() (found []string) {
	filepath.WalkDir("/sys/fs/cgroup", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && strings.HasPrefix(d.Name(), "badgateway-") {
			found = append(found, path)
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
	BeforeEach(func() {
		exits(0, command("run", "crash/refused", "--runtime", "local")) // what it has to fetch is there
	})

	for who, as := range map[string]func(*exec.Cmd) *exec.Cmd{"an ordinary user": func(c *exec.Cmd) *exec.Cmd { return c }, "root": asRoot} {
		It("is as it was after a whole run of "+who, func() {
			before := machine()
			cmd := as(command("run", "--runtime", "local"))
			exits(0, cmd)
			Expect(left(cmd, before)).To(BeEmpty())
		})

		DescribeTable("is as it was when a run of "+who+" is ended by", func(signal os.Signal, code int, scenario string) {
			before := machine()
			cmd := as(command("run", scenario, "--runtime", "local"))
			Expect(cmd.Start()).To(Succeed())
			Eventually(func() bool { return labOf(cmd.Process.Pid) }).WithTimeout(20 * time.Second).WithPolling(5 * time.Millisecond).Should(BeTrue())
			Expect(cmd.Process.Signal(signal)).To(Succeed())
			cmd.Wait()
			Expect(cmd.ProcessState.ExitCode()).To(Equal(code), "%s", cmd.Stderr)
			Eventually(left).WithArguments(cmd, before).WithTimeout(gone).Should(BeEmpty())
		},
			Entry("Ctrl-C", os.Interrupt, 130, "slow/never"),
			Entry("SIGKILL", os.Kill, -1, "slow/never"),
			Entry("SIGKILL, with a lab whose memory is limited", os.Kill, -1, limited(who)),
		)
	}

	It("is shared by two runs", func() {
		before := machine()
		one, other := command("run", "documented"), command("run", "documented")
		Expect(one.Start()).To(Succeed())
		Expect(other.Start()).To(Succeed())
		Expect(one.Wait()).To(Succeed(), "%s", one.Stderr)
		Expect(other.Wait()).To(Succeed(), "%s", other.Stderr)
		Expect(left(one, before)).To(BeEmpty())
	})
})

// limited is what takes its time in a lab whose memory is limited, where somebody can limit it.
func limited(who string) string {
	if who == "root" {
		return "*t-of-memory"
	}
	return "slow/late"
}

// labOf says whether a harness has a lab: a child in a network namespace of its own, in
// which something listens.
func labOf(harness int) bool {
	own, err := os.Readlink("/proc/self/ns/net")
	Expect(err).NotTo(HaveOccurred())
	for _, pid := range descendants(harness) {
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

// descendants are the children of a process, and theirs.
func descendants(pid int) (found []int) {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, t := range tasks {
		text, _ := os.ReadFile(t)
		for _, f := range strings.Fields(string(text)) {
			if child, err := strconv.Atoi(f); err == nil {
				found = append(append(found, child), descendants(child)...)
			}
		}
	}
	return found
}
