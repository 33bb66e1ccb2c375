//go:build linux

package traced

// aarch64 are the registers of a thread of arm64 as ptrace(2) has them (struct user_pt_regs). A
// system call's number is in x8, its arguments are in x0 to x5, and its result is in x0
// (syscall(2)). It is here for every architecture, so that its tests are run on each.
type aarch64 struct {
	Regs   [31]uint64
	Sp     uint64
	Pc     uint64
	Pstate uint64
}

// call is the system call that the thread is in.
func (r *aarch64) call() call {
	c := call{nr: r.Regs[8]}
	copy(c.args[:], r.Regs[:6])
	return c
}

// become lets it have other arguments. Its number is not among the registers.
func (r *aarch64) become(c call) { copy(r.Regs[:6], c.args[:]) }

// restore lets the arguments of a call that has returned be what they were: what a signal has
// interrupted is made again with them. (The first is in the result's place, and kept elsewhere.)
func (r *aarch64) restore(c call) { copy(r.Regs[1:6], c.args[1:]) }

// prepare lets the thread make the call with the instruction that is next.
func (r *aarch64) prepare(c call) {
	r.become(c)
	r.Regs[8] = c.nr
}

func (r *aarch64) result() int64     { return int64(r.Regs[0]) }
func (r *aarch64) setResult(n int64) { r.Regs[0] = uint64(n) }
func (r *aarch64) stack() uint64     { return r.Sp }
func (r *aarch64) next() uint64      { return r.Pc }
