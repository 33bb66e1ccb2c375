//go:build linux

package server

import (
	"fmt"
	"os/exec"
	"runtime"
	"syscall"

	"github.com/google/nftables"
	"golang.org/x/sys/unix"
)

// attempts are the abilities that can be tried, by name.
var attempts = map[string]func(*world) error{
	"nftables": tryNftables,
	"ptrace":   tryPtrace,
}

// try finds out whether the machine lets the lab do something, by doing it and undoing it.
func (w *world) try(ability string) error {
	attempt := attempts[ability]
	if attempt == nil {
		return fmt.Errorf("nothing to try is called %q", ability)
	}
	return attempt(w)
}

// tryNftables makes a table and takes it away again.
func tryNftables(w *world) error {
	nft, err := nftables.New(nftables.WithNetNSFd(w.far.fd))
	if err != nil {
		return err
	}
	table := nft.AddTable(&nftables.Table{Family: nftables.TableFamilyIPv4, Name: "try"})
	if err := nft.Flush(); err != nil {
		return err
	}
	nft.DelTable(table)
	return nft.Flush()
}

// tryPtrace starts a process that it traces, sees it stop at its exec, and ends it.
func tryPtrace(*world) error {
	runtime.LockOSThread() // the tracer is the thread
	defer runtime.UnlockOSThread()
	cmd := exec.Command("/proc/self/exe")
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return err
	}
	var status unix.WaitStatus
	_, err := unix.Wait4(cmd.Process.Pid, &status, 0, nil)
	cmd.Process.Kill()
	cmd.Wait()
	if err != nil {
		return err
	}
	if !status.Stopped() {
		return fmt.Errorf("the traced process did not stop (%#x)", status)
	}
	return nil
}
