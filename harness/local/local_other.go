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
func New(Options) (*Runtime, error) { return nil, errNotLinux() }

func errNotLinux() error {
	return &harness.Problem{
		What: "the local runtime needs Linux, and this is " + runtime.GOOS,
		Hint: "use --runtime docker: the engine's Linux runs the labs",
	}
}

func (*Runtime) Name() string                                  { return "local" }
func (*Runtime) Takes(string) error                            { return nil }
func (*Runtime) Close() error                                  { return nil }
func (*Runtime) Footprint() harness.Footprint                  { return harness.Footprint{} }
func (*Runtime) Supports(context.Context, harness.Needs) error { return errNotLinux() }
func (*Runtime) Users(context.Context) (string, error)         { return "", errNotLinux() }
func (*Runtime) Try(context.Context, string) error             { return errNotLinux() }
func (*Runtime) Open(context.Context, harness.LabSpec) (*harness.Lab, error) {
	return nil, errNotLinux()
}

// ControlGroups says that there are none.
func ControlGroups() string { return "no version" }
