package clock_test

import (
	"net"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness/clock"
)

// connected is a connection's two ends.
func connected(t *testing.T) (one, other net.Conn) {
	t.Helper()
	l, err := net.Listen("unix", t.TempDir()+"/clock")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if one, err = net.Dial("unix", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if other, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { one.Close(); other.Close() })
	return one, other
}

// next waits until somebody waits for that time, and returns the moment.
func next(t *testing.T, v *clock.Virtual, want time.Duration) clock.Moment {
	t.Helper()
	for late := time.Now().Add(10 * time.Second); ; time.Sleep(100 * time.Microsecond) {
		at, ok := v.Next()
		if ok && at.Time == want {
			return at
		}
		if time.Now().After(late) {
			t.Fatalf("somebody waits for %v, %v; want %v", at, ok, want)
		}
	}
}

func TestABorrowedClockJumpsWithItsOwn(t *testing.T) {
	own := clock.NewVirtual()
	own.Jump(clock.Moment{Time: time.Minute})
	here, there := connected(t)
	lent := make(chan error, 1)
	go func() { lent <- own.Lend(here) }()
	borrowed, err := clock.Borrow(there)
	if err != nil || borrowed.Moment().Time != time.Minute {
		t.Fatalf("it says %v, %v", borrowed.Moment(), err)
	}
	woken := make(chan time.Duration, 2)
	for _, d := range []time.Duration{2 * time.Hour, time.Hour} {
		go func() {
			if err := borrowed.Sleep(t.Context(), d); err != nil {
				t.Error(err)
			}
			woken <- borrowed.Moment().Time
		}()
	}
	for _, hours := range []time.Duration{1, 2} {
		at := time.Minute + hours*time.Hour
		own.Jump(next(t, own, at))
		if got := <-woken; got != at {
			t.Errorf("woken at %v, want %v", got, at)
		}
	}
	there.Close()
	if <-lent == nil {
		t.Error("it is lent to nobody")
	}
}

// A process that was stopped wakes for nothing, and keeps nobody from waking later.
func TestAClockGoesOnWithoutWhoIsStopped(t *testing.T) {
	own := clock.NewVirtual()
	here, there := connected(t)
	go own.Lend(here)
	said := make([]byte, 16)
	if _, err := there.Read(said); err != nil {
		t.Fatal(err)
	}
	if _, err := there.Write([]byte{0, 0xca, 0x9a, 0x3b, 15: 0}); err != nil { // 10^9 ns
		t.Fatal(err)
	}
	next(t, own, time.Second)
	for i := range 10000 { // more than fits into a socket
		own.Jump(clock.Moment{Time: time.Second + time.Duration(i)})
	}
	if at, ok := own.Next(); ok {
		t.Errorf("it waits for %v", at)
	}
}
