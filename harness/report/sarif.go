package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/visible"
)

// The properties of SARIF that code scanning goes by (OASIS, Static Analysis Results Interchange
// Format 2.1.0).
type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool struct {
		Driver sarifDriver `json:"driver"`
	} `json:"tool"`
	Invocations []sarifInvocation    `json:"invocations"`
	Bases       map[string]sarifFile `json:"originalUriBaseIds"`
	Results     []sarifResult        `json:"results"`
	ColumnKind  string               `json:"columnKind"`
}

type sarifDriver struct {
	Name    string      `json:"name"`
	Version string      `json:"version,omitempty"`
	Rules   []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID    string    `json:"id"`
	Short sarifText `json:"shortDescription"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifInvocation struct {
	Successful    bool                `json:"executionSuccessful"`
	Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
}

type sarifNotification struct {
	Level   string    `json:"level"`
	Message sarifText `json:"message"`
}

type sarifResult struct {
	Rule         string            `json:"ruleId"`
	Level        string            `json:"level"`
	Message      sarifText         `json:"message"`
	Locations    []sarifLocation   `json:"locations"`
	Fingerprints map[string]string `json:"partialFingerprints"`
}

type sarifLocation struct {
	Physical struct {
		File   sarifFile   `json:"artifactLocation"`
		Region sarifRegion `json:"region"`
	} `json:"physicalLocation"`
}

type sarifFile struct {
	URI  string `json:"uri,omitempty"`
	Base string `json:"uriBaseId,omitempty"`
}

type sarifRegion struct {
	Line   int `json:"startLine"`
	Column int `json:"startColumn,omitempty"`
}

// sarifRoot is what files are named from.
const sarifRoot = "%SRCROOT%"

// SARIF renders what is not as it should be and has a line in a file, for code scanning: what has
// none is in the other reports. root and dir are those of GitHub.
func SARIF(root, dir string) Renderer {
	return func(w io.Writer, r Run) error {
		text, err := json.MarshalIndent(sarifLog{
			Schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json", Version: "2.1.0",
			Runs: []sarifRun{inRepository(r, root, dir).sarif()},
		}, "", "  ")
		if err != nil {
			return fmt.Errorf("encoding the report: %w", err)
		}
		_, err = w.Write(append(visible.JSON(text), '\n'))
		return err
	}
}

func (g github) sarif() (run sarifRun) {
	run.ColumnKind, run.Results, run.Bases = "unicodeCodePoints", []sarifResult{}, map[string]sarifFile{sarifRoot: {}}
	invocation := sarifInvocation{Successful: g.run.Trouble == ""}
	for _, said := range []string{g.run.Trouble, g.run.Drift} {
		if said != "" {
			invocation.Notifications = append(invocation.Notifications, sarifNotification{"error", sarifText{said}})
		}
	}
	run.Invocations = []sarifInvocation{invocation}
	rules := map[string]string{}
	for _, m := range g.run.complaints() {
		file, inside := g.file(m.at)
		if !inside {
			continue
		}
		rules[m.about] = cmp.Or(rules[m.about], m.title())
		one := sarifResult{Rule: m.about, Level: sarifLevels[m.verdict], Message: sarifText{shortened(g.message(m), longestMessage)}}
		one.Locations = make([]sarifLocation, 1)
		at := &one.Locations[0].Physical
		at.File, at.Region = sarifFile{(&url.URL{Path: file}).EscapedPath(), sarifRoot}, sarifRegion{m.at.Line, m.at.Column}
		// What stays the same while lines move.
		one.Fingerprints = map[string]string{"badgateway/v1": fingerprint(m.about, m.verdict.String(), file, m.at.Says, m.on())}
		run.Results = append(run.Results, one)
	}
	run.Tool.Driver = sarifDriver{Name: "badgateway", Version: g.run.Badgateway, Rules: []sarifRule{}}
	for id, title := range rules {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{id, sarifText{title}})
	}
	slices.SortFunc(run.Tool.Driver.Rules, func(a, b sarifRule) int { return cmp.Compare(a.ID, b.ID) })
	return run
}

var sarifLevels = map[harness.Verdict]string{
	harness.Fail: "error", harness.Inconclusive: "warning", harness.Warn: "warning", harness.Pass: "note",
}

// title is what the complaint is about, whatever was seen: the rule's, or the fault's.
func (m complaint) title() string {
	for _, f := range m.cells[0].Findings {
		if f.Rule == m.about && m.ofRule {
			return "the gateway " + f.Check
		}
	}
	return cmp.Or(m.cells[0].While, m.cells[0].Title, m.about)
}

// fingerprint is the same for the same parts.
func fingerprint(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
