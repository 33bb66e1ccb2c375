package local

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/nftables"
	"golang.org/x/sys/unix"
)

// patience bounds every wait for something that has to come.
const patience = 10 * time.Second

// The variables that make the test's executable something else.
const (
	lookVariable = "LOCAL_TEST_LOOK" // what is started as the gateway: it says what it sees
	userVariable = "LOCAL_TEST_USER" // the tests of an ordinary user
)

func TestMain(m *testing.M) {
	if os.Getenv(lookVariable) != "" {
		look()
	}
	if os.Getenv(captureVariable) != "" {
		capture()
	}
	if os.Getenv(routeVariable) != "" {
		leadBack()
	}
	code := m.Run()
	if workerFolder != "" {
		os.RemoveAll(workerFolder)
	}
	os.Exit(code)
}

// sight is what a program sees of the place that it is in.
type sight struct {
	UID          int
	Root         []string // names in /
	Mounts       []string // where something is mounted, with its options
	Interfaces   []string
	Processes    int
	Capabilities string
	NoNewPrivs   bool
	Open         []string // its descriptors
	Escapes      []string // what should have been refused and was not
	Reads        map[string]string
}

// look tells of the place as a gateway sees it, by trying. It prints one line of JSON, and
// stays until it is ended.
func look() {
	s := sight{UID: os.Getuid(), Reads: map[string]string{}}
	for fd := range 1024 { // asked one by one: to list them would take one more
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil && (fd <= 2 || flags&unix.FD_CLOEXEC == 0) {
			s.Open = append(s.Open, strconv.Itoa(fd))
		}
	}
	entries, _ := os.ReadDir("/")
	for _, e := range entries {
		s.Root = append(s.Root, e.Name())
	}
	mounts, _ := os.ReadFile("/proc/self/mountinfo")
	for line := range strings.Lines(string(mounts)) {
		f := strings.Fields(line)
		s.Mounts = append(s.Mounts, f[4]+" "+f[5])
	}
	links, _ := net.Interfaces()
	for _, l := range links {
		s.Interfaces = append(s.Interfaces, l.Name)
	}
	pids, _ := filepath.Glob("/proc/[0-9]*")
	s.Processes = len(pids)
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if mask, ok := strings.CutPrefix(line, "CapBnd:"); ok && s.UID == 0 {
			s.Capabilities = strings.TrimSpace(mask)
		}
		if mask, ok := strings.CutPrefix(line, "CapPrm:"); ok && s.UID != 0 {
			s.Capabilities = strings.TrimSpace(mask)
		}
		s.NoNewPrivs = s.NoNewPrivs || line == "NoNewPrivs:\t1\n"
	}
	for what, try := range escapes {
		if try() == nil {
			s.Escapes = append(s.Escapes, what)
		}
	}
	for _, file := range []string{"/etc/passwd", "/etc/hosts", "/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/hostname", "/etc/own.conf"} {
		text, _ := os.ReadFile(file)
		s.Reads[file] = string(text)
	}
	own, err := net.Listen("unix", lookSocket)
	if err != nil {
		fmt.Println(err)
	}
	text, _ := json.Marshal(s)
	fmt.Println(string(text))
	greet(own)
}

// lookSocket is where whoever looks greets those who ask.
const lookSocket = "/tmp/look.sock"

func greet(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			os.Exit(1)
		}
		c.Read(make([]byte, 1<<10))
		fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
		c.Close()
	}
}

