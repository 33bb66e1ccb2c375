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
	"strings"
	"sync"
	"sync/atomic"
	"time"

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

	unsure atomic.Bool // a container may exist that nobody knows

	mu     sync.Mutex
	images map[string]provision.Image // found so far, by reference

	abilities abilities // of the labs
}

var _ harness.Runtime = (*Runtime)(nil)

// New reaches the engine that the environment names, as testcontainers finds it. It
// starts the running executable once more, as the watcher of this run (watch.go), and
// sets TESTCONTAINERS_RYUK_DISABLED where that is not set. An engine that does not answer
// is given up after 10 s.
func New(o Options) (*Runtime, error) {
	settleTestcontainers()
	ctx, cancel := context.WithTimeoutCause(context.Background(), answersWithin, fmt.Errorf("no answer within %v", answersWithin))
	defer cancel()
	engine, err := reach(ctx)
	if err != nil {
		return nil, noEngine(errors.Join(err, context.Cause(ctx)))
	}
	if err := removeForgotten(ctx, engine); err != nil {
		return nil, noEngine(err)
	}
	r := &Runtime{engine: engine, run: rand.Text(), images: map[string]provision.Image{}}
	if r.watcher, err = startWatcher(engine.DaemonHost(), r.run); err != nil {
		return nil, &harness.Problem{What: "the watcher cannot be started", Err: err,
			Hint: "it is this executable once more: look at the limits of processes and open files (ulimit -a)"}
	}
	r.provider = provision.New(engine, o.Progress)
	return r, nil
}

// answersWithin is how long an engine may take for a question that needs no work.
const answersWithin = 10 * time.Second

// reach finds the engine as testcontainers does, and makes sure that it is the one that
// the environment names: testcontainers would quietly take another.
func reach(ctx context.Context) (*client.Client, error) {
	named := os.Getenv("DOCKER_HOST")
	if named != "" {
		if err := answers(ctx); err != nil {
			return nil, err
		}
	}
	tc, err := testcontainers.NewDockerClientWithOpts(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := tc.Client.Ping(ctx, client.PingOptions{NegotiateAPIVersion: true}); err != nil {
		return nil, err
	}
	if found := tc.Client.DaemonHost(); named != "" && found != named {
		return nil, fmt.Errorf("DOCKER_HOST names %s, and %s was found", named, found)
	}
	return tc.Client, nil
}

// answers asks the engine that the environment names what only an engine can answer.
func answers(ctx context.Context) error {
	named, err := client.New(client.FromEnv)
	if err != nil {
		return err
	}
	defer named.Close()
	_, err = named.Info(ctx, client.InfoOptions{})
	return err
}

// settleTestcontainers keeps its reaper away, which is an image from a registry (our
// containers end by themselves), and tells it where the reaper would find the engine's
// socket, for which it would otherwise ask the engine and panic without an answer. What
// the user has set stays.
func settleTestcontainers() {
	for variable, value := range map[string]string{
		"TESTCONTAINERS_RYUK_DISABLED":          "true",
		"TESTCONTAINERS_DOCKER_SOCKET_OVERRIDE": "/var/run/docker.sock",
	} {
		if _, set := os.LookupEnv(variable); !set {
			os.Setenv(variable, value)
		}
	}
}

// silent is testcontainers' log of our containers: what it says, we say.
type silent struct{}

func (silent) Printf(string, ...any) {}

// noEngine says what to do where there is no engine. The client's errors have no types
// for what went wrong, so it goes by their words.
func noEngine(err error) error {
	hint := "start Docker, or point DOCKER_HOST at an engine"
	for words, say := range map[string]string{
		"permission denied": "you may not use the engine's socket: join the docker group, or run as its user",
		"API version":       "the engine is too old or too new for this client: 20.10 is the oldest that was tried",
		"no answer within":  "something accepts connections there and does not answer: is it a Docker engine, and is it well?",
		"invalid character": "what answers there is no Docker engine",
	} {
		if strings.Contains(err.Error(), words) {
			hint = say
		}
	}
	return &harness.Problem{What: "no Docker engine can be used", Hint: hint, Err: err}
}

// Name is the runtime's in reports.
func (r *Runtime) Name() string { return "docker" }

// Takes refuses programs of this machine.
func (r *Runtime) Takes(from string) error {
	if from == "agent" {
		return nil
	}
	return provision.Runs(from, provision.Engine)
}

// Footprint was measured on two cores: two containers with their shims, made, started and
// removed.
func (r *Runtime) Footprint() harness.Footprint {
	return harness.Footprint{Memory: 64 << 20, Start: 500 * time.Millisecond}
}

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

// madeWithin bounds the making of a container: 0.1 s as a rule, seconds on a machine that
// has far more to do than cores.
const madeWithin = 30 * time.Second

// make makes a container. It is not interrupted by the end of ctx: the engine would go on
// making one whose name nobody knows.
func (r *Runtime) make(ctx context.Context, image string, options ...testcontainers.ContainerCustomizer) (*testcontainers.DockerContainer, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), madeWithin)
	defer cancel()
	c, err := testcontainers.Run(bounded, image, append(options, testcontainers.WithLogger(silent{}), testcontainers.WithLabels(r.labels()))...)
	if err != nil {
		r.unsure.Store(true)
		return nil, engineTrouble("making a container of "+image, err)
	}
	return c, context.Cause(ctx)
}

// engineTrouble says what to do where the engine could not do its work.
func engineTrouble(doing string, err error) error {
	hint := "`docker info` and the engine's log tell whether it is well"
	for words, say := range map[string]string{
		"No such image":           "the image was removed meanwhile: the next run makes it again",
		"no space left on device": "the engine's disk is full: `docker system df` tells what fills it",
		"failed to connect":       "the engine went away: is it still running?",
	} {
		if strings.Contains(err.Error(), words) {
			hint = say
		}
	}
	return &harness.Problem{What: doing, Hint: hint, Err: err}
}

// Close removes what is left of the run, whatever state it is in. Where it cannot, the
// watcher goes on trying for a while.
func (r *Runtime) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), answersWithin)
	defer cancel()
	err := removeAll(ctx, r.engine, r.run)
	if err != nil || r.unsure.Load() {
		r.watcher.release()
	} else {
		r.watcher.dismiss()
	}
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
