// Package traced runs a program in the time of a clock.Virtual: what it reads of the time, and
// how long it waits, is the clock's. The program stays as it is, static or dynamic, of any libc,
// with any number of processes and threads: its system calls are looked at (ptrace(2),
// seccomp(2) with SECCOMP_RET_TRACE), and the vDSO, by which time can be read without one
// (vdso(7)), is hidden from it. No privilege is needed beyond the right to trace a child.
//
// What is known of system calls is one table (calls.go). A wait that is in it and cannot be
// followed is an error that names it, and never a guess.
package traced
