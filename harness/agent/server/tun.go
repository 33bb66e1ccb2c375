//go:build linux

package server

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// tunNode is where the kernel's documentation has the device of TUN and TAP, and major
// and minor are what makes a node that device (Documentation/networking/tuntap.rst).
const (
	tunNode  = "/dev/net/tun"
	tunMajor = 10
	tunMinor = 200
)

// makeTUN makes the node where there is none.
func makeTUN() error {
	if err := os.MkdirAll(filepath.Dir(tunNode), 0o755); err != nil {
		return err
	}
	err := unix.Mknod(tunNode, unix.S_IFCHR|0o600, int(unix.Mkdev(tunMajor, tunMinor)))
	if err != nil && !errors.Is(err, unix.EEXIST) {
		return fmt.Errorf("making %s: %w", tunNode, err)
	}
	return nil
}

// tap makes a TAP device in the space: what the kernel sends there is read from the file,
// frame by frame, and what is written to it the kernel receives. The device ends with
// the file (but see persist).
func (s *space) tap(name string) (f *os.File, err error) {
	err = s.do(func() error { // the device belongs to the namespace of who opens
		fd, err := unix.Open(tunNode, unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
		if err != nil {
			return &os.PathError{Op: "open", Path: tunNode, Err: err}
		}
		ifr, err := unix.NewIfreq(name)
		if err == nil {
			ifr.SetUint16(unix.IFF_TAP | unix.IFF_NO_PI)
			err = unix.IoctlIfreq(fd, unix.TUNSETIFF, ifr)
		}
		if err != nil {
			unix.Close(fd)
			return fmt.Errorf("a TAP device called %s: %w", name, err)
		}
		f = os.NewFile(uintptr(fd), "tap "+name) // only now can it be polled
		return nil
	})
	return f, err
}

// persist lets a TAP device outlive its file. It ends with its namespace then, together
// with all that is there, where the kernel would otherwise wait for each one by itself.
func persist(tap *os.File) error {
	return controlTAP(tap, func(fd int) error { return unix.IoctlSetInt(fd, unix.TUNSETPERSIST, 1) })
}

// setCarrier plugs the other end of a TAP device in or out.
func setCarrier(tap *os.File, in bool) error {
	on := 0
	if in {
		on = 1
	}
	return controlTAP(tap, func(fd int) error { return unix.IoctlSetPointerInt(fd, unix.TUNSETCARRIER, on) })
}

func controlTAP(tap *os.File, control func(fd int) error) error {
	raw, err := tap.SyscallConn()
	if err != nil {
		return err
	}
	if cerr := raw.Control(func(fd uintptr) { err = control(int(fd)) }); cerr != nil {
		return cerr
	}
	return err
}
