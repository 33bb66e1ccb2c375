package harness

import "errors"

// Blame says who has to act on a Problem; it decides the exit code.
type Blame int

const (
	// Environment: the machine, the engine or the lab is at fault (exit 3).
	Environment Blame = iota
	// Usage: what was asked for makes no sense: a flag, a file, a configuration (exit 2).
	Usage
)

// A Problem is an error that a person can do something about. What completes
// "badgateway: ..."; Hint is one sentence that says what to do.
type Problem struct {
	Blame Blame
	// Lack says that it is no trouble: what is asked for cannot be had on this machine, and
	// what needs it is unsupported.
	Lack bool
	What string
	Hint string
	Err  error // the cause, may be nil
	// Detail is what a person may want to read then, such as the end of a log.
	Detail []string
}

func (p *Problem) Error() string {
	if p.Err == nil {
		return p.What
	}
	return p.What + ": " + p.Err.Error()
}

func (p *Problem) Unwrap() error { return p.Err }

// Hint returns what to do about err, "" where nobody said.
func Hint(err error) string {
	var p *Problem
	if errors.As(err, &p) {
		return p.Hint
	}
	return ""
}

// BlameOf returns who has to act on err. An error nobody vouched for is the environment's.
func BlameOf(err error) Blame {
	var p *Problem
	if errors.As(err, &p) {
		return p.Blame
	}
	return Environment
}

// IsLack says whether err, or what it joins, is of things that cannot be had.
func IsLack(err error) bool {
	var p *Problem
	return errors.As(err, &p) && p.Lack
}
