package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/docker"
	"github.com/badgateway/badgateway/harness/provision"
)

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
		{name: "engine", try: p.reachEngine},
		{name: "agent", needs: "engine", try: p.getAgent},
		{name: "gateway", needs: "engine", try: p.getGateway},
		{name: "lab", needs: "gateway", try: p.openLab},
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

// openLab boots the gateway in a lab of one bay, and closes it.
func (p *patient) openLab(ctx context.Context) (found string, err error) {
	rt, err := docker.New(docker.Options{Progress: p.say})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, rt.Close()) }()
	gateway, err := gatewayOf(p.gateway)
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
