package harness

import (
	"testing"
	"time"
)

func TestWhatTheKernelDecides(t *testing.T) {
	for _, c := range []struct {
		kernel        Kernel
		connect, read time.Duration
		decides       bool
	}{
		{Kernel{}, 400 * time.Second, 24 * time.Hour, false},
		{ByARP, time.Second, time.Second, true},
		{BySYN, 127 * time.Second, 24 * time.Hour, false},
		{BySYN, 128 * time.Second, time.Second, true},
		{ByData, 400 * time.Second, 924 * time.Second, false},
		{ByData, time.Second, 925 * time.Second, true},
		{ByEither, time.Second, 925 * time.Second, true},
		{ByEither, 128 * time.Second, time.Second, true},
		{ByEither, time.Minute, time.Minute, false},
	} {
		p := Policy{Connect: Setting{Value: c.connect}, Read: Setting{Value: c.read}}
		if got := c.kernel.Decides(p); got != c.decides {
			t.Errorf("%v decides %v with timeouts of %v and %v", c.kernel, got, c.connect, c.read)
		}
	}
	if got, want := BySYN.String(), "TCP gives up a connection that nobody answers, after 127 s or a little more (tcp(7), tcp_syn_retries), where the connect timeout is over 127 s"; got != want {
		t.Errorf("it is told as %q, not %q", got, want)
	}
	if got := ByARP.String(); got != ByARP.By {
		t.Errorf("what always decides is told as %q", got)
	}
}
