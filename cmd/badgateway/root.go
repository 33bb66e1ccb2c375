package main

import (
	"strings"

	"github.com/spf13/cobra"
)

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "badgateway",
		Short: "Break the world around a reverse proxy, and see what its clients see",
		Long: `badgateway boots a reverse proxy, unmodified, in front of upstreams that it controls,
breaks the world around it in every documented way, and says for each whether clients
get a 502, a 504 or something worse, how fast, why, and which line of the proxy's
configuration decided it.`,
		Example: `  badgateway run documented      the six causes that everyone names, on nginx
  badgateway list                everything that can be played
  badgateway explain slow/never  what happens there and what it means
  badgateway doctor              whether this machine can do it`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          a.noSuchCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRun: func(*cobra.Command, []string) {
			a.began = true
		},
	}
	root.AddCommand(a.runCommand(), a.checkCommand(), a.initCommand(), a.compareCommand(), a.listCommand(), a.explainCommand(), a.labCommand(), a.doctorCommand(), a.versionCommand())
	root.InitDefaultCompletionCmd()
	if completion, _, err := root.Find([]string{"completion"}); err == nil {
		completion.Args, completion.RunE = a.noSuchCommand, root.RunE // cobra's own shows help for any shell
		completion.Example = "  source <(badgateway completion bash)\n  badgateway completion zsh >\"${fpath[1]}/_badgateway\""
	}
	return root
}

func (a *app) noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	cmd.SuggestionsMinimumDistance = mistakes
	hint := ""
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		hint = "did you mean " + strings.Join(near, " or ") + "?"
	}
	return usage(hint, "there is no command %q", strings.TrimSpace(strings.TrimPrefix(cmd.CommandPath(), "badgateway")+" "+args[0]))
}
