//go:build linux

// Package check_test is about `badgateway check` as people have it: the built command, on
// configurations of this suite's own and on real ones, in the local runtime. It asserts on
// what the command says and leaves; repetition is in soak_test.go, behind the build tag soak.
package check_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/journal"
	"github.com/badgateway/badgateway/harness/local"
	"github.com/badgateway/badgateway/suites/place"
)

// badgateway is the built command.
var badgateway string

func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f.Value.String() == f.DefValue {
		flag.Set("test.parallel", "6") // checks wait more than they work
	}
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "badgateway-suite-")
		if err == nil {
			defer os.RemoveAll(dir)
			badgateway = filepath.Join(dir, "badgateway")
			var said []byte
			if said, err = exec.Command("go", "build", "-o", badgateway, "github.com/badgateway/badgateway/cmd/badgateway").CombinedOutput(); err != nil {
				err = fmt.Errorf("%w: %s", err, said)
			}
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}())
}

// needsLabs skips where the machine forbids labs, and fails there with CI set.
func needsLabs(t *testing.T) {
	t.Helper()
	rt, err := local.New(local.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	if err := rt.Supports(t.Context(), 0); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED, NOTHING WAS TESTED: %v (%s)", err, harness.Hint(err))
	}
}

// lay writes files, as txtar has them, into a folder of the test's own.
func lay(t *testing.T, files string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, f := range txtar.Parse([]byte(files)).Files {
		write(t, filepath.Join(dir, f.Name), string(f.Data))
	}
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// told is what became of a command.
type told struct {
	code           int
	stdout, stderr string
	took           time.Duration
	used           time.Duration  // of the cores, with what it waited for
	cells          []harness.Cell // of the journal, the last take of each
	brood          brood
}

// brood is the processes that descend from a command, by what tells one from another that is
// given its number later: when it began (proc(5), stat).
type brood map[int]string

func (b brood) grow(pid int) {
	for _, child := range place.Descendants(pid) {
		if began := begun(child); began != "" {
			b[child] = began
		}
	}
}

// alive are those that there still are.
func (b brood) alive() (found []string) {
	for pid, began := range b {
		if begun(pid) == began {
			found = append(found, fmt.Sprintf("process %d", pid))
		}
	}
	return found
}

func begun(pid int) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	f := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(f) < 20 || f[0] == "Z" {
		return ""
	}
	return f[19]
}

// command is the built command in a folder, with a folder of its own for temporary files and
// without an engine.
func command(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(badgateway, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TMPDIR="+t.TempDir(), "DOCKER_HOST=unix:///nonexistent/engine.sock", "COLUMNS=", "GITHUB_STEP_SUMMARY=", "GITHUB_ACTIONS=")
	cmd.Stdout, cmd.Stderr = &bytes.Buffer{}, &bytes.Buffer{}
	return cmd
}

// run runs the command to its end.
func run(t *testing.T, cmd *exec.Cmd) (s told) {
	t.Helper()
	began := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	s.brood = brood{}
	const often = 20 * time.Millisecond
	var err error
	for running := true; running; {
		select {
		case err = <-ended:
			running = false
		case <-time.After(often):
			s.brood.grow(cmd.Process.Pid)
		}
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	s.took, s.code = time.Since(began), cmd.ProcessState.ExitCode()
	s.used = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	s.stdout, s.stderr = cmd.Stdout.(*bytes.Buffer).String(), cmd.Stderr.(*bytes.Buffer).String()
	return s
}

// checked runs a check in the local runtime, with a journal beside it.
func checked(t *testing.T, dir string, args ...string) told {
	t.Helper()
	path := filepath.Join(t.TempDir(), "journal.ndjson")
	s := run(t, command(t, dir, append([]string{"check", "--runtime", "local", "--report", "journal=" + path}, args...)...))
	j, err := journal.ReadFile(path)
	if err != nil {
		return s // where nothing began there is no journal
	}
	last := map[string]int{}
	for _, c := range j.Cells {
		if i, again := last[c.Key()]; again {
			s.cells[i] = c
			continue
		}
		last[c.Key()] = len(s.cells)
		s.cells = append(s.cells, c)
	}
	return s
}

// exits fails the test where a command ended otherwise.
func (s told) exits(t *testing.T, code int) {
	t.Helper()
	if s.code != code {
		t.Fatalf("exit code %d, expected %d\n%s%s", s.code, code, s.stdout, s.stderr)
	}
}

// says fails the test where an output does not match.
func says(t *testing.T, output, pattern string) {
	t.Helper()
	if !regexp.MustCompile(pattern).MatchString(output) {
		t.Errorf("nothing matches %s in\n%s", pattern, output)
	}
}

// findings are those of a rule, in all cells.
func (s told) findings(rule string) (found []harness.Finding) {
	for _, c := range s.cells {
		for _, f := range c.Findings {
			if f.Rule == rule {
				found = append(found, f)
			}
		}
	}
	return found
}

// cell is the one of a fault on a route, which the test cannot do without.
func (s told) cell(t *testing.T, key string) harness.Cell {
	t.Helper()
	for _, c := range s.cells {
		if c.Key() == key {
			return c
		}
	}
	var keys []string
	for _, c := range s.cells {
		keys = append(keys, c.Key())
	}
	t.Fatalf("there is no cell %s, only\n%s\n%s%s", key, strings.Join(keys, "\n"), s.stdout, s.stderr)
	return harness.Cell{}
}
