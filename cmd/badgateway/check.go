package main

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/check"
	"github.com/badgateway/badgateway/harness/check/settings"
	"github.com/badgateway/badgateway/harness/nginx/config"
	"github.com/badgateway/badgateway/harness/runtimes"
	"github.com/badgateway/badgateway/harness/snapshot"
)

// defaultMaxWait is how long a client may be kept by the machine's clock.
const defaultMaxWait = 90 * time.Second

// checkFlags are the flags of check, besides those that it shares with run.
type checkFlags struct {
	runFlags
	at      string
	set     []string
	without []string
	image   string
	routes  bool
	asJSON  bool
	faults  []string
	only    []string
	maxWait time.Duration
	strict  bool
	static  bool
	file    string
	// What was recorded.
	snapshot       string
	record, update bool
	mutate         bool
}

func (a *app) checkCommand() *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check [PATH]",
		Short: "Break a configuration of your own, route by route",
		Long: `Boot the NGINX configuration at PATH, unmodified, find every route through it to an
upstream, break each in the ways that everyone names, and say what clients get and which
line of the configuration decided it.

PATH is what is /etc/nginx where it is installed, a folder like conf.d, a file system with
etc/nginx in it, an nginx.conf, or one file with a server{} or a location{}; without one it
is what badgateway.yaml names. Nothing leaves the lab: every name and address is the lab's,
and what is secret in the configuration reaches no output.

With --record what clients get of each cell is written into a snapshot beside the
configuration, for review: from then on whatever differs from it fails, worst first, and
--update writes it anew.

A fault that a route gives no occasion for is listed, not guessed; so is one that a client
would wait too long for. Rules that do not hold are warnings, until badgateway.yaml adopts
them or --strict is given. The exit codes are those of run.`,
		Example: `  badgateway check deploy/nginx
  badgateway check nginx.conf --routes
  badgateway check nginx.conf --faults 'slow/*,crash/refused' --strict
  badgateway check nginx.conf --only 'slow/never@*/api/*' --verbose
  badgateway check deploy/nginx --record
  badgateway check deploy/nginx --mutate
  badgateway check templates/ --set DOMAIN=shop.test --set PORT=8080
  badgateway check --image registry.test/edge:7 --set UPSTREAM=app:8080`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.check(cmd, f, args) },
	}
	a.defineCheckFlags(cmd, &f)
	return cmd
}

func (a *app) defineCheckFlags(cmd *cobra.Command, f *checkFlags) {
	flags := cmd.Flags()
	flags.StringVar(&f.runtime, "runtime", runtimes.Auto, "make labs in `NAME`: auto, "+strings.Join(a.runtimes, ", "))
	flags.StringVar(&f.gateway, "gateway", "", "boot it in the gateway `REF`: nginx, nginx@1.26, bin:/...; otherwise what the configuration asks for")
	flags.StringVar(&f.image, "image", "", "boot it in your own image `REF`, with its entry point; without PATH, what the image has made of its templates by then (--set is its environment)")
	flags.StringVar(&f.file, "config", "", "read the settings in `FILE`; otherwise badgateway.yaml, where it is there")
	flags.StringVar(&f.at, "at", "", "PATH is installed at `FOLDER`, where that cannot be told from what is in it")
	flags.StringArrayVar(&f.set, "set", nil, "give a placeholder of a template its value: `NAME=VALUE`, repeatable")
	flags.StringSliceVar(&f.without, "without-module", nil, "leave out the directives of the module `NAME`, repeatable")
	flags.BoolVar(&f.routes, "routes", false, "list the routes and what leads to none, and break nothing")
	flags.BoolVar(&f.asJSON, "json", false, "with --routes: as one JSON value")
	flags.StringSliceVar(&f.faults, "faults", []string{wordCanonical}, "break each route by these `FAULTS`: canonical (one of each cause), all, an ID or a glob of `badgateway list`")
	flags.BoolVar(&f.static, "static", false, "judge the timeouts that are written, and boot nothing")
	flags.StringArrayVar(&f.only, "only", nil, "play only the cells `FAULT@ROUTE`, both may be globs: 'slow/*@GET https://shop.test/api/*'; may be repeated")
	flags.DurationVar(&f.maxWait, "max-wait", defaultMaxWait, "leave out cells that a client would wait longer for than `TIME`")
	flags.BoolVar(&f.strict, "strict", false, "a rule that does not hold is a failure, not a warning")
	flags.BoolVar(&f.record, "record", false, "write what clients get into "+snapshot.Name+", beside the configuration; from then on every difference is a failure")
	flags.BoolVar(&f.update, "update", false, "write it anew: what changed was meant (not in CI)")
	flags.BoolVar(&f.mutate, "mutate", false, "then alter the configuration, one directive at a time, and say which alterations the cells notice and which they do not")
	flags.StringVar(&f.snapshot, "snapshot", "", "what was recorded is in `FILE`; otherwise "+snapshot.Name+" beside the configuration, where it is there")
	flags.StringArrayVar(&f.reports, "report", nil, "write a report, `FORMAT=PATH`, repeatable; formats are "+strings.Join(formats, ", ")+"; path - is stdout")
	flags.StringVar(&f.color, "color", "auto", "colour the results `WHEN`: auto, always, never")
	flags.StringVar(&f.parallel, "parallel", parallelAuto, "let up to `N` labs stand at once; auto is as many as memory and cores bear")
	f.defineClock(cmd)
	flags.Uint64Var(&f.seed, "seed", 0, "choose what to confirm as `SEED` has it; 0 is others each time, whose seed is told")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "no progress, and of the results only what is not as it should be")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "show the evidence of every cell")
	fixed := func(flag string, words ...cobra.Completion) {
		cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
	}
	fixed("runtime", append([]string{runtimes.Auto}, a.runtimes...)...)
	fixed("color", colorModes...)
	fixed("parallel", parallelAuto)
	fixed("without-module", slices.Collect(config.Modules())...)
	cmd.RegisterFlagCompletionFunc("faults", a.completeIDs(wordCanonical, wordAll))
}

