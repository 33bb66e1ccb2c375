package report

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/journal"
	"github.com/badgateway/badgateway/harness/visible"
)

// Format is the version of the JSON report. It rises when a key changes its meaning
// or goes.
const Format = 1

type jsonRun struct {
	Format     int             `json:"format"`
	Badgateway string          `json:"badgateway"`
	Started    time.Time       `json:"started"`
	Reference  string          `json:"reference"`
	Gateway    string          `json:"gateway"`
	Version    string          `json:"version"`
	Source     string          `json:"source"`
	Runtime    string          `json:"runtime"`
	Verdict    harness.Verdict `json:"verdict"`
	Trouble    string          `json:"trouble,omitempty"`
	Drift      string          `json:"drift,omitempty"`
	Planned    int             `json:"planned"`
	Counts     map[string]int  `json:"counts"`
	Spent      journal.Spent   `json:"spent"`
	Check      []string        `json:"check,omitempty"`
	Coverage   Coverage        `json:"coverage,omitzero"`
	Mutations  []Mutation      `json:"mutations,omitempty"`
	Cells      []harness.Cell  `json:"cells"`
}

// JSON renders the whole summary as one JSON value, its keys always in the same order.
func JSON(w io.Writer, r Run) error {
	s := r.Summary
	out := jsonRun{
		Format: Format, Badgateway: r.Badgateway, Started: r.Started, Reference: r.Reference,
		Gateway: r.Gateway, Version: s.Version, Source: s.Source, Runtime: r.Runtime,
		Verdict: r.Verdict(), Trouble: r.Trouble, Drift: r.Drift, Planned: r.Planned, Counts: counts(s.Cells),
		Spent: journal.SpentOn(s.Spent), Check: r.Check, Coverage: r.Coverage, Mutations: r.Mutations,
		Cells: append([]harness.Cell{}, s.Cells...),
	}
	text, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the report: %w", err)
	}
	_, err = w.Write(append(visible.JSON(text), '\n'))
	return err
}

// counts has every verdict, those that did not occur too. "declared" is no verdict but
// how many of "pass" passed as a declared deviation.
func counts(cells []harness.Cell) map[string]int {
	counts := map[string]int{}
	for _, v := range worstFirst {
		counts[v.String()] = 0
	}
	for _, c := range cells {
		counts[c.Verdict.String()]++
	}
	counts["declared"] = declared(cells)
	return counts
}
