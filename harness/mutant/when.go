package mutant

import (
	"net"
	"time"
)

// How long the proxy waits, and the ways to get that wrong.

// wait is how long the proxy waits where d is configured, 0 for ever.
func (c conduct) wait(d duration) time.Duration {
	if c.patience == nil {
		return time.Duration(d)
	}
	return c.patience(time.Duration(d))
}

func forEver(time.Duration) time.Duration { return 0 }

// aThird, and not half: half of a timeout is what slow/in-time takes.
func aThird(d time.Duration) time.Duration { return d / 3 }

func twiceAsLong(d time.Duration) time.Duration { return 2 * d }

// deadline is the moment at which a wait from now on is over, zero for never.
func deadline(wait time.Duration) time.Time {
	if wait == 0 {
		return time.Time{}
	}
	return time.Now().Add(wait)
}

// patient is a connection that is not waited for without end. Each read and each write
// may take its time.
type patient struct {
	net.Conn
	read, write time.Duration // 0 for ever
	shared      bool
	until       time.Time // the end of a shared time
}

// together lets all reads that follow share one time, which begins now.
func (p *patient) together() { p.shared, p.until = true, deadline(p.read) }

// apart gives each read that follows a time of its own.
func (p *patient) apart() { p.shared = false }

func (p *patient) Read(b []byte) (int, error) {
	if !p.shared {
		p.until = deadline(p.read)
	}
	if err := p.SetReadDeadline(p.until); err != nil {
		return 0, err
	}
	return p.Conn.Read(b)
}

func (p *patient) Write(b []byte) (int, error) {
	if err := p.SetWriteDeadline(deadline(p.write)); err != nil {
		return 0, err
	}
	return p.Conn.Write(b)
}
