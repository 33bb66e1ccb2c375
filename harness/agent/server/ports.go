//go:build linux

package server

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
)

// ports is the range of the near side's ephemeral ports.
type ports struct {
	file    *os.File
	healthy []byte
	err     error // why there is none
}

// portRange is of the network namespace of whoever opens it, and stays that.
const portRange = "/proc/sys/net/ipv4/ip_local_port_range"

// openPortRange opens the range of the near side for writing.
func openPortRange() (p ports) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // for good: the thread may get a mount namespace of its own, and ends
		p.file, p.err = openWritable(portRange)
		if p.err == nil {
			p.healthy, p.err = os.ReadFile(portRange)
		}
	}()
	<-done
	return p
}

// openWritable opens a kernel's setting. In a container /proc/sys is read-only, so it is
// remounted where only this thread sees it. A security module may forbid that.
func openWritable(setting string) (*os.File, error) {
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

// firstPort is where a narrowed range begins: above what kernels take by default, so that no
// connection of a healthy time is in it.
const firstPort = 61000

func (p *ports) set(o agent.Ports) error {
	switch {
	case p.err != nil:
		return p.err
	case p.file == nil:
		return errors.New("the world was not built for it")
	case o.Count == 0:
		return p.write(p.healthy)
	}
	return p.write(fmt.Appendf(nil, "%d %d\n", firstPort, firstPort+o.Count-1))
}

func (p *ports) write(text []byte) error {
	_, err := p.file.WriteAt(text, 0)
	return err
}
