//go:build linux

package traced

import "golang.org/x/sys/unix"

const (
	architecture = unix.AUDIT_ARCH_X86_64
	// trap is the instruction that makes a system call.
	trap = "\x0f\x05" // syscall
)

// registers of a stopped thread.
type registers struct{ unix.PtraceRegs }

func readRegisters(tid int) (r registers, err error) {
	return r, unix.PtraceGetRegs(tid, &r.PtraceRegs)
}

func (r *registers) write(tid int) error { return unix.PtraceSetRegs(tid, &r.PtraceRegs) }

// call is the system call that the thread is in.
func (r *registers) call() call {
	return call{r.Orig_rax, [6]uint64{r.Rdi, r.Rsi, r.Rdx, r.R10, r.R8, r.R9}}
}

// setCall lets it be another. A number of noCall is none.
func (r *registers) setCall(tid int, c call) error {
	r.Orig_rax = c.nr
	r.Rdi, r.Rsi, r.Rdx, r.R10, r.R8, r.R9 = c.args[0], c.args[1], c.args[2], c.args[3], c.args[4], c.args[5]
	return nil
}

// restore lets the arguments of a call that has returned be what they were: what a signal has
// interrupted is made again with them.
func (r *registers) restore(c call) { r.setCall(0, c) }

// prepare lets the thread make the call with the instruction that is next.
func (r *registers) prepare(c call) {
	r.Rax = c.nr
	r.Rdi, r.Rsi, r.Rdx, r.R10, r.R8, r.R9 = c.args[0], c.args[1], c.args[2], c.args[3], c.args[4], c.args[5]
	r.Orig_rax = noCall // or the kernel might take it for one to be made again
}

func (r *registers) result() int64     { return int64(r.Rax) }
func (r *registers) setResult(n int64) { r.Rax = uint64(n) }
func (r *registers) stack() uint64     { return r.Rsp }
func (r *registers) next() uint64      { return r.Rip }
