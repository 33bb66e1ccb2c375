// Package place is what the suites share about the machine that they are played on: what
// they do where it cannot play something, and what runs on it. It plays nothing itself.
package place

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/onsi/ginkgo/v2"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/runtimes"
)

// Available skips what the machine does not let be tested, and fails where everything is
// meant to be there: with CI set.
func Available(err error) {
	ginkgo.GinkgoHelper()
	if err == nil {
		return
	}
	why := fmt.Sprintf("%v (%s)", err, harness.Hint(err))
	if os.Getenv("CI") != "" {
		ginkgo.Fail(why)
	}
	fmt.Fprintln(os.Stderr, "SKIPPED, nothing was tested: ", why) // Ginkgo keeps a skip's reason to itself
	ginkgo.Skip(why)
}

// Anywhere is a runtime in which those scenarios can be played, the local one where there is
// one: its labs cost least. Without any there is nothing to test.
func Anywhere(ctx context.Context, want runtimes.Want) harness.Runtime {
	ginkgo.GinkgoHelper()
	say := func(s string) { ginkgo.GinkgoWriter.Println(s) }
	rt, _, err := runtimes.Open(ctx, "local", want, say)
	if err == nil && rt.Supports(ctx, 0) == nil {
		return rt
	}
	rt, _, err = runtimes.Open(ctx, runtimes.Auto, want, say)
	Available(err)
	return rt
}

// Played says whether a cell was played. One that is unsupported is nobody's failure, but
// for root with CI set, to whom everything is meant to be possible.
func Played(c harness.Cell) bool {
	ginkgo.GinkgoHelper()
	if c.Verdict != harness.Unsupported {
		return true
	}
	if os.Getenv("CI") != "" && os.Getuid() == 0 {
		ginkgo.Fail(c.ID + ": " + c.Reason)
	}
	return false
}

// MustBePlayed skips a spec about a cell that was not.
func MustBePlayed(c harness.Cell) {
	ginkgo.GinkgoHelper()
	if !Played(c) {
		ginkgo.Skip(c.ID + ": " + c.Reason)
	}
}

// Descendants are the children of a process, and theirs (proc(5)).
func Descendants(pid int) (found []int) {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, t := range tasks {
		text, _ := os.ReadFile(t)
		for _, f := range strings.Fields(string(text)) {
			if child, err := strconv.Atoi(f); err == nil {
				found = append(append(found, child), Descendants(child)...)
			}
		}
	}
	return found
}
