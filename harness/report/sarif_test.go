package report_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/report"
)

// sarifSchema is the published one, which comes with a module that validates by it too.
func sarifSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	const module = "github.com/securego/gosec/v2@v2.30.0"
	cmd := exec.Command("go", "mod", "download", "-json", module)
	cmd.Dir = t.TempDir()
	said, err := cmd.Output()
	var got struct{ Dir string }
	if err == nil {
		err = json.Unmarshal(said, &got)
	}
	if err != nil && os.Getenv("CI") == "" {
		t.Skipf("SKIPPED, NOTHING WAS TESTED: %s is not to be had: %v", module, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join(got.Dir, "report", "sarif", "testdata", "sarif-schema-2.1.0.json"))
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// placed is a run with a finding of each kind that has a line, and one that has none.
func placed() report.Run {
	at := &harness.Position{File: "deploy/my nginx.conf", Line: 7, Column: 3, Says: "proxy_read_timeout 60s"}
	rule := harness.Finding{Strength: harness.Should, Rule: "answers-in-budget", Cite: "RFC 9110 15.6.5", Check: "answers in time", Saw: "it did not \x1b[31m", At: at, Try: "less"}
	run := aRun(
		with(failed(), func(c *harness.Cell) { c.Route, c.At = "GET http://shop.test/", at }),
		with(dropped(), func(c *harness.Cell) {
			c.Route, c.Verdict, c.Findings = "GET http://shop.test/", harness.Warn, []harness.Finding{rule}
		}),
		with(failed(), func(c *harness.Cell) { c.ID = "no/line" }),
		with(dropped(), func(c *harness.Cell) {
			outside := rule
			outside.At = &harness.Position{File: "/etc/passwd", Line: 1}
			outside.Rule = "elsewhere"
			c.Verdict, c.Findings = harness.Warn, []harness.Finding{outside}
		}),
	)
	run.Check, run.Drift = []string{"badgateway", "check", "deploy"}, "the gateway is another"
	return run
}

func TestSARIFIsWhatWasPublished(t *testing.T) {
	schema := sarifSchema(t)
	ended := placed()
	ended.Trouble = "the engine is gone"
	for name, run := range map[string]report.Run{"findings": placed(), "no cell": aRun(), "one of each": oneOfEach(), "ended early": ended} {
		text := rendered(t, report.SARIF("/repo", "/repo"), run)
		if err := valid(t, schema, text); err != nil {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
		if err := valid(t, schema, strings.Replace(text, `"version": "2.1.0"`, `"version": "2"`, 1)); err == nil {
			t.Errorf("%s: the schema takes anything", name)
		}
	}
}

func valid(t *testing.T, schema *jsonschema.Schema, text string) error {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(v)
}

func TestSARIFHasWhatHasALine(t *testing.T) {
	var log struct {
		Runs []struct {
			Tool struct {
				Driver struct{ Rules []struct{ ID string } }
			}
			Invocations []struct {
				ToolExecutionNotifications []struct{ Message struct{ Text string } }
			}
			Results []struct {
				RuleID, Level string
				Message       struct{ Text string }
				Locations     []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine, StartColumn int }
					}
				}
				PartialFingerprints map[string]string
			}
		}
	}
	text := rendered(t, report.SARIF("/repo", "/repo/sub"), placed())
	if err := json.Unmarshal([]byte(text), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	var got []string
	prints := map[string]bool{}
	for _, r := range run.Results {
		got = append(got, r.Level+" "+r.RuleID)
		prints[r.PartialFingerprints["badgateway/v1"]] = true
		at := r.Locations[0].PhysicalLocation
		if at.ArtifactLocation.URI != "sub/deploy/my%20nginx.conf" || at.Region.StartLine != 7 || at.Region.StartColumn != 3 {
			t.Errorf("%+v", r)
		}
	}
	if want := []string{"error slow/never", "warning slow/never", "warning answers-in-budget"}; !slices.Equal(got, want) || len(prints) != len(want) {
		t.Errorf("the results are %q with %d fingerprints, want %q", got, len(prints), want)
	}
	if len(run.Tool.Driver.Rules) != 2 || run.Invocations[0].ToolExecutionNotifications[0].Message.Text != "the gateway is another" || strings.Contains(text, "\x1b") {
		t.Errorf("it is\n%s", text)
	}
}
