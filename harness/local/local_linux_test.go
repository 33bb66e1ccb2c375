package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/provision"
)

// runtimeFor is a runtime on a machine that allows labs.
func runtimeFor(t *testing.T) *Runtime {
	t.Helper()
	r, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := r.Allowed(t.Context()); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%v; %s", err, harness.Hint(err))
		}
		t.Skipf("SKIPPED, NOTHING WAS TESTED: %v", err)
	}
	return r
}

// standing is a lab without a gateway, with a limit of its memory in bytes, 0 for none.
func standing(t *testing.T, r *Runtime, memory int64) *lab {
	t.Helper()
	l, err := r.start(t.Context(), agent.Root{System: "/"}, memory)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.destroy() })
	return l
}

// watched is a lab whose gateway says what it sees.
func watched(t *testing.T, r *Runtime) (*lab, *harness.Log, sight) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := provision.Program{Path: self, Product: "agent", Root: agent.Root{System: "/", Bind: []string{self[1:], "etc/ld.so.cache"}}}
	l, err := r.start(t.Context(), program.Root, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.destroy() })
	if _, err := l.agent.Build(t.Context(), agent.Build{Hosts: 1, Bays: 1}); err != nil {
		t.Fatal(err)
	}
	var log harness.Log
	l.agent.Output(&log)
	if err := l.agent.Launch(t.Context(), r.users.launch(program, harness.Boot{
		Env:   map[string]string{lookVariable: "1"},
		Files: []harness.File{{Path: "/etc/own.conf", Text: []byte("mine\n")}},
	})); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	log.Until(ctx, func(lines []string) bool { return len(lines) > 0 })
	var s sight
	if lines := log.Lines(); len(lines) == 0 || json.Unmarshal([]byte(lines[0]), &s) != nil {
		t.Fatalf("the gateway said %q", lines)
	}
	return l, &log, s
}

func TestAGatewaySeesItsLabAndNothingElse(t *testing.T) {
	r := runtimeFor(t)
	mustSeeOnlyItsLab(t, r)
}

func TestAGatewayOfAnOrdinaryUserSeesItsLabAndNothingElse(t *testing.T) {
	if asOrdinary(t) {
		return
	}
	r := runtimeFor(t)
	if os.Getenv(userVariable) != "" && r.users != single { // who has no range of users
		t.Errorf("its labs are of %v", r.users)
	}
	mustSeeOnlyItsLab(t, r)
}

func mustSeeOnlyItsLab(t *testing.T, r *Runtime) {
	t.Helper()
	folder, err := syscall.Open("/etc", syscall.O_RDONLY, 0) // left open, as a careless shell does
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(folder)
	l, _, s := watched(t, r)
	if x := l.asks(t, agent.Ask{Socket: lookSocket}); string(x.Response.Tail) != "hello" {
		t.Errorf("its unix socket is not reached: %+v", x)
	}
	if want := []string{"0", "1", "2"}; !slices.Equal(s.Open, want) {
		t.Errorf("it has the descriptors %v, want %v", s.Open, want)
	}
	if len(s.Escapes) > 0 {
		t.Errorf("it was not kept from %s", strings.Join(s.Escapes, ", "))
	}
	self, _ := os.Executable()
	top := strings.Split(self, "/")[1]
	for _, name := range s.Root {
		known := append([]string{"dev", "etc", "proc", "root", "run", "tmp", "usr", "var", "bin", "sbin", "lib", "lib32", "lib64", "libx32"}, top)
		if !slices.Contains(known, name) {
			t.Errorf("it sees /%s", name)
		}
	}
	for _, m := range s.Mounts {
		at, options, _ := strings.Cut(m, " ")
		private := at == "/" || at == "/proc"
		if !private && !strings.HasPrefix(options, "ro,") {
			t.Errorf("it may write to the mount %s", m)
		}
	}
	slices.Sort(s.Interfaces)
	if want := []string{"clients", "dns", "host0", "lo"}; !slices.Equal(s.Interfaces, want) {
		t.Errorf("it sees the interfaces %v, want %v", s.Interfaces, want)
	}
	if s.Processes > 3 { // the agent, itself, and the shell of an attempt
		t.Errorf("it sees %d processes", s.Processes)
	}
	want := "0000000000000000"
	if s.UID == 0 {
		mask := uint64(0)
		for _, c := range []uint{unix.CAP_CHOWN, unix.CAP_DAC_OVERRIDE, unix.CAP_FOWNER, unix.CAP_KILL, unix.CAP_SETGID, unix.CAP_SETUID, unix.CAP_NET_BIND_SERVICE} {
			mask |= 1 << c
		}
		want = fmt.Sprintf("%016x", mask)
	}
	if s.Capabilities != want || !s.NoNewPrivs {
		t.Errorf("it can hold the capabilities %s, want %s; no new privileges: %v", s.Capabilities, want, s.NoNewPrivs)
	}
	for file, part := range map[string]string{
		"/etc/passwd": "www-data:", "/etc/hosts": "127.0.0.1 localhost", "/etc/resolv.conf": "nameserver " + agent.Resolver.String(),
		"/etc/nsswitch.conf": "hosts: files dns", "/etc/hostname": "gateway", "/etc/own.conf": "mine\n",
	} {
		if !strings.Contains(s.Reads[file], part) {
			t.Errorf("%s reads %q, without %q", file, s.Reads[file], part)
		}
	}
}

