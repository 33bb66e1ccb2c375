package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/docker"
	"github.com/badgateway/badgateway/harness/nginx"
	"github.com/badgateway/badgateway/scenarios"
)

// wired are the real parts. Only this file and the doctor's exams know them.
func wired() parts {
	return parts{
		version:   builtVersion(),
		catalogue: scenarios.All,
		gateway:   gatewayOf,
		runtimes:  []string{"docker"},
		runtime: func(_ string, progress func(string)) (harness.Runtime, error) {
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

// gatewayOf refuses what can be no gateway's reference; whether there is such a
// release or image is found out where it is looked for.
func gatewayOf(ref string) (harness.Gateway, error) {
	product, _, _ := strings.Cut(ref, "@")
	if product == "nginx" || strings.HasPrefix(ref, "image:") {
		return nginx.Reference(ref), nil
	}
	return nil, &harness.Problem{Blame: harness.Usage, What: fmt.Sprintf("there is no gateway %q", ref),
		Hint: "say nginx, nginx@1.26 or image:REFERENCE"}
}
