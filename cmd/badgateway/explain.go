package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

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
  badgateway explain dns/no-answer --gateway nginx@1.26`,
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

// explain is a page about a scenario.
func (a *app) explain(s harness.Scenario, gateway harness.Gateway, ref string) []byte {
	var b bytes.Buffer
	_, width := terminalOf(a.stdout)
	fmt.Fprintf(&b, "%s: %s\n", s.ID, s.Title)
	if s.Documented {
		fmt.Fprintf(&b, "(stands for %s in `badgateway run documented`)\n", s.Fault.Cause)
	}
	b.WriteString("\n")
	field(&b, "while", s.Fault.Title)
	field(&b, "cause", string(s.Fault.Cause))
	field(&b, "phase", string(s.Fault.Phase))
	field(&b, "everyone says", s.Folklore)
	fmt.Fprintf(&b, "\n%s\n\nThe gateway\n", strings.Join(report.Fold(s.Why, width), "\n"))
	for _, c := range s.Expect {
		fmt.Fprintf(&b, "  %-6s  %s\n", c.Strength, c.Title)
	}
	for i, d := range deviationsOf(s.ID, gateway) {
		if i == 0 {
			fmt.Fprintf(&b, "\n%s is known to depart from that\n", gateway.Name())
		}
		fmt.Fprintf(&b, "  it does not hold that it %s: it %s\n  %s\n", d.Check, d.Instead.Title, d.Reason)
	}
	fmt.Fprintf(&b, "\nPlay it: %s\n", report.Run{Reference: ref}.Replay(s.ID))
	return b.Bytes()
}

func field(b *bytes.Buffer, name, text string) {
	if text != "" {
		fmt.Fprintf(b, "  %-13s  %s\n", name, text)
	}
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
