package main

import (
	"os"

	tclog "github.com/testcontainers/testcontainers-go/log"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/docker"
	"github.com/badgateway/badgateway/harness/local"
	"github.com/badgateway/badgateway/harness/nginx"
	"github.com/badgateway/badgateway/harness/provision"
	"github.com/badgateway/badgateway/scenarios"
)

// wired are the real parts. Only this file and the doctor's exams know them.
func wired() parts {
	tclog.SetDefault(nobody{}) // its banner is not ours
	return parts{
		version:   builtVersion(),
		catalogue: scenarios.All,
		gateway:   gatewayOf,
		runtimes:  []string{"docker", "local"},
		runtime: func(name string, progress func(string)) (harness.Runtime, error) {
			if name == "local" {
				return local.New(local.Options{Progress: progress})
			}
			rt, err := docker.New(docker.Options{Progress: progress})
			if err != nil {
				return nil, err // and not a nil *docker.Runtime, which is a Runtime
			}
			return rt, nil
		},
		play:  harness.Run,
		exams: dockerExams,
		exit:  os.Exit,
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
