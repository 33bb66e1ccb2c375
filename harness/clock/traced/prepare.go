//go:build linux

package traced

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// hideVDSO takes the vDSO out of what the kernel has told a program that has just begun
// (getauxval(3), AT_SYSINFO_EHDR), so that its libc asks for the time by system calls. What it was
// told is on its stack: the arguments, the environment, then pairs of a kind and a value.
func hideVDSO(tid int) error {
	const word, ignore, end, sysinfoEHDR = 8, 1, 0, 33
	r, err := readRegisters(tid)
	if err != nil {
		return err
	}
	at := r.stack()
	next := func() uint64 {
		var b [word]byte
		if _, e := unix.PtracePeekData(tid, uintptr(at), b[:]); e != nil {
			err = errors.Join(err, e)
		}
		at += word
		return binary.NativeEndian.Uint64(b[:])
	}
	at += word * (next() + 1) // as many arguments, and what ends them
	for err == nil && next() != 0 {
	}
	for err == nil {
		switch kind := next(); kind {
		case end:
			return nil // a kernel without a vDSO
		case sysinfoEHDR:
			return poke(tid, at-word, binary.NativeEndian.AppendUint64(nil, ignore))
		}
		next()
	}
	return fmt.Errorf("reading what the kernel told the program: %w", err)
}

// installFilter lets the stopped program install a filter for itself and all that it starts. A
// program that does so may gain no privileges any more (PR_SET_NO_NEW_PRIVS).
func installFilter(tid int, f []unix.SockFilter) error {
	began, err := readRegisters(tid)
	if err != nil {
		return err
	}
	const room = 8 << 10 // below the stack, which is empty
	at := (began.stack() - room) &^ 15
	if err := poke(tid, at, program(f, at+16)); err != nil {
		return fmt.Errorf("writing the filter: %w", err)
	}
	for _, c := range []call{
		{unix.SYS_PRCTL, [6]uint64{unix.PR_SET_NO_NEW_PRIVS, 1}},
		{unix.SYS_SECCOMP, [6]uint64{unix.SECCOMP_SET_MODE_FILTER, 0, at}},
	} {
		result, err := makeCall(tid, began, c)
		if err == nil && result < 0 {
			err = unix.Errno(-result)
		}
		if err != nil {
			return fmt.Errorf("installing the filter: %w", err)
		}
	}
	return began.write(tid)
}

// program is a struct sock_fprog with its instructions behind it.
func program(f []unix.SockFilter, instructions uint64) []byte {
	b := binary.NativeEndian.AppendUint16(nil, uint16(len(f)))
	b = append(b, make([]byte, 6)...)
	b = binary.NativeEndian.AppendUint64(b, instructions)
	for _, i := range f {
		b = binary.NativeEndian.AppendUint16(b, i.Code)
		b = append(b, i.Jt, i.Jf)
		b = binary.NativeEndian.AppendUint32(b, i.K)
	}
	return b
}

// makeCall lets a stopped program make a system call: the instruction for it takes the place of
// the next one for as long.
func makeCall(tid int, began registers, c call) (result int64, err error) {
	at := uintptr(began.next())
	kept := make([]byte, len(trap))
	if _, err := unix.PtracePeekText(tid, at, kept); err != nil {
		return 0, err
	}
	if _, err := unix.PtracePokeText(tid, at, []byte(trap)); err != nil {
		return 0, err
	}
	defer func() {
		_, e := unix.PtracePokeText(tid, at, kept)
		err = errors.Join(err, e)
	}()
	r := began
	r.prepare(c)
	if err := r.write(tid); err != nil {
		return 0, err
	}
	if err := unix.PtraceSingleStep(tid); err != nil {
		return 0, err
	}
	var status unix.WaitStatus
	if _, err := unix.Wait4(tid, &status, unix.WALL, nil); err != nil {
		return 0, err
	}
	if !status.Stopped() || status.StopSignal() != unix.SIGTRAP {
		return 0, fmt.Errorf("it did not come to its next instruction (%#x)", uint32(status))
	}
	after, err := readRegisters(tid)
	return after.result(), err
}

// groupOf is the process that a thread belongs to.
func groupOf(tid int) int {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", tid))
	for line := range strings.Lines(string(text)) {
		var group int
		if _, err := fmt.Sscanf(line, "Tgid: %d", &group); err == nil {
			return group
		}
	}
	return tid
}
