// Package speed measures how long people wait for the built command, from the start of
// the process to its end, labs included. It prints, and asserts nothing:
//
//	go test ./suites/speed -run '^$' -bench . -benchtime 5x
package speed_test

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// The floors are what the scenarios have to wait for at the least: the read timeout of
// the reference configuration, and one and a half of it for a body that drips.
const (
	floorDocumented = 2 * time.Second
	floorCatalogue  = 3 * time.Second
)

func BenchmarkDocumented(b *testing.B) { measure(b, floorDocumented, "run", "documented") }
func BenchmarkCatalogue(b *testing.B)  { measure(b, floorCatalogue, "run") }

func measure(b *testing.B, floor time.Duration, args ...string) {
	badgateway := filepath.Join(b.TempDir(), "badgateway")
	if out, err := exec.Command("go", "build", "-o", badgateway, "github.com/badgateway/badgateway/cmd/badgateway").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	run := func() time.Duration {
		began := time.Now()
		cmd := exec.Command(badgateway, args...)
		var said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &said, &said
		if err := cmd.Run(); err != nil {
			b.Fatalf("%v: %v\n%s", args, err, said.Bytes())
		}
		return time.Since(began)
	}
	run() // warm: images are there
	var took []time.Duration
	for b.Loop() {
		took = append(took, run())
	}
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2].Seconds(), "s/median")
	b.ReportMetric(took[len(took)-1].Seconds(), "s/longest")
	b.ReportMetric(floor.Seconds(), "s/floor")
}
