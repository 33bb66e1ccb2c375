// Package docker makes labs of two containers: the agent's, which has no network but
// what it makes itself, and the gateway's, unmodified, in the agent's network and
// process namespaces. Orders go over the agent's attached standard streams, so nothing
// is published, mounted or shared with the host, and a remote engine serves as well as
// a local one. It never touches a container, image or network that it did not make.
package docker

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"

	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/provision"
)

// The labels on every container of a run: which run it is, and the process id of its
// harness, for people who wonder whose a container is.
const (
	runLabel = "org.badgateway.run"
	pidLabel = "org.badgateway.pid"
)

// Options are for New. The zero value will do.
type Options struct {
	// Progress is told what takes time, nil is deaf.
	Progress func(string)
}

// Runtime makes labs on one Docker engine.
type Runtime struct {
	engine   *client.Client
	provider *provision.Provider
	run      string
	watcher  *watcher

	mu     sync.Mutex
	images map[string]provision.Image // found so far, by reference
}

var _ harness.Runtime = (*Runtime)(nil)

// New reaches the engine that the environment names, as testcontainers finds it. It
// starts the running executable once more, as the watcher of this run (watch.go), and
// sets TESTCONTAINERS_RYUK_DISABLED where that is not set.
func New(o Options) (*Runtime, error) {
	withoutReaper()
	ctx := context.Background()
	if err := namedEngine(ctx); err != nil {
		return nil, noEngine(err)
	}
	tc, err := testcontainers.NewDockerClientWithOpts(ctx)
	if err != nil {
		return nil, noEngine(err)
	}
	r := &Runtime{engine: tc.Client, run: rand.Text(), images: map[string]provision.Image{}}
	if _, err := r.engine.Ping(ctx, client.PingOptions{NegotiateAPIVersion: true}); err != nil {
		return nil, noEngine(err)
	}
	if err := removeForgotten(ctx, r.engine); err != nil {
		return nil, err
	}
	if r.watcher, err = startWatcher(r.engine.DaemonHost(), r.run); err != nil {
		return nil, fmt.Errorf("starting the watcher: %w", err)
	}
	r.provider = provision.New(r.engine, o.Progress)
	return r, nil
}

// namedEngine fails where the environment names an engine that does not answer:
// testcontainers would quietly take another.
func namedEngine(ctx context.Context) error {
	if os.Getenv("DOCKER_HOST") == "" {
		return nil
	}
	named, err := client.New(client.FromEnv)
	if err != nil {
		return err
	}
	defer named.Close()
	_, err = named.Ping(ctx, client.PingOptions{})
	return err
}

// withoutReaper keeps testcontainers' reaper away where the user has not asked for it:
// it is an image from a registry, and our containers end by themselves.
func withoutReaper() {
	const variable = "TESTCONTAINERS_RYUK_DISABLED"
	if _, set := os.LookupEnv(variable); !set {
		os.Setenv(variable, "true")
	}
}

// silent is testcontainers' log of our containers: what it says, we say.
type silent struct{}

func (silent) Printf(string, ...any) {}

func noEngine(err error) error {
	hint := "start Docker, or point DOCKER_HOST at an engine; `badgateway doctor` tells what was tried"
	if errors.Is(err, os.ErrPermission) {
		hint = "you may not use the engine's socket: join the docker group, or run as its user"
	}
	return &harness.Problem{What: "no Docker engine can be used", Hint: hint, Err: err}
}

// Name is the runtime's in reports.
func (r *Runtime) Name() string { return "docker" }

func (r *Runtime) labels() map[string]string {
	return map[string]string{runLabel: r.run, pidLabel: strconv.Itoa(os.Getpid())}
}

// image finds the image of a reference, once: "agent" is our own.
func (r *Runtime) image(ctx context.Context, ref string) (image provision.Image, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if image, ok := r.images[ref]; ok {
		return image, nil
	}
	if ref == "agent" {
		image, err = r.provider.Agent(ctx)
	} else {
		image, err = r.provider.Gateway(ctx, ref)
	}
	if err == nil {
		r.images[ref] = image
	}
	return image, err
}

// Close removes what is left of the run, whatever state it is in.
func (r *Runtime) Close() error {
	err := removeAll(context.Background(), r.engine, r.run)
	r.watcher.dismiss()
	return errors.Join(err, r.engine.Close())
}

// removeAll removes the containers of a run.
func removeAll(ctx context.Context, engine *client.Client, run string) error {
	left, err := engine.ContainerList(ctx, client.ContainerListOptions{
		All: true, Filters: client.Filters{}.Add("label", runLabel+"="+run),
	})
	if err != nil {
		return fmt.Errorf("looking for containers of this run: %w", err)
	}
	var errs []error
	for _, c := range left.Items {
		if err := remove(ctx, engine, c.ID); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
