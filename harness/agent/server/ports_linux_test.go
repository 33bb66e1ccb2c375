package server

import (
	"errors"
	"net"
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
)

func TestPortsAreUsedUpAndGivenBack(t *testing.T) {
	const count = 4
	l := startAgent(t)
	if _, err := l.Build(t.Context(), agent.Build{Hosts: 1, Bays: 1, Still: true, Ports: true}); err != nil {
		t.Fatal(err)
	}
	if err := l.Try(t.Context(), agent.AbilityPorts); err != nil {
		t.Fatal(err)
	}
	if err := l.SetHost(t.Context(), agent.Host{Script: "hold"}); err != nil {
		t.Fatal(err)
	}
	dial := func() (*net.TCPConn, error) {
		at := netip.AddrPortFrom(agent.HostAddr(0), agent.HostPort)
		return l.near.dial(waits(t, patience), netip.Addr{}, at)
	}
	if err := l.SetPorts(t.Context(), agent.Ports{Count: count}); err != nil {
		t.Fatal(err)
	}
	for range count {
		c, err := dial()
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if port := c.LocalAddr().(*net.TCPAddr).Port; port < firstPort || port >= firstPort+count {
			t.Errorf("a connection comes from port %d", port)
		}
	}
	if c, err := dial(); !errors.Is(err, unix.EADDRNOTAVAIL) {
		t.Errorf("one connection more: %v, %v", c, err)
	}
	if err := l.SetPorts(t.Context(), agent.Ports{}); err != nil {
		t.Fatal(err)
	}
	c, err := dial()
	if err != nil {
		t.Fatalf("as it was: %v", err)
	}
	c.Close()
}

func TestAWorldThatWasNotBuiltForItKeepsItsPorts(t *testing.T) {
	l := newLab(t, 1)
	if err := l.SetPorts(t.Context(), agent.Ports{Count: 4}); err == nil {
		t.Error("its ports are narrowed")
	}
	if err := l.Try(t.Context(), agent.AbilityPorts); err == nil {
		t.Error("it can")
	}
}
