package journal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/journal"
)

var started = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func aStart() journal.Start {
	return journal.Start{
		Started: started, Badgateway: "v1", Gateway: "nginx", Runtime: "docker",
		Selection: []string{"slow/*"}, Scenarios: []string{"slow/never"},
	}
}

func aCell(take int) harness.Cell {
	return harness.Cell{
		Type: "cell", ID: "slow/never", Cause: harness.Slow, Phase: harness.PhaseWait, Gateway: "nginx",
		Take: take, Status: 504, Outcome: harness.Answered, Seconds: 1.003, Attempts: 1,
		Log: []string{"upstream timed out"}, Findings: []harness.Finding{{Check: "answers 504", Held: true}},
	}
}

// written is a whole journal with a cell that was played twice.
func written(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := journal.Begin(&b, aStart())
	err = errors.Join(err, w.Cell(aCell(1)), w.Cell(aCell(2)), w.End(journal.End{Verdict: harness.Warn, Cells: 1}))
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	run, err := journal.Read("j", bytes.NewReader(written(t)))
	if err != nil {
		t.Fatal(err)
	}
	want := aStart()
	want.Type, want.Format = "run", journal.Format
	if !reflect.DeepEqual(run.Start, want) {
		t.Errorf("the start reads as %+v, want %+v", run.Start, want)
	}
	if !reflect.DeepEqual(run.Cells, []harness.Cell{aCell(1), aCell(2)}) {
		t.Errorf("the cells read as %+v", run.Cells)
	}
	if run.End == nil || run.End.Verdict != harness.Warn || run.CutOff() {
		t.Errorf("the end reads as %+v", run.End)
	}
}

func TestACellHasItsKeys(t *testing.T) {
	lines := bytes.Split(written(t), []byte("\n"))
	var keys map[string]any
	if err := json.Unmarshal(lines[1], &keys); err != nil {
		t.Fatal(err)
	}
	for key := range strings.FieldsSeq("type id cause phase gateway version runtime clock status outcome seconds " +
		"attempts log error_type receipt verdict why") {
		if _, ok := keys[key]; !ok {
			t.Errorf("a cell has no key %q", key)
		}
	}
}

// TestEveryCut reads a journal that was cut anywhere: a machine that lost power.
func TestEveryCut(t *testing.T) {
	whole := written(t)
	first := bytes.IndexByte(whole, '\n') + 1
	for n := range whole {
		run, err := journal.Read("j", bytes.NewReader(whole[:n]))
		switch {
		case n < first && err == nil:
			t.Fatalf("cut at byte %d, before the first record is whole, it was read", n)
		case n >= first && err != nil:
			t.Fatalf("cut at byte %d: %v", n, err)
		case n >= first && !run.CutOff():
			t.Fatalf("cut at byte %d, it passes for whole", n)
		case n >= first && run.Torn != (whole[n-1] != '\n'):
			t.Fatalf("cut at byte %d: torn is %v", n, run.Torn)
		}
	}
}

