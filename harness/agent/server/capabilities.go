//go:build linux

package server

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// keepOnly gives up every capability of every thread but these. What was not held is
// not gained.
func keepOnly(caps ...uint) error {
	held, err := heldCapabilities()
	if err != nil {
		return err
	}
	var keep uint64
	for _, c := range caps {
		keep |= 1 << c
	}
	keep &= held
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	data := [2]unix.CapUserData{
		{Effective: uint32(keep), Permitted: uint32(keep)},
		{Effective: uint32(keep >> 32), Permitted: uint32(keep >> 32)},
	}
	_, _, errno := syscall.AllThreadsSyscall(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&data[0])), 0)
	if errno != 0 {
		return fmt.Errorf("giving up capabilities: %w", errno)
	}
	return nil
}

// serverCapabilities is what a gateway, or an upstream's program, that starts as root needs: to
// open its files and logs whoever owns them, to hand its workers to another user, to signal them, and the
// ports below 1024.
var serverCapabilities = []uint{
	unix.CAP_CHOWN, unix.CAP_DAC_OVERRIDE, unix.CAP_FOWNER, unix.CAP_KILL,
	unix.CAP_SETGID, unix.CAP_SETUID, unix.CAP_NET_BIND_SERVICE,
}

// dropToServer limits what a program that this thread starts can ever hold to a
// server's capabilities, and keeps it from gaining any by set-user-ID programs.
func dropToServer() error { return limitThread(serverCapabilities) }

// limitThread limits what programs that this thread starts can ever hold: as root by the
// bounding set, as anybody else to nothing (capabilities(7)).
func limitThread(caps []uint) error {
	for c := range uint(64) {
		if slices.Contains(caps, c) {
			continue
		}
		err := unix.Prctl(unix.PR_CAPBSET_DROP, uintptr(c), 0, 0, 0)
		if errors.Is(err, unix.EINVAL) {
			break // the kernel knows no more
		}
		if err != nil {
			return fmt.Errorf("limiting capabilities: %w", err)
		}
	}
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
		return fmt.Errorf("clearing the ambient capabilities: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("forbidding new privileges: %w", err)
	}
	return leaveKeys()
}

// leaveKeys gives the thread, and what it starts, a session keyring of its own: that of the
// harness holds a user's keys (keyrings(7)). Where a container forbids keyrings nobody has any.
func leaveKeys() error {
	_, _, errno := unix.Syscall(unix.SYS_KEYCTL, unix.KEYCTL_JOIN_SESSION_KEYRING, 0, 0)
	if errno != 0 && errno != unix.ENOSYS && errno != unix.EPERM {
		return fmt.Errorf("leaving the session's keys: %w", errno)
	}
	return nil
}

// heldCapabilities reads the permitted set from proc(5), as a mask.
func heldCapabilities() (uint64, error) {
	status, err := os.ReadFile("/proc/thread-self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if mask, ok := strings.CutPrefix(line, "CapPrm:"); ok {
			return strconv.ParseUint(strings.TrimSpace(mask), 16, 64)
		}
	}
	return 0, fmt.Errorf("no CapPrm in /proc/thread-self/status")
}
