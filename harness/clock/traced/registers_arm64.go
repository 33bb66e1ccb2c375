//go:build linux

package traced

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	architecture = unix.AUDIT_ARCH_AARCH64
	// trap is the instruction that makes a system call.
	trap = "\x01\x00\x00\xd4" // svc #0

	setRegisters  = 1     // NT_PRSTATUS
	setSystemCall = 0x404 // NT_ARM_SYSTEM_CALL
)

// registers of a stopped thread.
type registers struct{ unix.PtraceRegsArm64 }

func readRegisters(tid int) (r registers, err error) {
	return r, unix.PtraceGetRegSetArm64(tid, setRegisters, &r.PtraceRegsArm64)
}

func (r *registers) write(tid int) error {
	return unix.PtraceSetRegSetArm64(tid, setRegisters, &r.PtraceRegsArm64)
}

// call is the system call that the thread is in.
func (r *registers) call() call {
	c := call{nr: r.Regs[8]}
	copy(c.args[:], r.Regs[:6])
	return c
}

// setCall lets it be another. A number of noCall is none.
func (r *registers) setCall(tid int, c call) error {
	copy(r.Regs[:6], c.args[:])
	nr := int32(c.nr)
	iov := unix.Iovec{Base: (*byte)(unsafe.Pointer(&nr)), Len: 4}
	_, _, errno := unix.RawSyscall6(unix.SYS_PTRACE, unix.PTRACE_SETREGSET, uintptr(tid), setSystemCall, uintptr(unsafe.Pointer(&iov)), 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// restore lets the arguments of a call that has returned be what they were: what a signal has
// interrupted is made again with them. (The first is in the result's place, and kept elsewhere.)
func (r *registers) restore(c call) { copy(r.Regs[1:6], c.args[1:]) }

// prepare lets the thread make the call with the instruction that is next.
func (r *registers) prepare(c call) {
	copy(r.Regs[:6], c.args[:])
	r.Regs[8] = c.nr
}

func (r *registers) result() int64     { return int64(r.Regs[0]) }
func (r *registers) setResult(n int64) { r.Regs[0] = uint64(n) }
func (r *registers) stack() uint64     { return r.Sp }
func (r *registers) next() uint64      { return r.Pc }
