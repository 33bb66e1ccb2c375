package main

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/holder"
	"github.com/badgateway/badgateway/harness/own"
)

// labFault are the flags of lab inject: what is to go wrong.
type labFault struct {
	file, script, rcode, written string
	drop                         bool
}

func (a *app) labInjectCommand() *cobra.Command {
	var f labFault
	cmd := &cobra.Command{
		Use:   "inject NAME [ID]",
		Short: "Break a lab by a scenario's fault, or by one of your own",
		Example: `  badgateway lab inject lab slow/never
  badgateway lab inject lab shop/slow-page --file shop.yaml
  badgateway lab inject lab --script 'read-request; wait 5s; serve'
  badgateway lab inject lab --rcode SERVFAIL
  badgateway lab inject lab --drop
  badgateway lab inject lab --inject '{hosts: {process: killed}}'`,
		Args: cobra.RangeArgs(1, 2),
		ValidArgsFunction: func(cmd *cobra.Command, args []string, part string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) == 1 {
				return a.completeIDs()(cmd, args, part)
			}
			return a.completeLabs(cmd, args, part)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			i, err := f.order(args[1:])
			if err != nil {
				return err
			}
			return a.labInject(cmd.Context(), args[0], i)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.file, "file", "", "the scenario is told in `FILE`")
	flags.StringVar(&f.script, "script", "", "let the upstream play `SCRIPT`, as docs/scenarios.md has it")
	flags.StringVar(&f.rcode, "rcode", "", "let the resolver answer with `RCODE`: SERVFAIL, NXDOMAIN, REFUSED, FORMERR")
	flags.BoolVar(&f.drop, "drop", false, "let a firewall drop what the gateway sends to the upstream")
	flags.StringVar(&f.written, "inject", "", "what `YAML` says, as the section inject of a file of scenarios")
	return cmd
}

// order is what the flags come to: one of the ways to say it has to be taken.
func (f labFault) order(ids []string) (i holder.Inject, err error) {
	var ways []holder.Inject
	say := func(is bool, way holder.Inject) {
		if is {
			ways = append(ways, way)
		}
	}
	written := func(where string, what any) holder.Inject {
		text, e := yaml.Marshal(map[string]any{where: what})
		err = errors.Join(err, e)
		return holder.Inject{Written: string(text)}
	}
	for _, id := range ids {
		say(true, holder.Inject{Scenario: id, File: f.file})
	}
	say(f.written != "", holder.Inject{Written: f.written})
	say(f.script != "", written("hosts", map[string]any{"script": f.script}))
	say(f.rcode != "", written("names", map[string]any{"app": map[string]any{"rcode": f.rcode}}))
	say(f.drop, written("rules", map[string]any{"where": agent.Arriving, "action": agent.Drop}))
	switch {
	case len(ways) != 1:
		return i, usage("say one of ID, --script, --rcode, --drop and --inject", "what is to go wrong?")
	case f.file != "" && ways[0].Scenario == "":
		return i, usage("say which of its scenarios", "--file without an ID says nothing")
	case f.file != "":
		ways[0].File, err = filepath.Abs(f.file) // the holder is elsewhere
	}
	return ways[0], err
}

func (a *app) labInject(ctx context.Context, name string, i holder.Inject) (err error) {
	if _, err := a.meant(i, "nginx"); err != nil { // what is wrong is told in the words of who wrote it
		return err
	}
	ctx, quiet := a.heed(ctx, func(string) {})
	defer quiet()
	s, err := a.holders().Inject(ctx, name, i)
	if err != nil {
		return err
	}
	return a.say("%s: %s\n", s.Name, s.State)
}

// meant is the scenario whose fault an order means. gateway is what its own configuration, if it
// has one, is booted in.
func (a *app) meant(i holder.Inject, gateway string) (harness.Scenario, error) {
	switch {
	case i.Written != "":
		return own.Fault(i.Written)
	case i.File == "":
		return find(a.catalogue(), i.Scenario)
	}
	told, err := own.Read(i.File, gateway)
	if err != nil {
		return harness.Scenario{}, err
	}
	return find(told, i.Scenario)
}
