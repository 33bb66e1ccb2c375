//go:build linux

package ordinary_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/badgateway/badgateway/scenarios"
	"github.com/badgateway/badgateway/suites/place"
)

// delegated is a control group that counts memory and belongs to the ordinary user.
func delegated() string {
	groups, err := os.ReadFile("/proc/self/cgroup")
	Expect(err).NotTo(HaveOccurred())
	for line := range strings.Lines(string(groups)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 || parts[1] != "memory" {
			continue
		}
		dir, err := os.MkdirTemp(filepath.Join("/sys/fs/cgroup/memory", parts[2]), "delegated-")
		place.Available(err)
		DeferCleanup(func() { Eventually(func() error { return os.Remove(dir) }).WithTimeout(gone).Should(Succeed()) })
		for _, file := range []string{dir, filepath.Join(dir, "cgroup.procs")} {
			Expect(os.Chown(file, nobodys, nobodys)).To(Succeed())
		}
		return dir
	}
	Skip("control groups of version 1 do not count memory here")
	return ""
}

var _ = Describe("an ordinary user whom the machine gives", func() {
	It("a control group and TAP devices plays all there is", func(SpecContext) {
		if os.Getuid() != 0 {
			Skip("only root can give")
		}
		played := command("run")
		// Only this command sees the device like that.
		script := `mount -t tmpfs none /mnt && mknod /mnt/tun c 10 200 && chmod 666 /mnt/tun && mount --bind /mnt/tun /dev/net/tun &&
			echo $$ >$0/cgroup.procs && exec setpriv --reuid=$1 --regid=$1 --clear-groups "$2" run`
		cmd := exec.Command(tool("unshare"), "--mount", "sh", "-c", script, delegated(), fmt.Sprint(nobodys), badgateway)
		cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = played.Env, "/", played.Stdout, played.Stderr
		exits(0, cmd)
		Expect(stdout(cmd)).To(ContainSubstring(fmt.Sprintf("%d cells on nginx ", len(scenarios.All()))))
		Expect(stdout(cmd)).NotTo(MatchRegexp(`(?m)^(unsupported|inconclusive|warn|fail) `))
	}, NodeTimeout(5*time.Minute))
})
