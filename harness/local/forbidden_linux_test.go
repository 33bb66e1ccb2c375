package local

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness"
)

// Each way to forbid labs is known by what it leaves, and named with what lifts it.
func TestWhatForbidsLabsIsNamed(t *testing.T) {
	if os.Getuid() == 0 && asOrdinary(t) { // AppArmor and its like forbid nothing to root
		return
	}
	for name, c := range map[string]struct {
		setting, value string
		err            error
		what, hint     string
		trouble        bool // and no policy of the machine's
	}{
		"AppArmor": {"kernel/apparmor_restrict_unprivileged_userns", "1", errors.New("making the mounts private: permission denied"),
			"AppArmor", "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0", false},
		"Debian's switch":              {"kernel/unprivileged_userns_clone", "0", unix.EPERM, "forbids user namespaces to ordinary users", "sudo sysctl -w kernel.unprivileged_userns_clone=1", false},
		"the limit":                    {"kernel/other", "0", fmt.Errorf("fork/exec: %w", unix.ENOSPC), "no more user namespaces", "sudo sysctl -w user.max_user_namespaces=", false},
		"another limit":                {"user/max_net_namespaces", "0", fmt.Errorf("fork/exec: %w", unix.ENOSPC), "no more namespaces of some kind", "sysctl -a", false},
		"a container":                  {"kernel/other", "0", errors.New("the lab's agent is gone (it said: mounting /proc: operation not permitted)"), "hides parts of /proc", "systempaths=unconfined", false},
		"an old kernel":                {"kernel/other", "0", errors.New("making /sys/usr read-only: function not implemented"), "too old", "Linux 5.12", false},
		"AppArmor, and something else": {"kernel/apparmor_restrict_unprivileged_userns", "1", errors.New("no space left on device"), "allows no lab", "badgateway doctor", true},
		"too few files":                {"kernel/other", "0", fmt.Errorf("pipe2: %w", unix.EMFILE), "allows no lab", "ulimit -n", true},
		"something else":               {"kernel/apparmor_restrict_unprivileged_userns", "0", errors.New("who knows"), "allows no lab", "badgateway doctor", true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, c.setting)
			if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(c.value+"\n"), 0o644)); err != nil {
				t.Fatal(err)
			}
			was := sysctls
			sysctls = dir
			defer func() { sysctls = was }()
			err := forbidden(c.err)
			if !strings.Contains(err.Error(), c.what) || !strings.Contains(harness.Hint(err), c.hint) || !errors.Is(err, c.err) || harness.BlameOf(err) != harness.Environment || harness.IsLack(err) == c.trouble {
				t.Errorf("it says %v; hint: %s", err, harness.Hint(err))
			}
		})
	}
}