func (a *app) check(cmd *cobra.Command, f checkFlags, args []string) error {
	a.veil()
	if err := a.checkFlags(f.runFlags); err != nil {
		return err
	}
	f.sow()
	c, err := a.checking(f, cmd.Flags().Changed, args)
	if err != nil {
		return err
	}
	if c.guard, err = a.guard(f, c.path); err != nil {
		return err
	}
	if !f.routes {
		if c.out, err = a.openOutputs(f.runFlags); err != nil {
			return err
		}
	}
	a.code, err = c.run(cmd.Context())
	return err
}

// checking reads the settings and the configuration. changed says whether a flag was given.
func (a *app) checking(f checkFlags, changed func(flag string) bool, args []string) (*checking, error) {
	said, err := a.settings(f.file)
	if err != nil {
		return nil, err
	}
	if err := f.over(said, changed, args); err != nil {
		return nil, err
	}
	c := &checking{app: a, flags: f, path: said.Configuration.Path, settings: said, progress: a.progress(f.runFlags, 0)}
	if c.path != "" {
		if c.subject, err = check.Open(c.path, optionsOf(said.Configuration)); err != nil {
			return nil, err
		}
		a.hider.Hide(c.subject.Config.Secrets())
		if err := c.subject.Place.Problem(); err != nil {
			return nil, err
		}
	}
	c.wish, err = c.wanted()
	return c, err
}

// portable are the scenarios of the catalogue that can be played on any route.
func (a *app) portable() []harness.Scenario {
	return slices.DeleteFunc(a.catalogue(), func(s harness.Scenario) bool { return !s.Portable() })
}

// settings are those of the file that is named, or of the usual one, if it is there.
func (a *app) settings(file string) (*settings.Settings, error) {
	known := settings.Known{Faults: check.Own()}
	for _, r := range check.Rules() {
		known.Rules = append(known.Rules, r.Name)
	}
	for _, s := range a.portable() {
		known.Faults = append(known.Faults, s.ID)
	}
	if file != "" {
		return settings.Read(file, known)
	}
	s, err := settings.Read(settings.Name, known)
	if errors.Is(err, fs.ErrNotExist) {
		return settings.Default(), nil
	}
	return s, err
}

// over puts what the command line says over what the settings say.
func (f checkFlags) over(s *settings.Settings, set func(flag string) bool, args []string) error {
	c := &s.Configuration
	if len(args) > 0 && args[0] != c.Path {
		*c = settings.Configuration{Path: args[0]} // the rest is of the other one
	}
	if c.Path == "" && f.image != "" && f.static {
		return usage("leave out --static, or name the configuration", "an image's configuration is read by starting it")
	}
	if c.Path == "" && f.image == "" {
		return usage("name it, or write configuration.path into badgateway.yaml", "which configuration is to be checked?")
	}
	if f.image != "" {
		if f.gateway != "" {
			return usage("leave one out", "--image and --gateway contradict each other")
		}
		f.gateway = "image:" + f.image
	}
	if f.gateway != "" {
		c.Gateway = f.gateway
	}
	if set("at") {
		c.At = f.at
	}
	if set("without-module") {
		c.WithoutModules = f.without
	}
	if set("faults") {
		s.Faults = f.faults
	}
	if set("max-wait") {
		s.MaxWait = f.maxWait
	}
	for _, one := range f.set {
		name, value, ok := strings.Cut(one, "=")
		if !ok || name == "" {
			return usage("say --set NAME=VALUE", "--set cannot be %q", one)
		}
		if c.Set == nil {
			c.Set = map[string]string{}
		}
		c.Set[name] = value
	}
	return nil
}

func optionsOf(c settings.Configuration) check.Options {
	return check.Options{
		Gateway: c.Gateway,
		Options: config.Options{At: c.At, Set: c.Set, Without: c.WithoutModules},
	}
}
