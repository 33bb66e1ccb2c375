package place

import (
	"os/exec"
	"testing"
)

// Busy keeps cores busy, by so many loops, until the test ends.
func Busy(t *testing.T, loops int) {
	t.Helper()
	for range loops {
		loop := exec.Command("sh", "-c", "while :; do :; done")
		if err := loop.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { loop.Process.Kill(); loop.Wait() })
	}
}
