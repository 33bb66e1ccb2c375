package main

import (
	"os"
	"syscall"
)

// signalSelf sends a signal to the process that plays.
func signalSelf(name string) error {
	if name == "SIGTERM" {
		return syscall.Kill(os.Getpid(), syscall.SIGTERM)
	}
	return syscall.Kill(os.Getpid(), syscall.SIGINT)
}
