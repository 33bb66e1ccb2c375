package main

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/report"
)

func (a *app) explainCommand() *cobra.Command {
	ref := ""
	cmd := &cobra.Command{
		Use:   "explain ID",
		Short: "Tell what a scenario does, what it promises and what that means",
		Example: `  badgateway explain slow/never
  badgateway explain dns/silent --gateway nginx@1.26`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.completeIDs(),
		RunE: func(_ *cobra.Command, words []string) error {
			scenario, err := find(a.catalogue(), words[0])
			if err != nil {
				return err
			}
			gateway, err := a.gateway(ref)
			if err != nil {
				return err
			}
			_, err = a.stdout.Write(a.explain(scenario, gateway, ref))
			return err
		},
	}
	cmd.Flags().StringVar(&ref, "gateway", "nginx", "tell the declared deviations of the gateway `REF`")
	return cmd
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
		p.hanging("", fmt.Sprintf("(stands for %s in `badgateway run documented`)", s.Fault.Cause))
	}
	p.WriteString("\n")
	p.hanging("  while          ", s.Fault.Title)
	p.hanging("  cause          ", string(s.Fault.Cause))
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
		p.hanging("  ", fmt.Sprintf("it does not hold that it %s: it %s", d.Check, d.Instead.Title))
		p.hanging("  ", d.Reason)
	}
	fmt.Fprintf(&p, "\nPlay it: %s\n", report.Run{Reference: ref}.Replay(s.ID))
	return p.Bytes()
}

// deviationsOf are those that any version is known for: which one will be played is not
// known before it was got. An adapter takes "" for the newest and "0" is older than all.
func deviationsOf(id string, gateway harness.Gateway) (found []harness.Deviation) {
	for _, d := range append(gateway.Deviations(""), gateway.Deviations("0")...) {
		known := slices.ContainsFunc(found, func(f harness.Deviation) bool { return f.Check == d.Check })
		if d.Scenario == id && !known {
			found = append(found, d)
		}
	}
	return found
}