// A harness may run in a session that has keys. It is started in one here, because a
// keyring is a thread's, and what a process starts has that of the thread that starts it.
func TestAGatewayFindsNoKeysOfItsHarness(t *testing.T) {
	if os.Getenv(keyVariable) == "" {
		runtime.LockOSThread() // for good: what it joins is to end with it
		_, err := unix.KeyctlJoinSessionKeyring(t.Name())
		if err == nil {
			_, err = unix.AddKey("user", keyName, []byte("secret"), unix.KEY_SPEC_SESSION_KEYRING)
		}
		if err != nil {
			t.Skipf("SKIPPED, NOTHING WAS TESTED: this machine has no keyrings: %v", err)
		}
		cmd := exec.CommandContext(t.Context(), "/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.v")
		cmd.Env = append(os.Environ(), keyVariable+"=1")
		if said, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(said), "--- PASS: "+t.Name()) {
			t.Errorf("%v\n%s", err, said)
		}
		return
	}
	if err := readKeys(); err != nil {
		t.Fatalf("the harness itself finds no key: %v", err)
	}
	_, _, s := watched(t, runtimeFor(t))
	if len(s.Escapes) > 0 {
		t.Errorf("it was not kept from %s", strings.Join(s.Escapes, ", "))
	}
}

// Who is started again finds a root as new: what it left is gone.
func TestAGatewayIsStartedInARootMadeAnew(t *testing.T) {
	r := runtimeFor(t)
	l := standing(t, r, 0)
	var log harness.Log
	l.agent.Output(&log)
	for range 2 {
		order := agent.Launch{Root: agent.Root{System: agent.SystemFolder}, Args: []string{"/bin/sh", "-c", "ls /left 2>&1; echo >/left; echo said >&2; exit 3"}}
		if err := l.agent.Launch(t.Context(), order); err != nil {
			t.Fatal(err)
		}
		if how, err := l.agent.Ended(t.Context()); err != nil || how != "exit status 3" {
			t.Errorf("it ended with %q, %v", how, err)
		}
	}
	if said := strings.Join(log.Lines(), "\n"); strings.Count(said, "No such file") != 2 || strings.Count(said, "said") != 2 {
		t.Errorf("it said %q", said)
	}
}

// Workers outlive a master that is killed: they are the gateway too.
func TestAGatewayEndsWithAllThatItStarted(t *testing.T) {
	r := runtimeFor(t)
	l := standing(t, r, 0)
	order := agent.Launch{Root: agent.Root{System: agent.SystemFolder}, Args: []string{"/bin/sh", "-c", "sleep 1000 & setsid sleep 1000 & sleep 0.1; exit 0"}}
	for range 3 {
		if err := l.agent.Launch(t.Context(), order); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		if how, err := l.agent.Ended(ctx); err != nil || how != "exit status 0" {
			t.Errorf("it ended with %q, %v", how, err)
		}
		cancel()
	}
	if err := l.agent.Stop(t.Context()); err != nil {
		t.Errorf("stopping what has ended: %v", err)
	}
}

func TestAStubbornGatewayIsStopped(t *testing.T) {
	r := runtimeFor(t)
	l := standing(t, r, 0)
	var log harness.Log
	l.agent.Output(&log)
	order := agent.Launch{Root: agent.Root{System: agent.SystemFolder}, Args: []string{"/bin/sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1000; done"}}
	if err := l.agent.Launch(t.Context(), order); err != nil {
		t.Fatal(err)
	}
	if err := l.agent.Launch(t.Context(), order); err == nil || !strings.Contains(err.Error(), "runs already") {
		t.Errorf("a second one beside it: %v", err)
	}
	log.Until(t.Context(), func(lines []string) bool { return len(lines) > 0 })
	if err := l.agent.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if how, err := l.agent.Ended(t.Context()); err != nil || how != "signal: killed" {
		t.Errorf("it ended with %q, %v", how, err)
	}
}

