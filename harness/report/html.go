package report

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/compare"
)

//go:embed page.css
var pageCSS string

//go:embed page.html
var pageHTML string

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

// HTML renders one page that needs nothing else: no network, and no script. What it may do is its
// own Content-Security-Policy's to say, which is its one style sheet.
func HTML(w io.Writer, r Run) error {
	r = r.tamed()
	var out bytes.Buffer
	if err := pageTemplate.Execute(&out, r.page()); err != nil {
		return fmt.Errorf("rendering the page: %w", err)
	}
	_, err := w.Write(out.Bytes())
	return err
}

// page is what the template shows.
type page struct {
	CSS     template.CSS
	Policy  string
	Title   string
	Notes   []string // what is to be known before all else
	Tally   string
	Source  string
	Across  []string
	Rows    []pageRow
	Cells   []pageCell
	Covered string
	Left    []pageEntry
	Played  string
	Mutated string // which alterations are noticed, and those that are not
	Survive []pageEntry
}

type pageRow struct {
	Name  string
	Boxes []pageBox
}

// pageBox is a cell in the matrix; one without a Link was not played.
type pageBox struct{ Link, Verdict, Mark, Says, Of string }

type pageCell struct {
	ID, Verdict, Mark, Name, On, Says, Reason, Title, Why string
	Open                                                  bool
	Lines, Facts                                          []pageEntry
	Log                                                   []string
	Replay                                                string
	Waterfall                                             *waterfall
}

type pageEntry struct{ Name, Text string }

func (r Run) page() page {
	sum := sha256.Sum256([]byte(pageCSS))
	p := page{
		CSS:    template.CSS(pageCSS),
		Policy: fmt.Sprintf("default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'", base64.StdEncoding.EncodeToString(sum[:])),
		Title:  "badgateway: " + r.subject(), Tally: cells(len(r.Summary.Cells)) + ": " + tally(r.Summary.Cells),
		Source: r.Summary.Source, Covered: r.Coverage.said(), Played: r.Started.UTC().Format("2006-01-02 15:04 UTC"),
	}
	if r.Drift != "" {
		p.Notes = append(p.Notes, r.Drift)
	}
	if r.Trouble != "" {
		p.Notes = append(p.Notes, fmt.Sprintf("ended early, with %d of %s judged: %s", len(r.Summary.Cells), cells(r.Planned), r.Trouble))
	}
	for _, u := range r.uncovered() {
		about := u.what
		if u.where != "" {
			about += " (" + u.where + ")"
		}
		p.Left = append(p.Left, pageEntry{u.kind, about + ": " + u.why})
	}
	p.Mutated = r.mutated()
	for _, e := range r.survivors() {
		p.Survive = append(p.Survive, pageEntry{e.name, e.text})
	}
	all := worstOnTop(r.Summary.Cells)
	links := map[string]string{}
	for i, c := range all {
		links[c.Key()] = fmt.Sprintf("cell-%d", i+1)
		p.Cells = append(p.Cells, r.pageCell(c, links[c.Key()]))
	}
	p.matrix(r, all, links)
	return p
}

// worstOnTop are the cells by their verdicts, and of equals those first that became worse.
func worstOnTop(cells []harness.Cell) []harness.Cell {
	rank := func(c harness.Cell) int { return slices.Index(worstFirst, c.Verdict) }
	return slices.SortedStableFunc(slices.Values(cells), func(a, b harness.Cell) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), compare.WorstFirst(a, b))
	})
}

// matrix has a row for each route and a column for each fault; without routes a row for each
// family, and in it its scenarios.
func (p *page) matrix(r Run, all []harness.Cell, links map[string]string) {
	box := func(c harness.Cell) pageBox {
		return pageBox{links[c.Key()], c.Verdict.String(), strings.TrimSpace(marked(c)), saw(c), c.Key()}
	}
	if !r.routed() {
		family := func(c harness.Cell) string { f, _, _ := strings.Cut(c.ID, "/"); return f }
		for _, f := range each(all, family) {
			row := pageRow{Name: f}
			for _, c := range r.Summary.Cells {
				if family(c) == f {
					one := box(c)
					_, one.Says, _ = strings.Cut(c.ID, "/")
					one.Says += " " + saw(c)
					row.Boxes = append(row.Boxes, one)
				}
			}
			p.Rows = append(p.Rows, row)
		}
		return
	}
	p.Across = each(r.Summary.Cells, faultOf)
	for _, route := range each(all, routeOf) {
		row := pageRow{Name: cmp.Or(route, elsewhere)}
		for _, fault := range p.Across {
			one := pageBox{}
			if i := slices.IndexFunc(all, func(c harness.Cell) bool { return c.Route == route && c.ID == fault }); i >= 0 {
				one = box(all[i])
			}
			row.Boxes = append(row.Boxes, one)
		}
		p.Rows = append(p.Rows, row)
	}
}

func (r Run) pageCell(c harness.Cell, id string) pageCell {
	p := pageCell{
		ID: id, Verdict: c.Verdict.String(), Mark: strings.TrimSpace(marked(c)), Name: c.ID, On: c.Route, Says: seen(c), Reason: c.Reason,
		Title: c.Title, Why: c.Why, Open: c.Verdict == harness.Fail || c.Verdict == harness.Inconclusive,
		Log: abridged(c.Log), Replay: r.replay(c), Waterfall: waterfallOf(c),
	}
	for _, e := range lines(c) {
		p.Lines = append(p.Lines, pageEntry{e.name, e.text})
	}
	for _, e := range facts(c) {
		p.Facts = append(p.Facts, pageEntry{e.name, e.text})
	}
	if c.Time != "" {
		p.Facts = append(p.Facts, pageEntry{"time", timeOf(c)})
	}
	return p
}
