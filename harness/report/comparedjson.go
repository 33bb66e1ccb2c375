package report

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/compare"
	"github.com/badgateway/badgateway/harness/visible"
)

type jsonComparison struct {
	Format    int            `json:"format"`
	From      compare.Run    `json:"from"`
	To        compare.Run    `json:"to"`
	Counts    map[string]int `json:"counts"`
	Changes   []jsonChange   `json:"changes"`
	Undecided []jsonPair     `json:"undecided"`
	Missing   []jsonTake     `json:"missing"`
	New       []jsonTake     `json:"new"`
}

type jsonChange struct {
	Direction compare.Direction `json:"direction"`
	jsonPair
	Points []compare.Point `json:"points"`
}

type jsonPair struct {
	ID    string   `json:"id"`
	Route string   `json:"route,omitempty"`
	From  jsonTake `json:"from"`
	To    jsonTake `json:"to"`
}

// jsonTake is as much of a cell as was compared; its journal has the rest.
type jsonTake struct {
	ID       string          `json:"id,omitempty"`
	Route    string          `json:"route,omitempty"`
	Verdict  harness.Verdict `json:"verdict"`
	Reason   string          `json:"reason,omitempty"`
	Status   int             `json:"status"`
	Outcome  harness.Outcome `json:"outcome"`
	Attempts int             `json:"attempts"`
	Seconds  float64         `json:"seconds"`
	Time     string          `json:"time,omitempty"`
}

// ComparedJSON renders a comparison as one JSON value.
func ComparedJSON(w io.Writer, c compare.Comparison) error {
	out := jsonComparison{
		Format: Format, From: c.From, To: c.To, Changes: []jsonChange{}, Undecided: []jsonPair{}, Missing: takes(c.Missing), New: takes(c.New),
		Counts: map[string]int{"unchanged": c.Unchanged, "undecided": len(c.Undecided), "missing": len(c.Missing), "new": len(c.New)},
	}
	for _, d := range []compare.Direction{compare.Worse, compare.Otherwise, compare.Better} {
		out.Counts[d.String()] = c.Count(d)
	}
	for _, one := range c.Changes {
		out.Changes = append(out.Changes, jsonChange{one.Direction(), pairOf(one.Pair), one.Points})
	}
	for _, p := range c.Undecided {
		out.Undecided = append(out.Undecided, pairOf(p))
	}
	text, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the comparison: %w", err)
	}
	_, err = w.Write(append(visible.JSON(text), '\n'))
	return err
}

func pairOf(p compare.Pair) jsonPair {
	return jsonPair{ID: p.From.ID, Route: p.From.Route, From: takeOf(p.From), To: takeOf(p.To)}
}

func takeOf(c harness.Cell) jsonTake {
	return jsonTake{
		Verdict: c.Verdict, Reason: c.Reason, Status: c.Status, Outcome: c.Outcome, Attempts: c.Attempts, Seconds: c.Seconds, Time: c.Time,
	}
}

// takes are cells that have no other to stand beside.
func takes(cells []harness.Cell) []jsonTake {
	made := []jsonTake{}
	for _, c := range cells {
		t := takeOf(c)
		t.ID, t.Route = c.ID, c.Route
		made = append(made, t)
	}
	return made
}
