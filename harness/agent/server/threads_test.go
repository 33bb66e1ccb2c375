//go:build linux

package server

import (
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// While nobody but one goroutine does anything, the monitor is the thread that runs most often.
func TestTheMonitorRunsForItsOwnSake(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	own := strconv.Itoa(unix.Gettid())
	tid, err := monitor()
	if err != nil {
		t.Fatal(err)
	}
	p := process{known: map[string]task{}}
	if p.tasks, err = os.Open("/proc/self/task"); err != nil {
		t.Fatal(err)
	}
	defer p.tasks.Close()
	defer p.forget()
	if err := p.find("/proc/self/task/"); err != nil {
		t.Fatal(err)
	}
	often, last := map[string]int{}, map[string]int64{}
	const looks = 30
	for range looks {
		for began := time.Now(); time.Since(began) < 11*time.Millisecond; { // the monitor sleeps for 10 ms at most
		}
		for id, one := range p.known {
			ran, err := one.ran()
			if err != nil {
				t.Fatal(err)
			}
			if ran != last[id] {
				often[id]++
			}
			last[id] = ran
		}
	}
	for id, n := range often {
		if id != tid && id != own && n >= often[tid] {
			t.Errorf("at %d looks the monitor had run %d times, and another thread %d times", looks, often[tid], n)
		}
	}
}