func TestAProgramThatIsNotThereIsSaidSo(t *testing.T) {
	r := runtimeFor(t)
	l := standing(t, r, 0)
	if _, err := l.agent.Ended(t.Context()); err == nil || !strings.Contains(err.Error(), "no gateway was launched") {
		t.Errorf("waiting for none: %v", err)
	}
	for _, args := range [][]string{nil, {"/nowhere/nginx"}} {
		err := l.agent.Launch(t.Context(), agent.Launch{Root: agent.Root{System: agent.SystemFolder}, Args: args})
		if err == nil {
			t.Errorf("launching %q succeeds", args)
		}
	}
}

// Who is asked in vain is asked again; who is closed makes no more labs, and keeps none.
func TestARuntimeThatIsCancelledOrClosed(t *testing.T) {
	r := runtimeFor(t)
	fresh, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := fresh.Allowed(cancelled); !errors.Is(err, context.Canceled) || harness.IsLack(err) {
		t.Errorf("cancelled: %v", err)
	}
	if err := fresh.Allowed(t.Context()); err != nil {
		t.Errorf("asked again: %v", err)
	}
	if err := errors.Join(fresh.Close(), fresh.Close()); err != nil {
		t.Error(err)
	}
	if _, err := fresh.start(t.Context(), agent.Root{System: "/"}, 0); !errors.Is(err, errClosed) {
		t.Errorf("after the end: %v", err)
	}
	if r.users != fresh.users {
		t.Errorf("labs are of %v and of %v", r.users, fresh.users)
	}
}

// A lab ends with its agent, and what is open then says so.
func TestALabEndsWithItsAgent(t *testing.T) {
	r := runtimeFor(t)
	l, _, _ := watched(t, r)
	before := time.Now()
	l.cmd.Process.Kill()
	if _, err := l.agent.Ended(t.Context()); err == nil {
		t.Error("the gateway's end is told by nobody")
	}
	if took := time.Since(before); took > patience {
		t.Errorf("it took %v", took)
	}
	if err := l.destroy(); err != nil {
		t.Error(err)
	}
}

// A machine with newuidmap gives an ordinary user more than himself. Its files are
// pretended: they are mounted where only this test sees them.
func TestSubordinateUsers(t *testing.T) {
	if os.Getuid() == 0 {
		if _, err := exec.LookPath("newuidmap"); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatal("newuidmap is not installed")
			}
			t.Skip("SKIPPED, NOTHING WAS TESTED: newuidmap is not installed")
		}
		home, self := homeOf(t, nobodys)
		for name, text := range map[string]string{
			"passwd": fmt.Sprintf("somebody:x:%d:%d::%s:/bin/sh\n", nobodys, nobodys, home),
			"subuid": "somebody:200000:65536\n", "subgid": "somebody:200000:65536\n",
		} {
			if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		script := `for f in passwd subuid subgid; do mount --bind $HOME/$f /etc/$f || exit; done; exec setpriv --reuid=$0 --regid=$0 --clear-groups "$@"`
		cmd := exec.CommandContext(t.Context(), "unshare", "-m", "sh", "-c", script, fmt.Sprint(nobodys), self, "-test.run=^"+t.Name()+"$", "-test.v")
		cmd.Env, cmd.Dir = append(os.Environ(), userVariable+"=1", "HOME="+home, "TMPDIR="+home, "GOCOVERDIR="+home), "/"
		said, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(said), "--- PASS: "+t.Name()) {
			t.Errorf("as an ordinary user: %v\n%s", err, said)
		}
		return
	}
	if os.Getenv(userVariable) == "" {
		t.Skip("SKIPPED, NOTHING WAS TESTED: only root can give users to another")
	}
	r := runtimeFor(t)
	if r.users != subordinate {
		t.Fatalf("its labs are of %v: %v", r.users, r.instead)
	}
	mustSeeOnlyItsLab(t, r)
	l := standing(t, r, 0)
	var log harness.Log
	l.agent.Output(&log)
	// Whom a gateway hands its workers to has to be somebody.
	order := agent.Launch{Root: agent.Root{System: agent.SystemFolder}, Args: []string{"/usr/bin/setpriv", "--reuid=33", "--regid=33", "--clear-groups", "/usr/bin/id", "-u"}}
	if err := l.agent.Launch(t.Context(), order); err != nil {
		t.Fatal(err)
	}
	if how, err := l.agent.Ended(t.Context()); err != nil || how != "exit status 0" || !slices.Equal(log.Lines(), []string{"33"}) {
		t.Errorf("it ended with %q, %v, and said %q", how, err, log.Lines())
	}
}
