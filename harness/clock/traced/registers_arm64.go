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
type registers struct{ aarch64 }

func readRegisters(tid int) (registers, error) {
	var r unix.PtraceRegsArm64
	err := unix.PtraceGetRegSetArm64(tid, setRegisters, &r)
	return registers{aarch64(r)}, err
}

func (r *registers) write(tid int) error {
	raw := unix.PtraceRegsArm64(r.aarch64)
	return unix.PtraceSetRegSetArm64(tid, setRegisters, &raw)
}

// setCall lets it be another. A number of noCall is none.
func (r *registers) setCall(tid int, c call) error {
	r.become(c)
	nr := int32(c.nr)
	iov := unix.Iovec{Base: (*byte)(unsafe.Pointer(&nr)), Len: 4}
	_, _, errno := unix.RawSyscall6(unix.SYS_PTRACE, unix.PTRACE_SETREGSET, uintptr(tid), setSystemCall, uintptr(unsafe.Pointer(&iov)), 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}