func TestTheReaderIsStrict(t *testing.T) {
	lines := strings.SplitAfter(string(written(t)), "\n")
	run, one, two, end := lines[0], lines[1], lines[2], lines[3]
	without := func(line, key string) string { return strings.Replace(line, `"`+key+`":`, `"x":`, 1) }
	for name, c := range map[string]struct{ text, where, says string }{
		"empty":           {"", "j:1", "no record of a run"},
		"not json":        {run + "{\"type\"\n", "j:2", "not JSON at byte 7"},
		"not a record":    {run + "[]\n", "j:2", "array"},
		"no type":         {run + "{}\n", "j:2", "no type"},
		"unknown type":    {run + "{\"type\":\"note\"}\n", "j:2", `"note"`},
		"no run":          {one, "j:1", `"cell" record cannot stand here`},
		"two runs":        {run + run, "j:2", `"run" record cannot stand here`},
		"after the end":   {run + end + two, "j:3", "follows the end"},
		"same take twice": {run + one + two + one, "j:4", "take 1 of slow/never is there twice"},
		"wrong kind":      {run + strings.Replace(one, `"status":504`, `"status":"504"`, 1), "j:2", `"status"`},
		"unknown verdict": {run + strings.Replace(one, `"verdict":"pass"`, `"verdict":"good"`, 1), "j:2", "good"},
		"no receipt":      {run + without(one, "receipt"), "j:2", `no key "receipt"`},
		"no format":       {without(run, "format"), "j:1", "format"},
		"newer":           {strings.Replace(run, `"format":1`, `"format":2`, 1) + one, "j:1", "a newer badgateway wrote this: format 2"},
		"a block of NULs": {run + strings.Repeat("\x00", 512) + "\n", "j:2", "not JSON"},
	} {
		_, err := journal.Read("j", strings.NewReader(c.text))
		if err == nil {
			t.Errorf("%s: it was read", name)
			continue
		}
		if !strings.HasPrefix(err.Error(), c.where+": ") || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %q does not begin with %s and say %q", name, err, c.where, c.says)
		}
		if harness.BlameOf(err) != harness.Usage || harness.Hint(err) == "" {
			t.Errorf("%s: blames %v, hints %q", name, harness.BlameOf(err), harness.Hint(err))
		}
	}
}

func TestUnknownKeysAreNoTrouble(t *testing.T) {
	text := strings.Replace(string(written(t)), `{"type":"cell",`, `{"type":"cell","mood":"calm",`, 1)
	if _, err := journal.Read("j", strings.NewReader(text)); err != nil {
		t.Error(err)
	}
}

func TestNoFile(t *testing.T) {
	_, err := journal.ReadFile(filepath.Join(t.TempDir(), "none"))
	if !errors.Is(err, os.ErrNotExist) || harness.BlameOf(err) != harness.Usage {
		t.Errorf("a missing file gives %v", err)
	}
}

// full is a disk that takes so many writes.
type full struct {
	left, wrote, synced int
}

var errFull = errors.New("no space left on device")

func (f *full) Write(p []byte) (int, error) {
	if f.left--; f.left < 0 {
		return 0, errFull
	}
	f.wrote++
	return len(p), nil
}

func (f *full) Sync() error { f.synced++; return nil }

func TestAFullDiskEndsTheJournal(t *testing.T) {
	disk := &full{left: 2}
	w, err := journal.Begin(disk, aStart())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Cell(aCell(1)); err != nil || disk.synced != 2 {
		t.Errorf("%v; synced %d times after 2 records", err, disk.synced)
	}
	if err := w.Cell(aCell(2)); !errors.Is(err, errFull) {
		t.Errorf("a full disk gives %v", err)
	}
	disk.left = 100
	if err := w.End(journal.End{}); !errors.Is(err, errFull) || disk.wrote != 2 {
		t.Errorf("after an error it wrote on: %v, %d records", err, disk.wrote)
	}
}

func TestAPipeNeedsNoDisk(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	if _, err := journal.Begin(w, aStart()); err != nil {
		t.Error(err)
	}
}

func FuzzHostileLog(f *testing.F) {
	f.Add("\x1b[31m\x00\x7f\u0085\u202e\xff\n")
	f.Fuzz(func(t *testing.T, hostile string) {
		var b bytes.Buffer
		w, err := journal.Begin(&b, aStart())
		c := aCell(1)
		c.Log, c.Reason, c.Receipt = []string{hostile}, hostile, hostile
		if err := errors.Join(err, w.Cell(c)); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		if strings.Count(text, "\n") != 2 {
			t.Errorf("two records fill %d lines", strings.Count(text, "\n"))
		}
		for _, r := range strings.ReplaceAll(text, "\n", "") {
			if !strconv.IsPrint(r) {
				t.Errorf("the journal holds %U as it is", r)
			}
		}
		run, err := journal.Read("j", &b)
		if err != nil || utf8.ValidString(hostile) && run.Cells[0].Log[0] != hostile {
			t.Errorf("%q reads as %v, %v", hostile, run, err)
		}
	})
}
