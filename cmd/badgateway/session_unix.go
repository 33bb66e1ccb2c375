//go:build unix

package main

import "syscall"

func ownSession() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

func closeOnExec(descriptor int) { syscall.CloseOnExec(descriptor) }
