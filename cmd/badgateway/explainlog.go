package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/diagnosis"
	"github.com/badgateway/badgateway/harness/report"
	"github.com/badgateway/badgateway/harness/visible"
)

// explainLog tells what a line, a file or standard input shows.
func (a *app) explainLog(from string, stdin io.Reader, gateway harness.Gateway, ref string, asJSON bool) error {
	interpreter, ok := gateway.(harness.Interpreter)
	if !ok {
		return usage("it is known of nginx", "nothing is known of what the log of %s means", gateway.Name())
	}
	log, err := logOf(from, stdin, interpreter)
	if err != nil {
		return err
	}
	defer log.Close()
	d, err := diagnosis.Read(log, interpreter)
	if err != nil {
		return unreadable(from, err)
	}
	told := a.diagnosisText(d, ref)
	if asJSON {
		if told, err = diagnosisJSON(d, gateway, ref); err != nil {
			return err
		}
	}
	if asJSON || len(d.Findings) > 0 {
		if _, err := a.stdout.Write(told); err != nil {
			return err
		}
	}
	return nothingKnown(d, gateway)
}

// logOf is what --log names: standard input, a file, or else a line itself.
func logOf(from string, stdin io.Reader, i harness.Interpreter) (io.ReadCloser, error) {
	if from == "-" {
		return io.NopCloser(stdin), nil
	}
	at, err := os.Stat(from)
	switch {
	case err == nil && at.IsDir():
		return nil, unreadable(from, errors.New("it is a folder"))
	case err == nil:
		f, err := os.Open(from)
		if err != nil {
			return nil, unreadable(from, err)
		}
		return f, nil
	}
	if _, sense := i.Interpret(from); sense == harness.Unknown && !strings.ContainsAny(strings.TrimSpace(from), " \t\n") {
		return nil, unreadable(i.Mask(from), err)
	}
	return io.NopCloser(strings.NewReader(from)), nil
}

func unreadable(from string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return &harness.Problem{
		Blame: harness.Usage, What: "the log " + from + " cannot be read", Err: err,
		Hint: "name a file, or - for standard input, or put a line of a log between quotes",
	}
}

// nothingKnown is the error of a log that shows no symptom.
func nothingKnown(d *diagnosis.Diagnosis, gateway harness.Gateway) error {
	if len(d.Findings) > 0 {
		return nil
	}
	none := harness.Problem{
		What: fmt.Sprintf("there is nothing in %s that %s is known to say of exchanges that fail", counted(d.Lines, "line"), gateway.Name()),
		Hint: "it knows the lines of an error log, and of an access log in the combined format, with name=value fields, or in JSON",
	}
	if d.Unknown > 0 {
		none.Detail = []string{fmt.Sprintf("%s understood by nobody, the first is line %d:", counted(d.Unknown, "line"), d.Stranger.Line), d.Stranger.Text}
	}
	return &nothing{none}
}

// counted is "1 line", "2 lines".
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// diagnosisText is a page about a log.
func (a *app) diagnosisText(d *diagnosis.Diagnosis, ref string) []byte {
	p := page{width: columns(a.stdout)}
	for _, f := range d.Findings {
		p.finding(f, ref)
	}
	p.hanging("", fmt.Sprintf("%s: %d with a symptom, %d that %s of no trouble, %d understood by nobody",
		counted(d.Lines, "line"), d.Lines-d.Sound-d.Unknown, d.Sound, tell(d.Sound), d.Unknown))
	if d.Unknown > 0 {
		p.hanging("  ", fmt.Sprintf("the first of those is line %d: %s", d.Stranger.Line, visible.Text(d.Stranger.Text)))
	}
	if d.Access {
		p.hanging("  ", "An access log has the status that an answer began with: one that broke off in its body is a 200 there. Only the error log tells of those.")
	}
	return p.Bytes()
}

func tell(n int) string {
	if n == 1 {
		return "tells"
	}
	return "tell"
}

// finding is the part of the page about one symptom.
func (p *page) finding(f *diagnosis.Finding, ref string) {
	p.hanging("", visible.Text(f.Said))
	p.hanging("  seen       ", visible.Text(seen(f)))
	if named := upstreams(f); named != "" {
		p.hanging("  upstreams  ", visible.Text(named))
	}
	if where := strings.Trim(string(f.Symptom.Phase)+", "+f.Symptom.ErrorType, ", "); where != "" {
		p.hanging("  where      ", where)
	}
	p.hanging("  means      ", f.Symptom.Means)
	for i, c := range f.Symptom.Candidates {
		head := "             "
		if i == 0 {
			head = "  may be     "
		}
		p.hanging(head, c.Scenario+": "+c.Tell)
		p.hanging("               ", report.Run{Reference: ref}.Replay(c.Scenario))
	}
	if len(f.Symptom.Candidates) == 0 {
		p.hanging("  may be     ", "no scenario of the catalogue")
	}
	p.WriteString("\n")
}

func seen(f *diagnosis.Finding) string {
	text := counted(f.Count, "time")
	switch {
	case f.First == "":
	case f.First == f.Last:
		text += ", at " + f.First
	default:
		text += ", from " + f.First + " to " + f.Last
	}
	return text + fmt.Sprintf(", first in line %d", f.Line)
}

func upstreams(f *diagnosis.Finding) string {
	var named []string
	for _, u := range f.Upstreams {
		named = append(named, fmt.Sprintf("%s (%d)", u.Address, u.Count))
	}
	if f.Others > 0 {
		named = append(named, fmt.Sprintf("others (%d)", f.Others))
	}
	return strings.Join(named, ", ")
}
