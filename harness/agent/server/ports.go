//go:build linux

package server

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/badgateway/badgateway/harness/agent"
)

// ports is the range of the near side's ephemeral ports.
type ports struct {
	file    *os.File
	healthy []byte
	err     error // why there is none
}

// openPortRange opens the range of the near side for writing.
func openPortRange() (p ports) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // for good: the thread may get a mount namespace of its own, and ends
		p.file, p.err = openSetting(portRange)
		if p.err == nil {
			p.healthy, p.err = os.ReadFile(portRange)
		}
	}()
	<-done
	return p
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
