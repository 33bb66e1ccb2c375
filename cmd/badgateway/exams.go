package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/docker"
	"github.com/badgateway/badgateway/harness/local"
	"github.com/badgateway/badgateway/harness/provision"
	"github.com/badgateway/badgateway/harness/runtimes"
	"github.com/badgateway/badgateway/scenarios"
)

// machineExams try everything that a run in either runtime needs, and which would be taken.
func machineExams(gateway string, say func(string)) []exam {
	exams := append(dockerExams(gateway, say), localExams(gateway, say)...)
	return append(exams, exam{name: "auto", try: func(ctx context.Context) (string, error) {
		rt, why, err := runtimes.Open(ctx, runtimes.Auto, runtimes.Want{From: gateway, Scenarios: scenarios.All()}, say)
		if err != nil {
			return "", err
		}
		return "takes " + rt.Name() + " (" + why + ")", rt.Close()
	}})
}

// localExams try what a lab of this machine itself needs or may need.
func localExams(gateway string, say func(string)) []exam {
	var rt *local.Runtime
	exams := []exam{{runtime: "local", name: "namespaces", try: func(ctx context.Context) (found string, err error) {
		if rt, err = local.New(local.Options{Progress: say}); err != nil {
			return "", err
		}
		return rt.Users(ctx)
	}}}
	for _, a := range []struct{ name, means string }{
		{agent.AbilityNftables, "there can be firewalls"},
		{agent.AbilityTBF, "a link's rate can be limited"},
		{agent.AbilityNetem, "a link can delay"},
		{agent.AbilityTUN, "a link can delay, by way of the agent"},
		{harness.AbilityMemory, "a lab's memory can be limited, by a control group of " + local.ControlGroups()},
		{agent.AbilityPtrace, "a process can be traced"},
	} {
		exams = append(exams, exam{runtime: "local", name: a.name, needs: "namespaces", extra: a.name != agent.AbilityNftables,
			try: func(ctx context.Context) (string, error) { return a.means, rt.Try(ctx, a.name) }})
	}
	return append(exams,
		exam{runtime: "local", name: "gateway", needs: "namespaces", try: func(ctx context.Context) (string, error) {
			p, err := provision.NewShop(say).Gateway(ctx, gateway)
			return fmt.Sprintf("%s %s from %s", p.Product, p.Version, p.Source), err
		}},
		exam{runtime: "local", name: "lab", needs: "gateway", proves: true, try: func(ctx context.Context) (string, error) {
			return stand(ctx, rt, gateway)
		}})
}

// stand boots the gateway in a lab of one bay, and closes it.
func stand(ctx context.Context, rt harness.Runtime, ref string) (found string, err error) {
	gateway, err := gatewayOf(ref)
	if err != nil {
		return "", err
	}
	lab, err := harness.Open(ctx, rt, gateway, harness.Plot{Name: "doctor/lab"})
	if err != nil {
		return "", err
	}
	if err := lab.Close(); err != nil {
		return "", err
	}
	if !lab.ICMPUnlimited {
		return "stood; its kernel lets one ICMP error a second pass after the sixth to one address", nil
	}
	return "stood, with all it needs", nil
}

// patient is a machine under examination: what one exam found, the next needs.
type patient struct {
	gateway string
	say     func(string)
	engine  *client.Client
}

// dockerExams try everything that a run in docker needs.
func dockerExams(gateway string, say func(string)) []exam {
	p := &patient{gateway: gateway, say: say}
	return []exam{
		{runtime: "docker", name: "engine", try: p.reachEngine},
		{runtime: "docker", name: "agent", needs: "engine", try: p.getAgent},
		{runtime: "docker", name: "gateway", needs: "engine", try: p.getGateway},
		{runtime: "docker", name: "lab", needs: "gateway", proves: true, try: p.openLab},
	}
}

func (p *patient) reachEngine(ctx context.Context) (string, error) {
	rt, err := docker.New(docker.Options{}) // its error is what a run would say
	if err != nil {
		return "", err
	}
	if err := rt.Close(); err != nil {
		return "", err
	}
	tc, err := testcontainers.NewDockerClientWithOpts(ctx)
	if err != nil {
		return "", err
	}
	p.engine = tc.Client
	v, err := p.engine.ServerVersion(ctx, client.ServerVersionOptions{})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s at %s, API %s, %s/%s", v.Version, p.engine.DaemonHost(), v.APIVersion, v.Os, v.Arch), nil
}

func (p *patient) getAgent(ctx context.Context) (string, error) {
	image, err := provision.New(p.engine, p.say).Agent(ctx)
	if err != nil {
		return "", err
	}
	return image.Ref + ", from " + origin(image.Source), nil
}

// origin says how an agent's executable came about, and so whether Go is needed.
func origin(path string) string {
	self, err := os.Executable()
	switch {
	case err == nil && path == self:
		return "this executable; Go is not needed"
	case path == os.Getenv("BADGATEWAY_AGENT"):
		return "BADGATEWAY_AGENT, " + path + "; Go is not needed"
	}
	return "its sources by the go command, " + path
}

func (p *patient) getGateway(ctx context.Context) (string, error) {
	image, err := provision.New(p.engine, p.say).Gateway(ctx, p.gateway)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s %s from %s", image.Product, image.Version, image.Source), nil
}

// openLab makes a lab, in a runtime of its own.
func (p *patient) openLab(ctx context.Context) (found string, err error) {
	rt, err := docker.New(docker.Options{Progress: p.say})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, rt.Close()) }()
	return stand(ctx, rt, p.gateway)
}
