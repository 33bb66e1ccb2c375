//go:build linux

package ordinary_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"

	"github.com/badgateway/badgateway/faults"
	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/local"
	"github.com/badgateway/badgateway/harness/nginx"
)

// sealedVariable lets this executable be a machine with a network of its own.
const sealedVariable = "BADGATEWAY_TEST_SEALED"

// The addresses of that machine: its own, and one of its bridge's network at which nobody is.
const (
	bridgeAddr = "192.0.2.1" // RFC 5737
	beyondAddr = "192.0.2.77"
	port       = 8080
)

// A configuration names the machine's own addresses, its resolver and others on its
// bridge, and not one packet comes. The machine is a namespace, so that nobody else's
// packets are counted.
func TestNothingLeavesALab(t *testing.T) {
	if os.Getenv(sealedVariable) == "" {
		cmd := exec.CommandContext(t.Context(), "/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.v")
		cmd.Env = append(os.Environ(), sealedVariable+"=1")
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET}
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
		said, err := cmd.CombinedOutput()
		if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSPC) {
			if os.Getenv("CI") == "" {
				t.Skipf("SKIPPED, NOTHING WAS TESTED: %v", err)
			}
		}
		if err != nil || !strings.Contains(string(said), "--- PASS: "+t.Name()) {
			t.Errorf("%v\n%s", err, said)
		}
		return
	}
	m := newNetworkedMachine(t)
	rt, err := local.New(local.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	for _, upstream := range []string{
		"server " + bridgeAddr, "server " + beyondAddr, "server 127.0.0.1", "server 198.51.100.7",
		"name names.test by " + bridgeAddr, "name names.test by 127.0.0.1",
	} {
		before := m.packets(t)
		m.tryFromALab(t, rt, upstream)
		if n := m.packets(t) - before; n != 0 {
			t.Errorf("%s: %d packets came out of the lab", upstream, n)
		}
		if n := m.came.Load(); n != 0 {
			t.Errorf("%s: %d connections and queries came out of the lab", upstream, n)
		}
	}
	// What is counted is counted: the same from the machine itself.
	before := m.packets(t)
	conn, err := net.Dial("tcp", net.JoinHostPort(bridgeAddr, strconv.Itoa(port)))
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	select {
	case <-m.first:
	case <-time.After(10 * time.Second):
		t.Fatal("the machine's listener takes no connections")
	}
	if m.packets(t) == before {
		t.Error("packets are not counted")
	}
}

// networkedMachine is a network namespace with a bridge and listeners on everything.
type networkedMachine struct {
	came  atomic.Int64  // connections and queries
	first chan struct{} // closed by the first
}

func (m *networkedMachine) count() {
	if m.came.Add(1) == 1 {
		close(m.first)
	}
}

func newNetworkedMachine(t *testing.T) *networkedMachine {
	t.Helper()
	m := &networkedMachine{first: make(chan struct{})}
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		t.Fatal(err)
	}
	bridge := &netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: "bridge"}}
	port0 := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: "port0"}, PeerName: "guest"}
	addr, err := netlink.ParseAddr(bridgeAddr + "/24")
	if err != nil {
		t.Fatal(err)
	}
	steps := []func() error{
		func() error { return netlink.LinkSetUp(lo) },
		func() error { return netlink.LinkAdd(bridge) },
		func() error { return netlink.LinkAdd(port0) },
		func() error { return netlink.LinkSetMaster(port0, bridge) },
		func() error { return netlink.AddrAdd(bridge, addr) },
		func() error { return netlink.LinkSetUp(port0) },
		func() error { return netlink.LinkSetUp(bridge) },
		func() error {
			return netlink.RouteAdd(&netlink.Route{Gw: net.ParseIP(beyondAddr), Dst: &net.IPNet{IP: net.IPv4zero, Mask: net.CIDRMask(0, 32)}})
		},
	}
	for i, step := range steps {
		if err := step(); err != nil {
			t.Fatalf("step %d of the machine's network: %v", i, err)
		}
	}
	listener, err := net.Listen("tcp", fmt.Sprintf(":%d", port))
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			m.count()
			c.Close()
		}
	}()
	dns, err := net.ListenPacket("udp", ":53")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for buf := make([]byte, 512); ; {
			if _, _, err := dns.ReadFrom(buf); err != nil {
				return
			}
			m.count()
		}
	}()
	return m
}

// packets is how many the machine's interfaces have sent and received.
func (m *networkedMachine) packets(t *testing.T) (n int) {
	t.Helper()
	text, err := os.ReadFile("/proc/self/net/dev")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for line := range strings.Lines(string(text)) {
		name, counts, ok := strings.Cut(line, ":")
		f := strings.Fields(counts)
		if !ok || len(f) != 16 { // two lines of headings
			continue
		}
		seen++
		if strings.TrimSpace(name) == "guest" || strings.TrimSpace(name) == "port0" {
			continue // they greet each other by IPv6 when they come up
		}
		received, err1 := strconv.Atoi(f[1])
		sent, err2 := strconv.Atoi(f[9])
		if err1 != nil || err2 != nil {
			t.Fatalf("/proc/net/dev says %q", line)
		}
		n += received + sent
	}
	if seen < 4 {
		t.Fatalf("%d interfaces are seen, of 4", seen)
	}
	return n
}

// tryFromALab opens a lab whose gateway sends everything there, and asks it.
func (m *networkedMachine) tryFromALab(t *testing.T, rt harness.Runtime, upstream string) {
	t.Helper()
	location := fmt.Sprintf("proxy_pass http://%s:%d;", strings.TrimPrefix(upstream, "server "), port)
	if rest, ok := strings.CutPrefix(upstream, "name "); ok {
		name, by, _ := strings.Cut(rest, " by ")
		location = fmt.Sprintf("resolver %s; resolver_timeout 1s; set $up %s; proxy_pass http://$up:%d;", by, name, port)
	}
	config := filepath.Join(t.TempDir(), "nginx.conf")
	text := "events {}\nhttp {\n server {\n listen 80;\n location / {\n proxy_connect_timeout 1s;\n proxy_read_timeout 1s;\n " + location + "\n }\n }\n}\n"
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	lab, err := harness.Open(t.Context(), rt, nginx.Own{Config: config, URL: "http://site.test/", Upstream: "app.test:8080"})
	if err != nil {
		t.Fatal(err)
	}
	defer lab.Close()
	_, err = lab.Bays[0].While(t.Context(), faults.Never)
	if err == nil || !strings.Contains(err.Error(), "no healthy baseline: the gateway gave 50") {
		t.Errorf("%s: somebody answered: %v", upstream, err)
	}
}
