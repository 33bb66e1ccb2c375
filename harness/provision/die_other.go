//go:build !linux

package provision

import "syscall"

// dieWithUs has no counterpart: what was started ends when it has done its work.
func dieWithUs(*syscall.SysProcAttr) {}
