//go:build linux

package server

import (
	"errors"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// Settings of a network namespace (the kernel's Documentation/networking/ip-sysctl.rst).
const (
	portRange     = "/proc/sys/net/ipv4/ip_local_port_range"
	icmpRateLimit = "/proc/sys/net/ipv4/icmp_ratelimit"
	noMetricsSave = "/proc/sys/net/ipv4/tcp_no_metrics_save"
	routeLocalnet = "/proc/sys/net/ipv4/conf/all/route_localnet"
)

// liftICMPLimit lets a kernel send each ICMP error at once: by default it sends six to one
// address and then one a second (icmp(7)), which turns a 502 into a 504.
func liftICMPLimit() error { return set(icmpRateLimit, "0") }

// forgetMetrics lets a kernel keep nothing of a connection that has ended. By default it
// begins the next one to that address with what it knows: where round trips took a second,
// that lets it wait for three before it sends anything again.
func forgetMetrics() error { return set(noMetricsSave, "1") }

// routeLoopback lets connections to loopback be led out of it.
func routeLoopback() error { return set(routeLocalnet, "1") }

// set writes a setting of the thread's network namespace, where it is another. In a container
// that asks for much, unless its runtime has set it already.
func set(setting, value string) error {
	if text, err := os.ReadFile(setting); err == nil && strings.TrimSpace(string(text)) == value {
		return nil
	}
	f, err := openSetting(setting)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(value)
	return err
}

// openSetting opens a setting for writing. The file is of the network namespace of the thread
// that opens it, and stays that. In a container /proc/sys is read-only, so it is remounted
// where only this thread sees it: the thread has to be one that nobody else goes on with. A
// security module may forbid that.
func openSetting(setting string) (*os.File, error) {
	f, err := os.OpenFile(setting, os.O_RDWR, 0)
	if err == nil || !errors.Is(err, unix.EROFS) {
		return f, err
	}
	if err := unix.Unshare(unix.CLONE_NEWNS | unix.CLONE_FS); err != nil {
		return nil, err
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return nil, err
	}
	if err := unix.Mount("", "/proc/sys", "", unix.MS_REMOUNT|unix.MS_BIND, ""); err != nil {
		return nil, err
	}
	return os.OpenFile(setting, os.O_RDWR, 0)
}
