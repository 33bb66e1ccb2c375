package main

import (
	"encoding/json"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/diagnosis"
	"github.com/badgateway/badgateway/harness/report"
	"github.com/badgateway/badgateway/harness/visible"
)

// diagnosed is a log in JSON.
type diagnosed struct {
	Gateway  string          `json:"gateway"`
	Lines    int             `json:"lines"`
	Sound    int             `json:"sound"`
	Unknown  int             `json:"unknown"`
	Stranger *strange        `json:"first_unknown,omitempty"`
	Symptoms []diagnosedSign `json:"symptoms"`
}

type strange struct {
	Line int    `json:"line"`
	Text string `json:"text"`
}

type diagnosedSign struct {
	Says       string               `json:"says"`
	Said       string               `json:"said"` // as the first line words it
	Log        harness.LogKind      `json:"log"`
	Phase      harness.Phase        `json:"phase"`
	ErrorType  string               `json:"error_type"`
	Means      string               `json:"means"`
	Count      int                  `json:"count"`
	Line       int                  `json:"first_line"`
	First      string               `json:"first"`
	Last       string               `json:"last"`
	Upstreams  []diagnosedUpstream  `json:"upstreams"`
	Others     int                  `json:"other_upstreams"`
	Candidates []diagnosedCandidate `json:"candidates"`
}

type diagnosedUpstream struct {
	Address string `json:"address"`
	Count   int    `json:"count"`
}

type diagnosedCandidate struct {
	Scenario  string `json:"scenario"`
	Tell      string `json:"tell"`
	Reproduce string `json:"reproduce"`
}

func diagnosisJSON(d *diagnosis.Diagnosis, gateway harness.Gateway, ref string) ([]byte, error) {
	out := diagnosed{Gateway: gateway.Name(), Lines: d.Lines, Sound: d.Sound, Unknown: d.Unknown, Symptoms: []diagnosedSign{}}
	if d.Unknown > 0 {
		out.Stranger = &strange{d.Stranger.Line, d.Stranger.Text}
	}
	for _, f := range d.Findings {
		out.Symptoms = append(out.Symptoms, signOf(f, ref))
	}
	text, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(visible.JSON(text), '\n'), nil
}

func signOf(f *diagnosis.Finding, ref string) diagnosedSign {
	s := diagnosedSign{
		Says: f.Symptom.Says, Said: f.Said, Log: f.Log, Phase: f.Symptom.Phase, ErrorType: f.Symptom.ErrorType, Means: f.Symptom.Means,
		Count: f.Count, Line: f.Line, First: f.First, Last: f.Last, Others: f.Others,
		Upstreams: []diagnosedUpstream{}, Candidates: []diagnosedCandidate{},
	}
	for _, u := range f.Upstreams {
		s.Upstreams = append(s.Upstreams, diagnosedUpstream(u))
	}
	for _, c := range f.Symptom.Candidates {
		s.Candidates = append(s.Candidates, diagnosedCandidate{c.Scenario, c.Tell, report.Run{Reference: ref}.Replay(c.Scenario)})
	}
	return s
}
