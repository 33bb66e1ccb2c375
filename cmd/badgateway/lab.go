package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/holder"
	"github.com/badgateway/badgateway/harness/runtimes"
	"github.com/badgateway/badgateway/harness/visible"
)

func (a *app) labCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lab",
		Short: "Keep a lab, and break it by hand",
		Long: `Keep a lab in the background, with its gateway at a unix socket of yours, and break it by
hand. The lab is as sealed as any other: nothing gets out of it, and nobody else gets in. It
ends with "down", when nobody has wanted anything of it for a while, or with its process,
and nothing is left of it then.`,
		Example: `  badgateway lab up
  badgateway lab inject lab slow/never
  badgateway lab logs lab --follow
  badgateway lab revert lab
  badgateway lab down lab`,
		Args: a.noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.labUpCommand(), a.labHoldCommand(), a.labInjectCommand(), a.labRevertCommand(), a.labLogsCommand(), a.labListCommand(), a.labDownCommand())
	return cmd
}

func (a *app) holders() holder.Client { return holder.Client{Root: holder.Root(a.env)} }

// labWish is what a lab is to be. The holder is told it by the command that starts it.
type labWish struct {
	Name     string        `json:"name"`
	Idle     time.Duration `json:"idle"`
	Runtime  string        `json:"runtime"`
	Gateway  string        `json:"gateway"`
	Config   string        `json:"config,omitempty"`
	Route    string        `json:"route,omitempty"`
	Scenario string        `json:"scenario,omitempty"`
	File     string        `json:"file,omitempty"`
}

func (a *app) labUpCommand() *cobra.Command {
	var w labWish
	cmd := &cobra.Command{
		Use:   "up [CONFIG]",
		Short: "Start a lab, and say how its gateway is reached",
		Long: `Start a lab in the background and print its name and the curl that reaches its gateway.

CONFIG is a configuration of your own, as "check" takes it: one of its routes is what can be
broken. Without it the lab has the reference configuration, in a world in which most of the
catalogue can be injected; --scenario makes it the world of that scenario.`,
		Example: `  badgateway lab up
  badgateway lab up deploy/nginx --route '*/api/*' --name shop
  badgateway lab up --scenario overload/out-of-memory
  badgateway lab up --file shop.yaml --scenario shop/slow-page --idle 8h`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				w.Config = args[0]
			}
			return a.labUp(cmd.Context(), w)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&w.Name, "name", "lab", "call it `NAME`")
	flags.DurationVar(&w.Idle, "idle", 30*time.Minute, "end it when nobody has wanted anything of it for `TIME`")
	flags.StringVar(&w.Runtime, "runtime", runtimes.Auto, "make it in `NAME`: auto, "+strings.Join(a.runtimes, ", "))
	flags.StringVar(&w.Gateway, "gateway", "", "boot the gateway `REF`: nginx, nginx@1.26, image:..., bin:/...")
	flags.StringVar(&w.Route, "route", "", "of CONFIG, break the first route that is like `GLOB`: '*/api/*'")
	flags.StringVar(&w.Scenario, "scenario", "", "make it the world of the scenario `ID`")
	flags.StringVar(&w.File, "file", "", "the scenario is told in `FILE`")
	cmd.RegisterFlagCompletionFunc("scenario", a.completeIDs())
	return cmd
}

// check refuses what makes no sense, and makes paths whole: the holder is elsewhere.
func (w *labWish) check(a *app) (err error) {
	switch {
	case w.Config != "" && w.Scenario != "":
		return usage("leave one out", "a configuration and --scenario contradict each other")
	case w.Route != "" && w.Config == "":
		return usage("name the configuration", "--route is of a configuration")
	case w.File != "" && w.Scenario == "":
		return usage("say which of its scenarios: --scenario ID", "--file without --scenario says nothing")
	case w.Idle <= 0:
		return usage("write it as 30m or 8h", "--idle cannot be %v", w.Idle)
	}
	if err := a.checkFlags(runFlags{runtime: w.Runtime, color: "auto", clock: string(harness.RealClock), parallel: parallelAuto}); err != nil {
		return err
	}
	for _, path := range []*string{&w.Config, &w.File} {
		if *path != "" && err == nil {
			*path, err = filepath.Abs(*path)
		}
	}
	return errors.Join(err, holder.CheckName(holder.Root(a.env), w.Name))
}

func (a *app) labRevertCommand() *cobra.Command {
	return &cobra.Command{
		Use: "revert NAME", Short: "Heal a lab", Example: "  badgateway lab revert lab",
		Args: cobra.ExactArgs(1), ValidArgsFunction: a.completeLabs,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.holders().Revert(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return a.say("%s: %s\n", s.Name, s.State)
		},
	}
}

func (a *app) labDownCommand() *cobra.Command {
	return &cobra.Command{
		Use: "down NAME...", Short: "End labs", Example: "  badgateway lab down lab",
		Args: cobra.MinimumNArgs(1), ValidArgsFunction: a.completeLabs,
		RunE: func(cmd *cobra.Command, args []string) error {
			var errs []error
			for _, name := range args {
				errs = append(errs, a.holders().Down(cmd.Context(), name))
			}
			return errors.Join(errs...)
		},
	}
}

func (a *app) labLogsCommand() *cobra.Command {
	follow := false
	cmd := &cobra.Command{
		Use: "logs NAME", Short: "Tell what happened in a lab: its gateway's log, and what its upstreams saw", Example: "  badgateway lab logs lab --follow",
		Args: cobra.ExactArgs(1), ValidArgsFunction: a.completeLabs,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, quiet := a.heed(cmd.Context(), func(string) {})
			defer quiet()
			var lost error
			err := a.holders().Logs(ctx, args[0], follow, func(e holder.Entry) {
				lost = cmp.Or(lost, a.say("%s  %-7s  %s\n", e.At.Format("15:04:05.000"), e.From, visible.Text(e.Text)))
			})
			if stop := interruptionOf(ctx); stop != nil {
				a.code = stop.code()
				return nil
			}
			return errors.Join(err, lost)
		},
	}
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on until the lab ends")
	return cmd
}

func (a *app) labListCommand() *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use: "ls", Short: "List the labs that are kept", Example: "  badgateway lab ls", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c := a.holders()
			names, err := holder.Names(c.Root)
			if err != nil {
				return err
			}
			labs := []holder.Status{}
			for _, name := range names {
				if s, err := c.Status(cmd.Context(), name); err == nil { // else it has just ended
					labs = append(labs, s)
				}
			}
			if !asJSON {
				return a.listLabs(labs)
			}
			text, err := json.MarshalIndent(labs, "", "  ")
			if err != nil {
				return err
			}
			return a.say("%s\n", visible.JSON(text))
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as one JSON value")
	return cmd
}

func (a *app) listLabs(labs []holder.Status) error {
	var b strings.Builder
	for _, s := range labs {
		fmt.Fprintf(&b, "%s: %s; %s in %s, ends by itself in %v\n  %s\n", s.Name, s.State, cmp.Or(s.Gateway, "no gateway yet"), cmp.Or(s.Runtime, "no runtime yet"), s.Idle.Round(time.Second), s.Curl)
	}
	return a.say("%s", b.String())
}

// say writes a result.
func (a *app) say(format string, args ...any) error {
	_, err := fmt.Fprintf(a.stdout, format, args...)
	return err
}

// completeLabs offers the names of labs to a shell.
func (a *app) completeLabs(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	names, _ := holder.Names(holder.Root(a.env)) // who completes is told of no error
	return names, cobra.ShellCompDirectiveNoFileComp
}
