// Package speed measures how long people wait, labs included. It prints each figure with
// its floor, and asserts nothing:
//
//	go test ./suites/speed -run '^$' -bench . -benchtime 5x
//	go test ./suites/speed -run '^$' -bench TwoHundredLabs -benchtime 1x    # takes a minute
package speed_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness/journal"
)

// floorDocumented is what the six have to wait for at the least: the read timeout of the
// reference configuration.
const floorDocumented = 2 * time.Second

// The built command, from the start of its process to its end.
func BenchmarkDocumented(b *testing.B) {
	for _, runtime := range []string{"docker", "local"} {
		b.Run(runtime, func(b *testing.B) {
			took, _ := measure(b, "run", "documented", "--runtime", runtime)
			report(b, took, floorDocumented)
		})
	}
}

// The floor of the catalogue is its longest cell, or the time of the cores that it takes, of a
// machine that does nothing else.
func BenchmarkCatalogue(b *testing.B) {
	for _, name := range []string{"docker", "local"} {
		b.Run(name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "journal.ndjson")
			took, used := measure(b, "run", "--runtime", name, "--report", "journal="+path)
			run, err := journal.ReadFile(path)
			if err != nil {
				b.Fatal(err)
			}
			floor := used / time.Duration(runtime.NumCPU())
			for _, c := range run.Cells {
				floor = max(floor, time.Duration(c.Spent.Total()*float64(time.Second)))
			}
			report(b, took, floor)
			b.ReportMetric(used.Seconds(), "s-of-cores/run")
		})
	}
}

// measure runs the built command once to warm it and then as often as the benchmark wants.
// used is the time that the cores worked during the last run, for whomever: of what it started
// nobody waits for each process, and some is done by the kernel's own threads.
func measure(b *testing.B, args ...string) (took []time.Duration, used time.Duration) {
	badgateway := filepath.Join(b.TempDir(), "badgateway")
	if out, err := exec.Command("go", "build", "-o", badgateway, "github.com/badgateway/badgateway/cmd/badgateway").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	run := func() time.Duration {
		before, began := busy(b), time.Now()
		cmd := exec.Command(badgateway, args...)
		var said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &said, &said
		if err := cmd.Run(); err != nil {
			b.Fatalf("%v: %v\n%s", args, err, said.Bytes())
		}
		took := time.Since(began)
		used = busy(b) - before
		return took
	}
	run()
	for b.Loop() {
		took = append(took, run())
	}
	return took, used
}

// busy is how long the cores have worked since the machine was started: user, nice, system, irq
// and softirq of proc_stat(5), in hundredths of a second.
func busy(b *testing.B) (all time.Duration) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		b.Fatal(err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	fields := strings.Fields(line)
	for _, i := range []int{1, 2, 3, 6, 7} {
		ticks, err := strconv.Atoi(fields[i])
		if err != nil {
			b.Fatal(err)
		}
		all += time.Duration(ticks) * 10 * time.Millisecond
	}
	return all
}

func report(b *testing.B, took []time.Duration, floor time.Duration) {
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2].Seconds(), "s/median")
	b.ReportMetric(took[len(took)-1].Seconds(), "s/longest")
	b.ReportMetric(floor.Seconds(), "s/floor")
	b.ReportMetric(0, "ns/op") // the mean of what the median tells better
}

// percentile of sorted times, 0 to 1.
func percentile(sorted []time.Duration, p float64) time.Duration {
	return sorted[min(len(sorted)-1, int(p*float64(len(sorted))))]
}
