//go:build linux

package server

import (
	"os"
	"testing"
	"time"
)

// The monitor is the one that runs while nobody but one goroutine does.
func TestTheMonitorRunsForItsOwnSake(t *testing.T) {
	tid, err := monitor()
	if err != nil {
		t.Fatal(err)
	}
	var p process
	p.known = map[string]task{}
	if p.tasks, err = os.Open("/proc/self/task"); err != nil {
		t.Fatal(err)
	}
	defer p.tasks.Close()
	defer p.forget()
	if err := p.find("/proc/self/task/"); err != nil {
		t.Fatal(err)
	}
	one, known := p.known[tid]
	if !known {
		t.Fatalf("no thread is %s", tid)
	}
	before, err := one.ran()
	if err != nil {
		t.Fatal(err)
	}
	for began := time.Now(); time.Since(began) < 100*time.Millisecond; {
	}
	if after, err := one.ran(); err != nil || after == before {
		t.Errorf("it has not run, %v", err)
	}
}