// escapes are ways out that have to be closed.
var escapes = map[string]func() error{
	"reading the machine's shadow file": func() error { _, err := os.ReadFile("/etc/shadow"); return err },
	"seeing the agent's root":           func() error { _, err := os.ReadDir("/proc/1/root/"); return err },
	"opening the agent's open files":    func() error { _, err := os.Open("/proc/1/fd/1"); return err },
	"writing to /usr":                   func() error { return os.WriteFile("/usr/escape", nil, 0o600) },
	"making /usr writable":              func() error { return unix.Mount("", "/usr", "", unix.MS_REMOUNT|unix.MS_BIND, "") },
	"writing a setting of the kernel":   func() error { return rewrite("/proc/sys/kernel/core_pattern") },
	"writing a setting of the network":  func() error { return rewrite("/proc/sys/net/ipv4/ip_forward") },
	"mounting":                          func() error { return unix.Mount("tmpfs", "/tmp", "tmpfs", 0, "") },
	"leaving the network":               func() error { return enter("/proc/1/ns/net") },
	"reading the machine's memory":      func() error { _, err := os.Open("/dev/mem"); return err },
	"opening a raw socket":              func() error { return socket(unix.AF_PACKET, unix.SOCK_RAW) },
	"changing the network's rules": func() error {
		nft, err := nftables.New()
		if err != nil {
			return err
		}
		nft.AddTable(&nftables.Table{Family: nftables.TableFamilyIPv4, Name: "escape"})
		return nft.Flush()
	},
	"tracing the agent":                     func() error { return syscall.PtraceAttach(1) },
	"mounting in a namespace of its own":    nestedMount,
	"making a user namespace":               func() error { return tryAs(unix.CLONE_NEWUSER) },
	"reading the session's keys":            readKeys,
	"changing one of the machine's devices": func() error { return os.Chmod("/dev/full", 0o666) },
}

func rewrite(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0)
}

func enter(ns string) error {
	fd, err := unix.Open(ns, unix.O_RDONLY, 0)
	if err != nil {
		return err
	}
	return unix.Setns(fd, unix.CLONE_NEWNET)
}

func socket(family, kind int) error {
	fd, err := unix.Socket(family, kind, 0)
	if err == nil {
		unix.Close(fd)
	}
	return err
}

func tryAs(flags uintptr) error {
	cmd := exec.Command("/bin/true")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: flags}
	return cmd.Run()
}

// keyVariable says that the harness was started in a session with a key.
const keyVariable = "LOCAL_TEST_KEY"

// keyName is what the tests call the key that a lab must not find.
const keyName = "badgateway-test"

// readKeys looks for the key that the harness has in its session's keyring.
func readKeys() error {
	_, err := unix.KeyctlSearch(unix.KEY_SPEC_SESSION_KEYRING, "user", keyName, 0)
	return err
}

// nestedMount is root of one more user namespace, and tries to write to /usr there.
func nestedMount() error {
	cmd := exec.Command("/bin/sh", "-c", "mount -o remount,rw,bind /usr || touch /usr/escape")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER | unix.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
	}
	return cmd.Run()
}

// nobodys is a user without a name.
const nobodys = 54321

// homeOf is a folder of a user's own, with this executable in it: he could not reach the
// folder of another.
func homeOf(t *testing.T, user int) (home, self string) {
	t.Helper()
	home, err := os.MkdirTemp("", "badgateway-home-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(home) })
	self = filepath.Join(home, "local.test")
	program, err := os.ReadFile("/proc/self/exe")
	if err := errors.Join(err, os.WriteFile(self, program, 0o755), os.Chown(home, user, user)); err != nil {
		t.Fatal(err)
	}
	return home, self
}

// asOrdinary runs the test of that name once more, as a user who owns nothing. It says
// whether it did: the test itself has nothing left to do then.
func asOrdinary(t *testing.T) (done bool) {
	t.Helper()
	if os.Getuid() != 0 {
		return false
	}
	home, self := homeOf(t, nobodys)
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), userVariable+"=1", "HOME="+home, "TMPDIR="+home, "XDG_CACHE_HOME="+home, "GOCOVERDIR="+home)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobodys, Gid: nobodys}}
	said, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(said), "--- PASS: "+t.Name()) {
		t.Errorf("as an ordinary user: %v\n%s", err, said)
	}
	return true
}
