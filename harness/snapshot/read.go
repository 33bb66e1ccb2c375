package snapshot

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/document"
)

// parse reads a file's text, and tells all that is wrong with it at once.
func parse(path string, text []byte) (*Snapshot, error) {
	r := &reader{Reader: document.New(path, text)}
	r.Path = path
	if root := r.Root(); root != nil {
		r.whole(root)
	} else if r.Mistakes() == 0 {
		return nil, &harness.Problem{Blame: harness.Usage, What: path + " is empty", Hint: "--update records anew"}
	}
	if err := r.Problem(); err != nil {
		return nil, err
	}
	return &r.Snapshot, nil
}

type reader struct {
	*document.Reader
	Snapshot
}

func (r *reader) whole(n *yaml.Node) {
	if !r.format(n) {
		return
	}
	r.Fields(n,
		document.Key("snapshot", func(*yaml.Node) {}),
		document.Key("configuration", r.Text(&r.Configuration)),
		document.Key("gateway", r.Text(&r.Gateway)),
		document.Key("source", r.Text(&r.Source)),
		document.Key("cells", r.routes),
	)
	for _, key := range []string{"configuration", "gateway", "cells"} {
		if !document.Has(n, key) {
			r.Wrong(n, "--update records anew", "there is no %s", key)
		}
	}
}

// format says whether the file is of a format that is known: of a later one nothing else is read.
func (r *reader) format(n *yaml.Node) bool {
	for _, p := range r.Pairs(n, "a snapshot") {
		if p.Key.Value != "snapshot" {
			continue
		}
		version, err := strconv.Atoi(p.Value.Value)
		switch {
		case err != nil || version < 1:
			r.Wrong(p.Value, "--update records anew", "no format of a snapshot is called %.40q", p.Value.Value)
		case version > Format:
			r.Wrong(p.Value, "a later badgateway wrote it: take that one, or --update records anew", "this is format %d, and this badgateway knows %d", version, Format)
		}
		return err == nil && version == Format
	}
	if r.Mistakes() == 0 {
		r.Wrong(n, "--update records anew", "this is no snapshot: there is no snapshot: %d", Format)
	}
	return false
}

func (r *reader) routes(n *yaml.Node) {
	for _, route := range r.Pairs(n, "routes with their cells") {
		for _, fault := range r.Pairs(route.Value, "faults with what clients get") {
			r.Lines = append(r.Lines, Line{route.Key.Value, fault.Key.Value, r.record(fault.Key, fault.Value)})
		}
	}
}

func (r *reader) record(key, n *yaml.Node) (one harness.Record) {
	at := r.At(key)
	one.At = &at
	var outcome, page string
	r.Fields(n,
		document.Key("status", func(n *yaml.Node) { one.Status, _ = r.Number(n, "a status", 100, 999) }),
		document.Key("outcome", r.Text(&outcome)),
		document.Key("attempts", func(n *yaml.Node) { one.Tried = r.tried(n) }),
		document.Key("time", r.Text(&one.Time)),
		document.Key("decided", r.Text(&one.Decided)),
		document.Key("page", r.Text(&page)),
		document.Key("cache", r.Text(&one.Cache)),
		document.Key("breaks", r.breaks(&one.Breaks)),
	)
	one.Outcome, one.Page = harness.Outcome(outcome), harness.Page(page)
	if one.Outcome == "" && one.Status != 0 {
		one.Outcome = harness.Answered
	}
	return one
}

func (r *reader) tried(n *yaml.Node) (found []harness.Asked) {
	for _, p := range r.Pairs(n, "upstreams with how often they are asked") {
		one := harness.Asked{Upstream: p.Key.Value}
		one.Times, _ = r.Number(p.Value, "a number of times", 1, 1e6)
		found = append(found, one)
	}
	return found
}

func (r *reader) breaks(into *[]string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		for _, item := range r.Items(n, "rules") {
			var rule string
			r.Text(&rule)(item)
			*into = append(*into, strings.TrimSpace(rule))
		}
	}
}
