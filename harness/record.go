package harness

import (
	"fmt"
	"slices"
	"strings"
)

// Page is whose page a client was shown.
type Page string

// The pages.
const (
	NoPage       Page = "none"
	GatewaysPage Page = "gateway"  // its own, or one that it was given for errors
	UpstreamPage Page = "upstream" // or a part of it
)

// pageOf is whose page an answer has, "" where there was no answer.
func pageOf(e *Evidence) Page {
	r := e.Exchange.Response
	switch {
	case r.Status == 0:
		return ""
	case r.Body == 0:
		return NoPage
	case upstreams(r.Start):
		return UpstreamPage
	}
	return GatewaysPage
}

// AsRecorded is the rule that a cell breaks which is not what was recorded of it.
const AsRecorded = "as-recorded"

// Record is what clients get in a cell, in words that do not depend on the machine that it was
// played on, nor on where a line stands. Of a cell that was read and not played it is only what
// that breaks.
type Record struct {
	Status  int       `json:"status,omitempty"` // 0: there was none
	Outcome Outcome   `json:"outcome,omitempty"`
	Tried   []Asked   `json:"tried,omitempty"` // by upstream, in the order of their names
	Time    string    `json:"time,omitempty"`  // as an expression of the policy
	Decided string    `json:"decided,omitempty"`
	Page    Page      `json:"page,omitempty"`
	Cache   string    `json:"cache,omitempty"`  // the answer's Cache-Control
	Breaks  []string  `json:"breaks,omitempty"` // the rules, in the order of their names
	At      *Position `json:"at,omitempty"`     // where it is kept, nil where it is not
}

// Asked is how often an upstream was asked.
type Asked struct {
	Upstream string `json:"upstream"`
	Times    int    `json:"times"`
}

// Record is the cell's.
func (c Cell) Record() Record {
	r := Record{Status: c.Status, Outcome: c.Outcome, Page: c.Page, Cache: c.CacheControl}
	if r.Time = c.Time; strings.HasSuffix(r.Time, unaccounted) {
		r.Time = "none of the settings"
	}
	r.Decided, _, _ = strings.Cut(c.Decided, " ")
	for _, upstream := range slices.Sorted(slices.Values(c.Tried)) {
		if last := len(r.Tried) - 1; last >= 0 && r.Tried[last].Upstream == upstream {
			r.Tried[last].Times++
			continue
		}
		r.Tried = append(r.Tried, Asked{upstream, 1})
	}
	for _, f := range c.Findings {
		if f.Rule != "" && !f.Held && !f.Doubt {
			r.Breaks = append(r.Breaks, f.Rule)
		}
	}
	slices.Sort(r.Breaks)
	r.Breaks = slices.Compact(r.Breaks)
	return r
}

// Attempts is how often upstreams were asked.
func (r Record) Attempts() (n int) {
	for _, t := range r.Tried {
		n += t.Times
	}
	return n
}

// Became says in words in what a later record differs, the weightiest first; "" where in nothing.
func (r Record) Became(now Record) string {
	var said []string
	differs := func(what, was, is string) {
		if was != is {
			said = append(said, strings.TrimSpace(fmt.Sprintf("%s %s became %s", what, orNothing(was), orNothing(is))))
		}
	}
	differs("", r.Result(), now.Result())
	differs("attempts", triesText(r.Tried), triesText(now.Tried))
	differs("time", r.Time, now.Time)
	differs("decided by", r.Decided, now.Decided)
	differs("page", string(r.Page), string(now.Page))
	differs("Cache-Control", r.Cache, now.Cache)
	for _, rule := range now.Breaks {
		if !slices.Contains(r.Breaks, rule) {
			said = append(said, "breaks "+rule)
		}
	}
	for _, rule := range r.Breaks {
		if !slices.Contains(now.Breaks, rule) {
			said = append(said, "no longer breaks "+rule)
		}
	}
	return strings.Join(said, "; ")
}

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

// Result is the status, and what became of the answer where that was not whole.
func (r Record) Result() string {
	switch {
	case r.Status == 0:
		return string(r.Outcome)
	case r.Outcome == Answered:
		return fmt.Sprint(r.Status)
	}
	return fmt.Sprintf("%d %s", r.Status, r.Outcome)
}

func triesText(tried []Asked) string {
	var said []string
	for _, t := range tried {
		said = append(said, fmt.Sprintf("%s x %d", t.Upstream, t.Times))
	}
	return strings.Join(said, ", ")
}
