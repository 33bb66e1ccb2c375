package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/holder"
	"github.com/badgateway/badgateway/harness/visible"
)

// news is a line that a holder says to the command that started it, by a pipe that is its
// descriptor 3, until its lab can be reached.
type news struct {
	Say   string         `json:"say,omitempty"`
	Ready *holder.Status `json:"ready,omitempty"`
	Wrong *wrong         `json:"wrong,omitempty"`
}

// wrong is a problem on its way from one process to another.
type wrong struct {
	Blame  harness.Blame `json:"blame"`
	What   string        `json:"what"`
	Hint   string        `json:"hint,omitempty"`
	Detail []string      `json:"detail,omitempty"`
}

const newsDescriptor = 3

// labUp starts a holder and waits until its lab can be reached.
func (a *app) labUp(ctx context.Context, w labWish) error {
	if err := w.check(a); err != nil {
		return err
	}
	told, err := json.Marshal(w)
	if err != nil {
		return err
	}
	ctx, quiet := a.heed(ctx, func(said string) { complain(a.stderr, said, "") })
	defer quiet()
	cmd, in, last, err := startHolder(string(told))
	if err != nil {
		return fmt.Errorf("starting the lab's process: %w", err)
	}
	defer in.Close()
	defer context.AfterFunc(ctx, func() { cmd.Process.Signal(syscall.SIGTERM) })()
	s, err := a.heardOf(in)
	if err == nil && ctx.Err() == nil {
		return a.say("%s\n  %s\n", s.Name, s.Curl)
	}
	cmd.Process.Signal(syscall.SIGTERM) // it ends by itself, as a rule
	cmd.Wait()
	if stop := interruptionOf(ctx); stop != nil {
		a.code = stop.code()
		return nil
	}
	if errors.Is(err, io.EOF) {
		said, _ := io.ReadAll(last)
		return &harness.Problem{What: "the lab's process ended before its lab was there", Detail: strings.Split(string(bytes.TrimSpace(said)), "\n")}
	}
	return err
}

// startHolder starts this executable once more, in a session of its own. What it says last, if it
// crashes, is in a file that has no name any more.
func startHolder(wish string) (cmd *exec.Cmd, in *os.File, last *os.File, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, nil, err
	}
	if last, err = os.CreateTemp("", "badgateway-holder-"); err != nil {
		return nil, nil, nil, err
	}
	in, out, err := os.Pipe()
	if err != nil {
		return nil, nil, nil, errors.Join(err, os.Remove(last.Name()))
	}
	defer out.Close()
	cmd = exec.Command(self, "lab", "hold", wish)
	cmd.Dir = "/"
	cmd.ExtraFiles = []*os.File{out}
	cmd.Stderr = last
	cmd.SysProcAttr = ownSession()
	err = errors.Join(cmd.Start(), os.Remove(last.Name()))
	if err == nil {
		_, err = last.Seek(0, io.SeekStart)
	}
	return cmd, in, last, err
}

// heardOf passes on what a holder says, until its lab can be reached. io.EOF is one that ended
// without a word.
func (a *app) heardOf(in io.Reader) (s holder.Status, err error) {
	for lines := bufio.NewReader(in); ; {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return s, io.EOF
		}
		var n news
		if err := json.Unmarshal(line, &n); err != nil {
			return s, fmt.Errorf("the lab's process said %.80q", line)
		}
		switch {
		case n.Wrong != nil:
			return s, &harness.Problem{Blame: n.Wrong.Blame, What: n.Wrong.What, Hint: n.Wrong.Hint, Detail: n.Wrong.Detail}
		case n.Ready != nil:
			return *n.Ready, nil
		}
		fmt.Fprintln(a.stderr, visible.Text(n.Say))
	}
}

// labHoldCommand is what the process in the background is. People have no use for it.
func (a *app) labHoldCommand() *cobra.Command {
	return &cobra.Command{
		Use: "hold WISH", Hidden: true, Args: cobra.ExactArgs(1), Short: "Be the process that keeps a lab",
		Example: "  badgateway lab up",
		RunE: func(cmd *cobra.Command, args []string) error {
			var w labWish
			if err := json.Unmarshal([]byte(args[0]), &w); err != nil {
				return usage("`badgateway lab up` starts it", "this is nothing for people to call")
			}
			return a.labHold(cmd.Context(), w)
		},
	}
}

func (a *app) labHold(ctx context.Context, w labWish) error {
	out := os.NewFile(newsDescriptor, "news")
	defer out.Close()
	closeOnExec(newsDescriptor) // or who waits for its end would wait for all that is started here
	tell := json.NewEncoder(out)
	ctx, quiet := a.heed(ctx, func(string) {})
	defer quiet()
	a.hider = visible.NewHider()
	err := holder.Hold(ctx, holder.Holding{
		Root: holder.Root(a.env), Name: w.Name, Idle: w.Idle, Hide: a.hider.Text,
		Find: func(i holder.Inject) (harness.Scenario, error) { return a.meant(i, cmp.Or(w.Gateway, "nginx")) },
		Open: func(ctx context.Context) (holder.Held, error) {
			return a.labOpen(ctx, w, func(said string) { tell.Encode(news{Say: said}) })
		},
		Ready: func(s holder.Status) { tell.Encode(news{Ready: &s}); out.Close() },
	})
	if stop := interruptionOf(ctx); stop != nil {
		a.code = stop.code()
		return nil
	}
	if err != nil {
		n := wrong{Blame: harness.BlameOf(err), What: err.Error(), Hint: harness.Hint(err)}
		var p *harness.Problem
		if errors.As(err, &p) {
			n.Detail = p.Detail
		}
		tell.Encode(news{Wrong: &n}) // nobody hears it, once the lab was there
	}
	return err
}
