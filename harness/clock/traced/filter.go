//go:build linux

package traced

import "golang.org/x/sys/unix"

// What a filter says of a call (seccomp(2)), and where in the kernel's description of it
// (struct seccomp_data) the number, the architecture and the arguments are.
const (
	retAllow = 0x7fff0000
	retTrace = 0x7ff00000
	retKill  = 0x80000000 // the process

	offNumber       = 0
	offArchitecture = 4
	offArguments    = 16
)

// filter is the program by which the kernel stops a thread at the calls of the rows, and at no
// others. A call of another architecture's convention, which it could not tell, ends the process.
func filter(architecture uint32, rows []row) []unix.SockFilter {
	f := []unix.SockFilter{
		load(offArchitecture), jumpIf(unix.BPF_JEQ, architecture, 1, 0), answer(retKill),
	}
	for _, r := range rows {
		body := looks(r)
		f = append(f, load(offNumber), jumpIf(unix.BPF_JEQ, uint32(r.nr), 0, uint8(len(body))))
		f = append(f, body...)
	}
	return append(f, answer(retAllow))
}

// looks answers for a call of that row.
func looks(r row) []unix.SockFilter {
	low := uint32(offArguments + 8*r.arg) // little endian
	switch r.when {
	case positive:
		return []unix.SockFilter{
			load(low),
			jumpIf(unix.BPF_JEQ, 0, 2, 0), jumpIf(unix.BPF_JSET, 1<<31, 1, 0),
			answer(retTrace), answer(retAllow),
		}
	case set:
		return []unix.SockFilter{
			load(low), jumpIf(unix.BPF_JEQ, 0, 0, 2),
			load(low + 4), jumpIf(unix.BPF_JEQ, 0, 1, 0),
			answer(retTrace), answer(retAllow),
		}
	}
	return []unix.SockFilter{answer(retTrace)}
}

func load(offset uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
}

func jumpIf(how uint16, value uint32, yes, no uint8) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | how | unix.BPF_K, K: value, Jt: yes, Jf: no}
}

func answer(how uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: how}
}
