//go:build linux

package server

import (
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"syscall"

	"github.com/google/nftables"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
)

// try does something where nobody is in the way, and undoes it. The error says why it
// cannot be done.
func (w *world) try(ability string) error {
	w.trying.Lock()
	defer w.trying.Unlock()
	switch ability {
	case agent.AbilityTBF:
		return w.tryQueue(func(index int) netlink.Qdisc { return narrow(index, netlink.HANDLE_ROOT, 1<<30) })
	case agent.AbilityNetem:
		return w.tryQueue(func(index int) netlink.Qdisc { return late(index, agent.Link{}) })
	case agent.AbilityTUN:
		return w.tryTUN()
	case agent.AbilityPorts:
		return w.ports.set(agent.Ports{})
	case agent.AbilityNftables:
		return w.tryNftables()
	case agent.AbilityPtrace:
		return tryPtrace()
	}
	return fmt.Errorf("nothing that can be tried is called %q", ability)
}

// tryQueue queues what the far side says to itself, for a moment.
func (w *world) tryQueue(of func(index int) netlink.Qdisc) error {
	lo, err := w.far.links.LinkByName("lo")
	if err != nil {
		return err
	}
	q := of(lo.Attrs().Index)
	if err := w.far.links.QdiscAdd(q); err != nil {
		return fmt.Errorf("a queue of the kind %s: %w", q.Type(), err)
	}
	return w.far.links.QdiscDel(q)
}

func (w *world) tryTUN() error {
	f, err := w.far.tap("try")
	if err != nil {
		return errors.Join(err, w.noNode)
	}
	return errors.Join(setCarrier(f, false), f.Close())
}

// tryNftables makes a table and takes it away again.
func (w *world) tryNftables() error {
	w.firewall.mu.Lock()
	defer w.firewall.mu.Unlock()
	nft := w.firewall.sides[agent.Arriving].nft
	table := nft.AddTable(&nftables.Table{Family: nftables.TableFamilyIPv4, Name: "try"})
	if err := nft.Flush(); err != nil {
		return err
	}
	nft.DelTable(table)
	return nft.Flush()
}

// tryPtrace starts a process that it traces, sees it stop at its exec, and ends it.
func tryPtrace() error {
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
