package journal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/badgateway/badgateway/harness"
)

// Run is a journal that was read back.
type Run struct {
	Start Start
	Cells []harness.Cell // every take, in the order in which they were judged
	End   *End           // nil: the run was cut off
	// Torn says that the last line was begun and not finished.
	Torn bool
}

// CutOff says that the run did not come to its end: it was interrupted, or its
// journal stops in the middle.
func (r *Run) CutOff() bool { return r.End == nil || r.End.Interrupted != "" || r.End.Trouble != "" }

// ReadFile reads a journal from a file. Its errors are a harness.Problem.
func ReadFile(path string) (*Run, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, &harness.Problem{Blame: harness.Usage, What: "opening the journal", Err: err,
			Hint: "name a file that `badgateway run --report journal=FILE` wrote"}
	}
	defer f.Close()
	return Read(path, f)
}

// Read reads a journal strictly: records in their order, every required key there, no
// cell take twice. Its errors are a harness.Problem that names the file and the line.
// A last line without its end is no error but the mark of a run that was cut off.
func Read(name string, r io.Reader) (*Run, error) {
	in := reader{name: name, seen: map[string]bool{}}
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			in.run.Torn = len(line) > 0
			break
		}
		if err != nil {
			return nil, &harness.Problem{What: "reading the journal " + name, Err: err}
		}
		in.line++
		if err := in.take(line); err != nil {
			return nil, in.problem(err)
		}
	}
	if in.line == 0 {
		in.line = 1
		return nil, in.problem(errors.New("there is no record of a run"))
	}
	return &in.run, nil
}

type reader struct {
	name string
	line int
	run  Run
	seen map[string]bool // cells and takes
}

func (in *reader) problem(err error) error {
	p := &harness.Problem{Blame: harness.Usage, What: fmt.Sprintf("%s:%d", in.name, in.line), Err: err,
		Hint: "a journal is what `badgateway run --report journal=FILE` wrote, unaltered"}
	if errors.Is(err, errNewer) {
		p.Hint = "read it with the badgateway that wrote it, or a newer one"
	}
	return p
}

var errNewer = errors.New("a newer badgateway wrote this")

// required are the keys without which a record says too little.
var required = map[string][]string{
	typeRun: {"format", "started", "badgateway", "gateway", "runtime", "scenarios"},
	typeCell: {"id", "cause", "phase", "gateway", "version", "runtime", "clock", "status", "outcome", "seconds",
		"attempts", "log", "error_type", "receipt", "verdict", "why", "take"},
	typeEnd: {"verdict", "cells", "spent"},
}

func (in *reader) take(line []byte) error {
	var keys map[string]json.RawMessage
	if err := unmarshal(line, &keys); err != nil {
		return err
	}
	var kind string
	if err := json.Unmarshal(keys["type"], &kind); err != nil {
		return errors.New("the record has no type")
	}
	if err := in.inOrder(kind); err != nil {
		return err
	}
	if kind == typeRun {
		if err := readable(keys["format"]); err != nil {
			return err
		}
	}
	for _, key := range required[kind] {
		if _, ok := keys[key]; !ok {
			return fmt.Errorf("the %q record has no key %q", kind, key)
		}
	}
	return in.keep(kind, line)
}

// readable comes before all else that is said of a record: a newer format may lack
// what this one requires.
func readable(format json.RawMessage) error {
	var n int
	if err := json.Unmarshal(format, &n); err != nil || n < 1 {
		return fmt.Errorf("the format is %q, not a number from 1", format)
	}
	if n > Format {
		return fmt.Errorf("%w: format %d, this one reads up to %d", errNewer, n, Format)
	}
	return nil
}

func (in *reader) inOrder(kind string) error {
	switch {
	case required[kind] == nil:
		return fmt.Errorf("no record is of type %q", kind)
	case in.run.End != nil:
		return fmt.Errorf("a %q record follows the end of the run", kind)
	case (in.line == 1) != (kind == typeRun):
		return fmt.Errorf("a %q record cannot stand here: the first, and only the first, is of type %q", kind, typeRun)
	}
	return nil
}

func (in *reader) keep(kind string, line []byte) error {
	switch kind {
	case typeRun:
		return unmarshal(line, &in.run.Start)
	case typeEnd:
		in.run.End = new(End)
		return unmarshal(line, in.run.End)
	}
	var c harness.Cell
	if err := unmarshal(line, &c); err != nil {
		return err
	}
	take := fmt.Sprintf("take %d of %s", c.Take, c.Key())
	if in.seen[take] {
		return fmt.Errorf("%s is there twice", take)
	}
	in.seen[take] = true
	in.run.Cells = append(in.run.Cells, c)
	return nil
}

// unmarshal says of bad JSON where in the line it is bad.
func unmarshal(line []byte, into any) error {
	err := json.Unmarshal(bytes.TrimSuffix(line, []byte("\n")), into)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("not JSON at byte %d: %v", syntax.Offset, syntax)
	case errors.As(err, &kind) && kind.Field != "":
		return fmt.Errorf("the key %q holds a %s", kind.Field, kind.Value)
	case err != nil:
		return errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}
