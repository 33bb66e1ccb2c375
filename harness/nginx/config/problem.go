package config

import (
	"fmt"

	"github.com/badgateway/badgateway/harness"
)

// refuse is the problem of a configuration that cannot be read. hint may be "".
func refuse(hint, format string, args ...any) *harness.Problem {
	return &harness.Problem{Blame: harness.Usage, What: fmt.Sprintf(format, args...), Hint: hint}
}

// broken is the problem of a file that NGINX would not read either.
func broken(shown string, text []byte, f *fault) *harness.Problem {
	return refuse(f.hint, "%s", f.in(shown, text))
}
