package local

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/local/inside"
)

// A lab whose memory is limited has a control group, which is a folder on this machine that
// would outlive it. The keeper makes the group, starts the agent in it, and takes it away
// once the agent has ended, whatever became of the harness.

const (
	keeperWord     = "badgateway-keeper"
	keeperVariable = "BADGATEWAY_KEEPER"
	// lifeDescriptor is a pipe whose other end is the harness's: its end is the harness's.
	lifeDescriptor = 3
)

// kept is what a keeper has to know.
type kept struct {
	Users  users        `json:"users"`
	Memory int64        `json:"memory"` // bytes
	Inside agent.Inside `json:"inside"`
}

// This executable is its own keeper; this runs before main.
func init() {
	order := os.Getenv(keeperVariable)
	if order == "" || len(os.Args) != 2 || os.Args[1] != keeperWord {
		return
	}
	if err := keep(order); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func keep(text string) error {
	var order kept
	if err := json.Unmarshal([]byte(text), &order); err != nil {
		return fmt.Errorf("reading the keeper's order: %w", err)
	}
	if err := inside.CloseInherited(lifeDescriptor); err != nil {
		return err
	}
	g, err := makeGroup(order.Memory)
	if err != nil {
		return err
	}
	cmd, err := order.startIn(g)
	if err != nil {
		return errors.Join(err, g.leave(), g.remove())
	}
	go func() {
		untilTheEnd()
		cmd.Process.Kill()
	}()
	cmd.Wait() // how it ended is the harness's affair
	return g.remove()
}

// untilTheEnd returns when the harness asks for the end, or has ended itself.
func untilTheEnd() {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	ended := make(chan struct{})
	go func() {
		io.Copy(io.Discard, os.NewFile(lifeDescriptor, "life"))
		close(ended)
	}()
	select {
	case <-asked:
	case <-ended:
	}
}

// startIn starts the agent in the group, with the keeper's own streams.
func (k kept) startIn(g *group) (*exec.Cmd, error) {
	cmd, mapped, err := k.Users.command(k.Inside)
	if err != nil {
		return nil, err
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := g.enter(); err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	if err := errors.Join(mapped(cmd.Process.Pid), g.leave()); err != nil {
		cmd.Process.Kill()
		cmd.Wait()
		return nil, err
	}
	return cmd, nil
}

// keeper is the command of a keeper, and the pipe to hold while it shall keep.
func keeper(order kept) (cmd *exec.Cmd, life [2]*os.File, err error) {
	text, err := json.Marshal(order)
	if err != nil {
		return nil, life, err
	}
	if life[0], life[1], err = os.Pipe(); err != nil {
		return nil, life, err
	}
	cmd = exec.Command("/proc/self/exe", keeperWord)
	cmd.Env = append(os.Environ(), keeperVariable+"="+string(text))
	cmd.ExtraFiles = []*os.File{life[0]} // lifeDescriptor
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd, life, nil
}
