package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/check"
	"github.com/badgateway/badgateway/harness/check/settings"
)

func (a *app) initCommand() *cobra.Command {
	var force bool
	var c settings.Configuration
	cmd := &cobra.Command{
		Use:   "init PATH",
		Short: "Write a first badgateway.yaml for a configuration",
		Long: `Write a first badgateway.yaml for the NGINX configuration at PATH, with its routes and all
rules in it. It changes nothing of what holds without it: adopt rules, state budgets and
expectations, and skip with a reason, line by line.`,
		Example: "  badgateway init deploy/nginx\n  badgateway check",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			c.Path = args[0]
			return a.init(c, force)
		},
	}
	cmd.Flags().StringVar(&c.At, "at", "", "PATH is installed at `FOLDER`, where that cannot be told from what is in it")
	cmd.Flags().StringToStringVar(&c.Set, "set", nil, "give a placeholder of a template its value: `NAME=VALUE`, repeatable")
	cmd.Flags().StringSliceVar(&c.WithoutModules, "without-module", nil, "leave out the directives of the module `NAME`, repeatable")
	cmd.Flags().BoolVar(&force, "force", false, "write over one that is there")
	return cmd
}

func (a *app) init(c settings.Configuration, force bool) error {
	a.veil()
	subject, err := check.Open(c.Path, optionsOf(c))
	if err != nil {
		return err
	}
	a.hider.Hide(subject.Config.Secrets())
	left := a.withoutSecrets(c.Set)
	subject.Read()
	var routes []string
	for _, r := range subject.Survey.Routes {
		routes = append(routes, a.hider.Text(r.ID))
	}
	var rules []settings.RuleText
	for _, r := range check.Rules() {
		rules = append(rules, settings.RuleText{Name: r.Name, Title: r.Title, Cite: r.Cite})
	}
	mode := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if force {
		mode = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(settings.Name, mode, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return usage("change it by hand, or write over it with --force", "there is a %s already", settings.Name)
	}
	if err != nil {
		return &harness.Problem{Blame: harness.Usage, What: settings.Name + " cannot be written", Err: err}
	}
	_, err = f.Write(settings.Initial(routes, rules, c))
	if err = errors.Join(err, f.Close()); err != nil {
		return &harness.Problem{What: settings.Name + " could not be written", Err: err}
	}
	_, err = fmt.Fprintf(a.stdout, "%s is written, with %d routes and %d rules; `badgateway check` reads it\n%s", settings.Name, len(routes), len(rules), left)
	return err
}

// withoutSecrets takes the values of placeholders away that are secrets: the file is one to
// commit. It returns what has to be done instead.
func (a *app) withoutSecrets(set map[string]string) (told string) {
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if a.hider.Text(set[name]) != set[name] {
			delete(set, name)
			told += fmt.Sprintf("the value of %s is not in it: say check --set %s=...\n", name, name)
		}
	}
	return told
}
