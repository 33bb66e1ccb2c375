package provision

import (
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/badgateway/badgateway/harness"
)

// outOfSpace also knows the error of another process, which arrives as text.
func outOfSpace(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) ||
		strings.Contains(err.Error(), "no space left on device") ||
		strings.Contains(err.Error(), "No space left on device") ||
		strings.Contains(err.Error(), "enough free space")
}

// cacheTrouble says what to do about a cache that cannot be written.
func cacheTrouble(doing string, err error) error {
	hint := "set BADGATEWAY_CACHE to a directory that this user may write."
	if outOfSpace(err) {
		hint = "the disk is full: free some 200 MB, or set BADGATEWAY_CACHE to a directory on another."
	}
	return &harness.Problem{What: doing, Hint: hint, Err: err}
}

// nothingToTest is the end of all three ways to an nginx.
func nothingToTest(vendor string, pullErr, pkgErr error) error {
	hint := "give the engine access to a registry, load an image with `docker load` and name it with --gateway image:REFERENCE"
	if more := harness.Hint(pkgErr); more != "" {
		hint += "; or for the packages: " + strings.TrimSuffix(more, ".")
	}
	return &harness.Problem{
		What: "there is no nginx to test",
		Hint: hint + ".",
		Err: fmt.Errorf("the engine has neither %s nor one made earlier; the vendor's image: %w; packages: %w",
			vendor, pullErr, pkgErr),
	}
}

// tail returns the last lines of a program's output: where it says why it gave up.
func tail(output string, lines int) string {
	all := strings.Split(strings.TrimSpace(output), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "; ")
}
