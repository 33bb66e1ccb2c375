package main

import (
	"bytes"
	"cmp"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/report"
)

func (a *app) explainCommand() *cobra.Command {
	var ref, log string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "explain ID | --log LINE | --log FILE | --log -",
		Short: "Tell what a scenario means, or what a line of a log may come from",
		Long: `With an ID: what the scenario does, what it promises and what that means.

With --log: what lines of an error log or an access log mean, which scenarios come to say
so, how to tell them apart, and how to play each. Of what clients and upstreams have written
into the log nothing is shown, but for the first line that nobody understands; there, queries
and what looks like a secret are hidden. Exit codes:

  0  at least one line shows something that is known
  2  the file cannot be read
  4  no line does`,
		Example: `  badgateway explain slow/never
  badgateway explain dns/silent --gateway nginx@1.26
  badgateway explain --log /var/log/nginx/error.log
  badgateway explain --log 'connect() failed (111: Connection refused) while connecting to upstream'
  journalctl -u nginx | badgateway explain --log - --json`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: a.completeIDs(),
		RunE: func(cmd *cobra.Command, words []string) error {
			fromLog := cmd.Flags().Changed("log")
			if err := checkExplain(words, fromLog, asJSON); err != nil {
				return err
			}
			gateway, err := a.gateway(ref)
			if err != nil {
				return err
			}
			if fromLog {
				return a.explainLog(log, cmd.InOrStdin(), gateway, ref, asJSON)
			}
			scenario, err := find(a.catalogue(), words[0])
			if err != nil {
				return err
			}
			_, err = a.stdout.Write(a.explain(scenario, gateway, ref))
			return err
		},
	}
	cmd.Flags().StringVar(&ref, "gateway", "nginx", "tell of the gateway `REF`: its declared deviations, its log")
	cmd.Flags().StringVar(&log, "log", "", "explain a `LOG`: a line of it, a file, or - for standard input")
	cmd.Flags().BoolVar(&asJSON, "json", false, "with --log: as one JSON value")
	return cmd
}

// checkExplain refuses what cannot be asked for together.
func checkExplain(words []string, fromLog, asJSON bool) error {
	switch {
	case fromLog && len(words) > 0:
		return usage("put a line of a log between quotes", "--log and a scenario contradict each other")
	case !fromLog && len(words) == 0:
		return usage("name a scenario, or say --log", "what is to be explained?")
	case asJSON && !fromLog:
		return usage("`badgateway list --json ID` has a scenario in JSON", "--json wants --log")
	}
	return nil
}

// page is text that fits its columns.
type page struct {
	bytes.Buffer
	width int
}

// hanging writes text behind a head.
func (p *page) hanging(head, text string) {
	for _, line := range report.Hanging(head, text, p.width) {
		p.WriteString(line + "\n")
	}
}

// explain is a page about a scenario.
func (a *app) explain(s harness.Scenario, gateway harness.Gateway, ref string) []byte {
	p := page{width: columns(a.stdout)}
	p.hanging("", s.ID+": "+s.Title)
	if s.Documented {
		p.hanging("", fmt.Sprintf("(stands for %s in `badgateway run documented`)", s.Cause()))
	}
	p.WriteString("\n")
	p.hanging("  while          ", s.Fault.Title)
	p.hanging("  cause          ", string(s.Cause()))
	p.hanging("  phase          ", string(s.Fault.Phase))
	p.hanging("  everyone says  ", cmp.Or(s.Folklore, "-"))
	p.WriteString("\n")
	p.hanging("", s.Why)
	p.WriteString("\nThe gateway\n")
	for _, c := range s.Expect {
		p.hanging(fmt.Sprintf("  %-6s  ", c.Strength), c.Title)
	}
	for i, d := range deviationsOf(s.ID, gateway) {
		if i == 0 {
			fmt.Fprintf(&p, "\n%s is known to depart from that\n", gateway.Name())
		}
		when := ""
		if v := d.Versions(); v != "" {
			when = v + ", "
		}
		p.hanging("  ", fmt.Sprintf("%sit does not hold that it %s: it %s", when, d.Check, d.Instead.Title))
		p.hanging("  ", d.Reason)
	}
	for i, step := range s.Repair {
		if i == 0 {
			p.WriteString("\nWhat to do about it\n")
		}
		p.hanging(fmt.Sprintf("  %d  ", i+1), step.String())
	}
	fmt.Fprintf(&p, "\nPlay it: %s\n", report.Run{Reference: ref}.Replay(s.ID))
	return p.Bytes()
}

// deviationsOf are those that any version is known for: which one will be played is not
// known before it was got.
func deviationsOf(id string, gateway harness.Gateway) (found []harness.Deviation) {
	for _, d := range gateway.Deviations(harness.AnyVersion) {
		if d.Scenario == id {
			found = append(found, d)
		}
	}
	return found
}
