// Package diagnosis goes through a log of a gateway's, line by line, and gathers what it
// shows. It keeps a bounded part of whatever it is given, opens nothing, and never keeps
// what a client or an upstream has written, but for one line that nobody understood, masked.
package diagnosis

import (
	"cmp"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/badgateway/badgateway/harness"
)

// Diagnosis is what a log shows.
type Diagnosis struct {
	// Lines are all that are not blank. Sound ones tell of no trouble, Unknown ones are
	// understood by nobody.
	Lines, Sound, Unknown int
	// Access says that there were lines of an access log.
	Access bool
	// Stranger is the first that nobody understands.
	Stranger Stranger
	// Findings are the symptoms that were seen, the most frequent first.
	Findings []*Finding
}

// Stranger is a line that nobody understands, without what may be nobody's business.
type Stranger struct {
	Line int // its number, from 1
	Text string
}

// Finding is a symptom that was seen.
type Finding struct {
	Symptom harness.Symptom
	Log     harness.LogKind
	Count   int
	Line    int    // the number of the first, from 1
	Said    string // the words of the first
	// First and Last are the stamps of the earliest and the latest, "" where the lines have
	// none.
	First, Last string
	// Upstreams are those that were named first, the most frequent first, and Others is how
	// often another one was named.
	Upstreams []Upstream
	Others    int

	earliest, latest time.Time
}

// Upstream is how often a symptom named an upstream.
type Upstream struct {
	Address string
	Count   int
}

// most is how many upstreams of a symptom are kept apart.
const most = 8

// shown is how much is kept of a line that nobody understands, in bytes.
const shown = 400

// Read goes through a log.
func Read(r io.Reader, i harness.Interpreter) (*Diagnosis, error) {
	d := &Diagnosis{}
	by := map[string]*Finding{}
	lines := newLines(r)
	for {
		line, err := lines.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		d.take(line, lines.number, i, by)
	}
	for _, f := range by {
		slices.SortStableFunc(f.Upstreams, func(a, b Upstream) int { return cmp.Compare(b.Count, a.Count) })
		d.Findings = append(d.Findings, f)
	}
	slices.SortFunc(d.Findings, func(a, b *Finding) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Line, b.Line))
	})
	return d, nil
}

func (d *Diagnosis) take(line string, number int, i harness.Interpreter, by map[string]*Finding) {
	d.Lines++
	sign, sense := i.Interpret(line)
	d.Access = d.Access || sign.Log == harness.AccessLog
	switch sense {
	case harness.Sound:
		d.Sound++
	case harness.Unknown:
		d.Unknown++
		if d.Unknown == 1 {
			d.Stranger = Stranger{number, cut(i.Mask(line))}
		}
	case harness.Symptomatic:
		f := by[sign.Symptom.Says]
		if f == nil {
			f = &Finding{Symptom: sign.Symptom, Log: sign.Log, Line: number, Said: sign.Said}
			by[sign.Symptom.Says] = f
		}
		f.add(sign)
	}
}

func cut(s string) string {
	if len(s) <= shown {
		return s
	}
	return s[:shown] + "..."
}

func (f *Finding) add(s harness.Sign) {
	f.Count++
	if s.Stamp != "" && (f.First == "" || s.At.Before(f.earliest)) {
		f.First, f.earliest = s.Stamp, s.At
	}
	if s.Stamp != "" && (f.Last == "" || !s.At.Before(f.latest)) {
		f.Last, f.latest = s.Stamp, s.At
	}
	for _, address := range s.Upstreams {
		at := slices.IndexFunc(f.Upstreams, func(u Upstream) bool { return u.Address == address })
		switch {
		case at >= 0:
			f.Upstreams[at].Count++
		case len(f.Upstreams) < most:
			f.Upstreams = append(f.Upstreams, Upstream{address, 1})
		default:
			f.Others++
		}
	}
}
