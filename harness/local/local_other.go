//go:build !linux

package local

import (
	"context"
	"runtime"

	"github.com/badgateway/badgateway/harness"
)

// Runtime makes no labs here.
type Runtime struct{}

// New returns an error: labs are made of Linux's namespaces.
func New(Options) (*Runtime, error) {
	return nil, &harness.Problem{
		What: "the local runtime needs Linux, and this is " + runtime.GOOS,
		Hint: "use --runtime docker: the engine's Linux runs the labs",
	}
}

func (*Runtime) Name() string       { return "local" }
func (*Runtime) Takes(string) error { return nil }
func (*Runtime) Close() error       { return nil }
func (*Runtime) Open(context.Context, harness.LabSpec) (*harness.Lab, error) {
	_, err := New(Options{})
	return nil, err
}
