package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/visible"
)

func (a *app) listCommand() *cobra.Command {
	var asJSON bool
	var filter, ref string
	cmd := &cobra.Command{
		Use:   "list [ID | GLOB | FILE | documented | all]...",
		Short: "List scenarios and what they promise",
		Example: `  badgateway list
  badgateway list 'dns/*'
  badgateway list shop.yaml
  badgateway list --filter connect --json`,
		ValidArgsFunction: a.completeIDs(wordDocumented, wordAll),
		RunE: func(_ *cobra.Command, words []string) error {
			gateway, err := a.gateway(ref)
			if err != nil {
				return err
			}
			selected, err := a.selection(words, ref)
			if err != nil {
				return err
			}
			chosen, err := choose(selected.all, selected.words, filter, gateway.Name())
			if err != nil {
				return err
			}
			if asJSON {
				return a.listJSON(chosen, gateway)
			}
			return a.listTable(chosen)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as one JSON value, with checks and labels")
	cmd.Flags().StringVar(&filter, "filter", "", "list only what these `LABELS` select, in Ginkgo's grammar")
	cmd.Flags().StringVar(&ref, "gateway", "nginx", "take the labels of the gateway `REF`")
	return cmd
}

func (a *app) listTable(chosen []harness.Scenario) error {
	rows := [][3]string{{"id", "everyone says", "the promise"}}
	for _, s := range chosen {
		star := ""
		if s.Documented {
			star = " *"
		}
		rows = append(rows, [3]string{s.ID + star, cmp.Or(s.Folklore, "-"), s.Title})
	}
	var widths [2]int
	for _, row := range rows {
		for i := range widths {
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
		}
	}
	p := page{width: columns(a.stdout)}
	for _, row := range rows {
		p.hanging(fmt.Sprintf("%-*s  %-*s  ", widths[0], row[0], widths[1], row[1]), row[2])
	}
	p.WriteString("\n")
	p.hanging("* ", "stands for its cause: `badgateway run documented` plays these")
	_, err := a.stdout.Write(p.Bytes())
	return err
}

// listed is a scenario in JSON.
type listed struct {
	ID         string        `json:"id"`
	Title      string        `json:"title"`
	Why        string        `json:"why"`
	While      string        `json:"while"`
	Cause      harness.Cause `json:"cause"`
	Phase      harness.Phase `json:"phase"`
	Folklore   string        `json:"folklore"`
	Documented bool          `json:"documented"`
	Checks     []listedCheck `json:"checks"`
	Labels     []string      `json:"labels"`
}

type listedCheck struct {
	Strength harness.Strength `json:"strength"`
	Title    string           `json:"title"`
}

func (a *app) listJSON(chosen []harness.Scenario, gateway harness.Gateway) error {
	out := []listed{}
	for _, s := range chosen {
		l := listed{
			ID: s.ID, Title: s.Title, Why: s.Why, While: s.Fault.Title, Cause: s.Cause(), Phase: s.Fault.Phase,
			Folklore: s.Folklore, Documented: s.Documented, Labels: s.Labels(gateway.Name()), Checks: []listedCheck{},
		}
		for _, c := range s.Expect {
			l.Checks = append(l.Checks, listedCheck{c.Strength, c.Title})
		}
		out = append(out, l)
	}
	text, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return err
	}
	_, err = a.stdout.Write(append(visible.JSON(text), '\n'))
	return err
}
