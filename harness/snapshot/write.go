package snapshot

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/badgateway/badgateway/harness"
)

// Write writes the file, or leaves it as it was.
func (s *Snapshot) Write() error {
	text, err := s.text()
	if err != nil {
		return err
	}
	next, err := os.CreateTemp(filepath.Dir(s.Path), Name+".*")
	if err == nil {
		defer os.Remove(next.Name()) // which fails once it has its name
		_, err = next.Write(text)
		if err == nil {
			err = next.Chmod(0o644)
		}
		if closed := next.Close(); err == nil {
			err = closed
		}
		if err == nil {
			err = os.Rename(next.Name(), s.Path)
		}
	}
	if err != nil {
		return &harness.Problem{Blame: harness.Usage, What: "the snapshot " + s.Path + " could not be written", Err: err,
			Hint: "--snapshot FILE names another place"}
	}
	return nil
}

// text is the file's, one line a cell.
func (s *Snapshot) text() ([]byte, error) {
	cells := block()
	var route *yaml.Node
	for i, l := range s.Lines {
		if i == 0 || s.Lines[i-1].Route != l.Route {
			route = block()
			add(cells, l.Route, route)
		}
		add(route, l.Fault, recordNode(l.Record))
	}
	root := block()
	add(root, "snapshot", number(Format))
	add(root, "configuration", text(s.Configuration))
	add(root, "gateway", text(s.Gateway))
	if s.Source != "" {
		add(root, "source", text(s.Source))
	}
	add(root, "cells", cells)
	root.HeadComment = "# What clients get when the upstreams of this configuration fail. `badgateway check` holds it\n# to this; where a change is meant, `badgateway check --update` writes the file anew."
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := e.Encode(root); err != nil {
		return nil, fmt.Errorf("encoding the snapshot: %w", err)
	}
	return out.Bytes(), nil
}

func recordNode(r harness.Record) *yaml.Node {
	n := flow(yaml.MappingNode)
	if r.Status != 0 {
		add(n, "status", number(r.Status))
	}
	if r.Outcome != harness.Answered || r.Status == 0 {
		addText(n, "outcome", string(r.Outcome))
	}
	if len(r.Tried) > 0 {
		tried := flow(yaml.MappingNode)
		for _, t := range r.Tried {
			add(tried, t.Upstream, number(t.Times))
		}
		add(n, "attempts", tried)
	}
	addText(n, "time", r.Time)
	addText(n, "decided", r.Decided)
	addText(n, "page", string(r.Page))
	addText(n, "cache", r.Cache)
	if len(r.Breaks) > 0 {
		breaks := flow(yaml.SequenceNode)
		for _, rule := range r.Breaks {
			breaks.Content = append(breaks.Content, text(rule))
		}
		add(n, "breaks", breaks)
	}
	return n
}

func block() *yaml.Node              { return &yaml.Node{Kind: yaml.MappingNode} }
func flow(kind yaml.Kind) *yaml.Node { return &yaml.Node{Kind: kind, Style: yaml.FlowStyle} }

func add(to *yaml.Node, key string, value *yaml.Node) {
	to.Content = append(to.Content, text(key), value)
}

func addText(to *yaml.Node, key, value string) {
	if value != "" {
		add(to, key, text(value))
	}
}

// text is a text, in quotes where it would be taken for something else.
func text(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(s)
	n.Style = 0
	if s != "" {
		n.Tag = "!!str"
	}
	return n
}

func number(n int) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.Itoa(n)}
}
