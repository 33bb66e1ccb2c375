package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"
)

// A running lab ends with its harness: the agent reads the end of its input and the
// engine removes what has ended. But a container that was made and not yet started
// when the harness was killed would stay for good. The watcher is there for that
// moment: this executable once more, which waits for the end of its own input and then
// removes every container of the run.

// watchVariable makes this executable the watcher: its value is the run's.
const watchVariable = "BADGATEWAY_WATCH_RUN"

// watchWord is its only argument. Both are needed, so that a stray variable does not turn
// a program into a watcher.
const watchWord = "badgateway-watcher"

// watchFor is how long a watcher looks for containers: an order to make one may still
// be on its way when the harness dies. Making one takes 0.1 s, and over 2 s were seen on
// a machine with far more to do than cores.
const watchFor = 4 * time.Second

// forgottenAfter is the age at which a container that was never started belongs to
// nobody: the next run removes it.
const forgottenAfter = time.Minute

type watcher struct {
	cmd *exec.Cmd
	in  io.WriteCloser
}

func startWatcher(engineHost, run string) (*watcher, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	w := &watcher{cmd: exec.Command(self, watchWord)}
	w.cmd.Env = append(os.Environ(), watchVariable+"="+run, "DOCKER_HOST="+engineHost)
	w.cmd.SysProcAttr = ownSession() // Ctrl-C is not for it
	if w.in, err = w.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	return w, w.cmd.Start()
}

// dismiss ends the watcher: there is nothing left to do.
func (w *watcher) dismiss() {
	w.in.Write([]byte("done"))
	w.in.Close()
	w.cmd.Wait()
}

// release lets the watcher do its work now.
func (w *watcher) release() { w.in.Close() }

// An executable that imports this package is its own watcher; this runs before main.
func init() {
	if run := os.Getenv(watchVariable); run != "" && len(os.Args) == 2 && os.Args[1] == watchWord {
		watch(run)
		os.Exit(0)
	}
}

func watch(run string) {
	if said, _ := io.ReadAll(os.Stdin); len(said) > 0 {
		return // dismissed
	}
	engine, err := client.New(client.FromEnv)
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), watchFor)
	defer cancel()
	for every := time.NewTicker(watchFor / 20); ; {
		removeAll(ctx, engine, run)
		select {
		case <-every.C:
		case <-ctx.Done():
			return
		}
	}
}

// removeForgotten removes what a watcher came too early for, or was itself killed before.
func removeForgotten(ctx context.Context, engine *client.Client) error {
	list, err := engine.ContainerList(ctx, client.ContainerListOptions{
		All: true, Filters: client.Filters{}.Add("label", runLabel).Add("status", "created"),
	})
	if err != nil {
		return fmt.Errorf("looking for forgotten containers: %w", err)
	}
	var errs []error
	for _, c := range list.Items {
		if time.Since(time.Unix(c.Created, 0)) > forgottenAfter {
			errs = append(errs, remove(ctx, engine, c.ID))
		}
	}
	return errors.Join(errs...)
}

// remove ends and removes a container. That it is gone already is no error.
func remove(ctx context.Context, engine *client.Client, id string) error {
	_, err := engine.ContainerRemove(ctx, id, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
	if errdefs.IsNotFound(err) || errdefs.IsConflict(err) { // conflict: the engine is removing it
		return nil
	}
	return err
}
