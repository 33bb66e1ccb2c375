package check

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/authority"
	"github.com/badgateway/badgateway/harness/nginx/config"
	"github.com/badgateway/badgateway/harness/nginx/place"
	"github.com/badgateway/badgateway/harness/nginx/routes"
)

// home is where an image of NGINX has its configuration.
const home = "/etc/nginx"

// Image lets an image start as it does, with its entry point, and reads the configuration that
// it has made for itself by then.
func Image(ctx context.Context, rt harness.Runtime, ref string, env map[string]string) (*Subject, error) {
	boot := harness.Boot{From: "image:" + ref, Env: env, Around: agent.Surroundings{Elsewhere: true}}
	files, err := filesOf(ctx, rt, boot)
	if err != nil {
		return nil, err
	}
	c, err := config.Of(files, func(native string) string { return native })
	if err != nil {
		return nil, err
	}
	c.Unread = nil // an image holds much that it does not use
	signs, err := authority.New()
	if err != nil {
		return nil, err
	}
	p, err := place.AsItIs(c, boot, signs)
	if err != nil {
		return nil, err
	}
	return &Subject{Told: "the image " + ref + " is taken as it is, with what is in its " + home, Config: c, Place: p}, nil
}

// startsWithin is how long an entry point may take until NGINX listens.
const startsWithin = 30 * time.Second

// filesOf starts the image in a lab, and takes its files once it listens.
func filesOf(ctx context.Context, rt harness.Runtime, boot harness.Boot) (files []harness.File, err error) {
	lab, err := rt.Open(ctx, harness.LabSpec{Hosts: 1, Bays: 1, Boot: boot})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, lab.Close()) }()
	inside, ok := lab.Gateway.(harness.Inside)
	if !ok {
		return nil, &harness.Problem{Blame: harness.Usage, What: "an image cannot be read in the runtime " + rt.Name(), Hint: "add --runtime docker"}
	}
	if err := lab.Gateway.Start(ctx); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, startsWithin, fmt.Errorf("it does not listen where its %s says, after %v", home, startsWithin))
	defer cancel()
	for {
		select {
		case <-lab.Gateway.Exited():
			lines := lab.Gateway.Log().Lines()
			return nil, &harness.Problem{Blame: harness.Usage, What: "the image does not start by itself: " + lastOf(lines),
				Hint: "give its environment by --set NAME=VALUE, or hand over its configuration: check PATH --image REF", Detail: lines[max(0, len(lines)-20):]}
		default:
		}
		files, err = inside.Files(ctx, home)
		switch {
		case ctx.Err() != nil:
			return nil, &harness.Problem{What: "the image's gateway", Err: context.Cause(ctx), Detail: lab.Gateway.Log().Lines(),
				Hint: "of an image " + home + " is read; one that is configured elsewhere needs check PATH --image REF"}
		case err != nil:
			return nil, err
		}
		if serves(ctx, lab, files) {
			return files, nil
		}
	}
}

func lastOf(lines []string) string {
	if len(lines) == 0 {
		return "it said nothing"
	}
	return lines[len(lines)-1]
}

// serves says whether something listens where the configuration in these files says. They may
// be half made yet.
func serves(ctx context.Context, lab *harness.Lab, files []harness.File) bool {
	c, err := config.Of(slices.Clone(files), func(native string) string { return native })
	if err != nil {
		return false
	}
	const moment = 300 * time.Millisecond
	ctx, cancel := context.WithTimeout(ctx, moment)
	defer cancel()
	for _, at := range routes.Listens(c) {
		if at.Addr().Is4() && lab.Agent.Listening(ctx, harness.Visit{At: at}.Address()) == nil {
			return true
		}
	}
	return false
}
