package local

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness"
)

// A bar is one way for a machine to forbid user namespaces, and what lifts it.
type bar struct {
	stands func(err error) bool
	what   string
	hint   string
}

// openContainer is how a container may have labs in it: all three are needed, one after
// the other.
const openContainer = "start it with --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined, or let it use an engine"

// bars are those that are known, the surest first.
var bars = []bar{
	{
		stands: func(err error) bool {
			return refused(err) && setting("kernel/apparmor_restrict_unprivileged_userns") == "1" && os.Geteuid() != 0
		},
		what: "AppArmor forbids user namespaces to ordinary users here, as Ubuntu does from 23.10 on",
		hint: "allow them until the next start with: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
	},
	{
		stands: func(err error) bool {
			return refused(err) && setting("kernel/unprivileged_userns_clone") == "0" && os.Geteuid() != 0
		},
		what: "this kernel forbids user namespaces to ordinary users",
		hint: "allow them until the next start with: sudo sysctl -w kernel.unprivileged_userns_clone=1",
	},
	{
		stands: func(err error) bool { return errors.Is(err, unix.ENOSPC) && exhausted() == "user" },
		what:   "this kernel allows no more user namespaces",
		hint:   "allow them until the next start with: sudo sysctl -w user.max_user_namespaces=15000",
	},
	{
		stands: func(err error) bool { return errors.Is(err, unix.ENOSPC) },
		what:   "this kernel allows no more namespaces of some kind",
		hint:   "`sysctl -a | grep 'user.max_.*_namespaces'` tells which: allow more with sudo sysctl -w",
	},
	{
		stands: func(err error) bool { return errors.Is(err, unix.EPERM) && filtered() },
		what:   "the filter of system calls that this process runs under forbids user namespaces, as container engines' do",
		hint:   openContainer,
	},
	{
		stands: func(err error) bool { return strings.Contains(err.Error(), unix.ENOSYS.Error()) },
		what:   "this kernel is too old for a lab",
		hint:   "Linux 5.12 is the first that will do; or use --runtime docker",
	},
	{
		stands: func(err error) bool { return strings.Contains(err.Error(), "mounting /proc") },
		what:   "this container hides parts of /proc, so that a namespace can have none",
		hint:   openContainer,
	},
}

// forbidden says what on this machine is in the way of a lab, and what to do.
func forbidden(err error) error {
	if err == nil {
		return nil
	}
	for _, b := range bars {
		if b.stands(err) {
			return &harness.Problem{Lack: true, What: b.what, Hint: b.hint, Err: err}
		}
	}
	hint := "`badgateway doctor` tries each thing that a lab needs; or use --runtime docker"
	for errno, say := range scarce {
		if strings.Contains(err.Error(), errno.Error()) {
			hint = say
		}
	}
	return &harness.Problem{Lack: refused(err), What: "this machine allows no lab", Err: err, Hint: hint}
}

// scarce is what this process may run out of, which is no policy against labs.
var scarce = map[unix.Errno]string{
	unix.EMFILE: "this process may open too few files: raise the limit with ulimit -n",
	unix.EAGAIN: "this user may have too few processes: raise the limit with ulimit -u",
	unix.ENOMEM: "there is too little memory",
}

// sysctls is where the kernel's settings are (sysctl(8)).
var sysctls = "/proc/sys"

func setting(name string) string {
	text, _ := os.ReadFile(filepath.Join(sysctls, name))
	return strings.TrimSpace(string(text))
}

// exhausted is the kind of namespaces of which none is allowed here (namespaces(7)), as a
// rule the first that a lab needs.
func exhausted() string {
	for _, kind := range []string{"net", "mnt", "pid", "ipc", "uts"} {
		if setting("user/max_"+kind+"_namespaces") == "0" {
			return kind
		}
	}
	return "user"
}

// filtered says whether this process runs under a filter of system calls (proc(5), Seccomp).
func filtered() bool {
	status, _ := os.ReadFile("/proc/self/status")
	return strings.Contains(string(status), "Seccomp:\t2")
}

// refused says that it was forbidden, here or by the agent, which tells it in words.
func refused(err error) bool {
	return errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) ||
		strings.Contains(err.Error(), unix.EPERM.Error()) || strings.Contains(err.Error(), unix.EACCES.Error())
}
