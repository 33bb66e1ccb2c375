package main

import (
	"os"

	tclog "github.com/testcontainers/testcontainers-go/log"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/nginx"
	"github.com/badgateway/badgateway/harness/provision"
	"github.com/badgateway/badgateway/harness/runtimes"
	"github.com/badgateway/badgateway/scenarios"
)

// wired are the real parts. Only this file and the doctor's exams know them.
func wired() parts {
	tclog.SetDefault(nobody{}) // its banner is not ours
	return parts{
		version:   builtVersion(),
		catalogue: scenarios.All,
		gateway:   gatewayOf,
		runtimes:  runtimes.Names(),
		runtime:   runtimes.Open,
		play:      harness.Run,
		exams:     machineExams,
		exit:      os.Exit,
	}
}

// nobody listens to testcontainers.
type nobody struct{}

func (nobody) Printf(string, ...any) {}

// gatewayOf refuses what can be no gateway's reference.
func gatewayOf(ref string) (harness.Gateway, error) {
	if err := provision.CheckRef(ref); err != nil {
		return nil, err
	}
	return nginx.Reference(ref), nil
}
