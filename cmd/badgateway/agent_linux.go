package main

// beSomethingElse answers hidden first words: on Linux the executable is also what runs
// in a lab. It says whether it was one of them.
func beSomethingElse(args []string) (code int, was bool) {
	return 0, false
}
