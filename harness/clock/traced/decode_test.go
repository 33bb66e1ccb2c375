//go:build linux

package traced

import (
	"encoding/binary"
	"testing"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

func TestTheRegistersOfArm64(t *testing.T) {
	// pselect6(1, 0x1000, 0, 0, 0x7fff0, 0) of arm64, as a thread is stopped in it.
	r := aarch64{Sp: 0x7ffe0, Pc: 0x400}
	copy(r.Regs[:], []uint64{1, 0x1000, 0, 0, 0x7fff0, 0, 66, 77, 72})
	in := call{72, [6]uint64{1, 0x1000, 0, 0, 0x7fff0, 0}}
	if got := r.call(); got != in {
		t.Fatalf("the call is %+v, not %+v", got, in)
	}
	if r.stack() != 0x7ffe0 || r.next() != 0x400 {
		t.Errorf("the stack is at %#x, the next instruction at %#x", r.stack(), r.next())
	}
	endless := in
	endless.args[4] = 0
	r.become(endless)
	if got := r.call(); got != endless {
		t.Errorf("it became %+v, not %+v", got, endless)
	}
	r.setResult(-int64(unix.EINTR))
	r.restore(in)
	if r.result() != -int64(unix.EINTR) || r.Regs[4] != 0x7fff0 || r.Regs[6] != 66 || r.Regs[8] != 72 {
		t.Errorf("returned with %d, it has %x", r.result(), r.Regs[:9])
	}
	r.prepare(call{277, [6]uint64{1, 2, 3}})
	if got, want := r.call(), (call{277, [6]uint64{1, 2, 3}}); got != want {
		t.Errorf("it is to make %+v, not %+v", got, want)
	}
}

// The filter stops a thread at the waits that have a time, and nowhere else, on both architectures.
func TestTheFilterStopsAtTimedWaitsAlone(t *testing.T) {
	const other = 0x40000028 // AUDIT_ARCH_ARM
	for name, on := range map[string]struct{ architecture, epollPwait, ppoll, clockGettime, read uint32 }{
		"amd64": {unix.AUDIT_ARCH_X86_64, 281, 271, 228, 0},
		"arm64": {unix.AUDIT_ARCH_AARCH64, 22, 73, 113, 63},
	} {
		vm := machine(t, filter(on.architecture, []row{
			{nr: uint64(on.epollPwait), arg: 3, when: positive}, {nr: uint64(on.ppoll), arg: 2, when: set}, {nr: uint64(on.clockGettime)},
		}))
		for _, c := range []struct {
			what     string
			arch, nr uint32
			args     [6]uint64
			want     uint32
		}{
			{"a wait of 60 s", on.architecture, on.epollPwait, [6]uint64{3: 60_000}, retTrace},
			{"a look", on.architecture, on.epollPwait, [6]uint64{3: 0}, retAllow},
			{"a wait without an end", on.architecture, on.epollPwait, [6]uint64{3: 0xffffffff}, retAllow},
			{"a wait with a struct timespec", on.architecture, on.ppoll, [6]uint64{2: 0x7fff_0000_1000}, retTrace},
			{"one whose address has no low half", on.architecture, on.ppoll, [6]uint64{2: 0x7fff_0000_0000}, retTrace},
			{"one without", on.architecture, on.ppoll, [6]uint64{}, retAllow},
			{"a question for the time", on.architecture, on.clockGettime, [6]uint64{}, retTrace},
			{"a read", on.architecture, on.read, [6]uint64{1, 2, 3, 4, 5, 6}, retAllow},
			{"a call of another architecture's", other, on.read, [6]uint64{}, retKill},
		} {
			got, err := vm.Run(described(c.nr, c.arch, c.args))
			if err != nil || uint32(got) != c.want {
				t.Errorf("%s: of %s the filter says %#x (%v), want %#x", name, c.what, got, err, c.want)
			}
		}
	}
}

// machine runs a filter as the kernel does.
func machine(t *testing.T, f []unix.SockFilter) *bpf.VM {
	t.Helper()
	var program []bpf.Instruction
	for _, i := range f {
		program = append(program, bpf.RawInstruction{Op: i.Code, Jt: i.Jt, Jf: i.Jf, K: i.K}.Disassemble())
	}
	vm, err := bpf.NewVM(program)
	if err != nil {
		t.Fatal(err)
	}
	return vm
}

// described is a call as the kernel tells a filter of it (struct seccomp_data), word by word as the
// machine reads them: big endian, the lower half of an argument first.
func described(nr, architecture uint32, args [6]uint64) []byte {
	b := binary.BigEndian.AppendUint32(nil, nr)
	b = binary.BigEndian.AppendUint32(b, architecture)
	b = append(b, make([]byte, 8)...) // the instruction's address
	for _, a := range args {
		b = binary.BigEndian.AppendUint32(b, uint32(a))
		b = binary.BigEndian.AppendUint32(b, uint32(a>>32))
	}
	return b
}
