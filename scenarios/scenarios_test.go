package scenarios_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/nginx"
	"github.com/badgateway/badgateway/scenarios"
)

func TestTheCatalogueIsInOrder(t *testing.T) {
	seen, documented := map[string]bool{}, map[harness.Cause]int{}
	id := regexp.MustCompile(`^[a-z]+[0-9]*/[a-z0-9]+(-[a-z0-9]+)*$`)
	status := regexp.MustCompile(`^[2-5]\d\d$`)
	for _, s := range scenarios.All() {
		cause, _, _ := strings.Cut(s.ID, "/")
		switch {
		case !id.MatchString(s.ID):
			t.Errorf("%s: an ID is cause/name", s.ID)
		case seen[s.ID]:
			t.Errorf("%s: there are two", s.ID)
		case s.World.Plain() && s.Traffic == (harness.Traffic{}) && cause != string(s.Fault.Cause):
			t.Errorf("%s: its fault belongs to the cause %s", s.ID, s.Fault.Cause)
		}
		if len(s.Repair) == 0 {
			t.Errorf("%s: nobody says what to do about it", s.ID)
		}
		for _, step := range s.Repair {
			if step.String() == "" {
				t.Errorf("%s: %q is no step", s.ID, step)
			}
		}
		seen[s.ID] = true
		documented[s.Cause()] += 0
		if s.Documented {
			documented[s.Cause()]++
		}
		if s.Title == "" || strings.HasSuffix(s.Title, ".") || strings.ToUpper(s.Title[:1]) == s.Title[:1] {
			t.Errorf("%s: the title %q is not a promise to put into a sentence", s.ID, s.Title)
		}
		if s.Why == "" || !strings.HasSuffix(s.Why, ".") {
			t.Errorf("%s: the Why %q is not a text", s.ID, s.Why)
		}
		if s.Folklore != "" && !status.MatchString(s.Folklore) {
			t.Errorf("%s: folklore says a status or nothing, not %q", s.ID, s.Folklore)
		}
		if len(s.Expect) == 0 || !regexp.MustCompile(ofAnswer).MatchString(s.Expect[0].Title) || s.Expect[0].Strength != harness.Must {
			t.Errorf("%s: its first check is not about the answer", s.ID)
		}
		titles := map[string]bool{}
		for _, c := range s.Expect {
			if titles[c.Title] {
				t.Errorf("%s: it is expected twice that the gateway %s", s.ID, c.Title)
			}
			titles[c.Title] = true
		}
	}
	causes := []harness.Cause{harness.Crash, harness.Overload, harness.DNS, harness.Firewall, harness.Malformed, harness.Slow}
	for cause, n := range documented {
		want := 0
		if slices.Contains(causes, cause) { // that everyone names
			want = 1
		}
		if n != want {
			t.Errorf("the cause %s is documented by %d scenarios, want %d", cause, n, want)
		}
	}
	if got := scenarios.Documented(); len(got) != len(causes) || slices.ContainsFunc(got, func(s harness.Scenario) bool { return !s.Documented }) {
		t.Errorf("Documented returns %d scenarios for %d causes", len(got), len(documented))
	}
}

// The two callers of All must not get in each other's way.
func TestAllIsACopy(t *testing.T) {
	all := scenarios.All()
	all[0].ID = "changed/by-me"
	if scenarios.All()[0].ID == all[0].ID {
		t.Error("a change of what All returned changed the catalogue")
	}
	before := len(all)
	scenarios.Documented()
	if after := scenarios.All(); len(after) != before || slices.ContainsFunc(after, func(s harness.Scenario) bool { return s.ID == "" }) {
		t.Error("Documented took the others out of the catalogue")
	}
}

func TestEveryFaultIsUsed(t *testing.T) {
	used := map[string]bool{}
	for _, s := range scenarios.All() {
		used[s.Fault.Title] = true
	}
	found := faultsInSource(t)
	for name, title := range found {
		if !used[title] {
			t.Errorf("no scenario uses faults.%s", name)
		}
	}
	if len(found) != len(used) {
		t.Errorf("%d faults in the source, %d in the catalogue", len(found), len(used))
	}
}

// faultsInSource maps the names of the variables in package faults to their titles.
func faultsInSource(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../faults/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no faults: %v", err)
	}
	found := map[string]string{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		faultsIn(t, file, found)
	}
	return found
}

func faultsIn(t *testing.T, file *ast.File, found map[string]string) {
	t.Helper()
	ast.Inspect(file, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok || len(v.Values) != 1 {
			return true
		}
		literal, ok := v.Values[0].(*ast.CompositeLit)
		if !ok {
			return true
		}
		if of, ok := literal.Type.(*ast.SelectorExpr); !ok || of.Sel.Name != "Fault" {
			return true
		}
		for _, field := range literal.Elts {
			kv := field.(*ast.KeyValueExpr)
			if kv.Key.(*ast.Ident).Name == "Title" {
				title, err := strconv.Unquote(kv.Value.(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				found[v.Names[0].Name] = title
			}
		}
		return true
	})
}

// A deviation that names a scenario or a check which is not there would never be seen.
func TestDeviationsNameWhatIsThere(t *testing.T) {
	for _, d := range nginx.Reference("nginx").Deviations(harness.AnyVersion) {
		i := slices.IndexFunc(scenarios.All(), func(s harness.Scenario) bool { return s.ID == d.Scenario })
		if i < 0 {
			t.Errorf("there is no scenario %s", d.Scenario)
			continue
		}
		checks := scenarios.All()[i].Expect
		if !slices.ContainsFunc(checks, func(c harness.Check) bool { return c.Title == d.Check }) {
			t.Errorf("%s has no check %q", d.Scenario, d.Check)
		}
		if d.Reason == "" || d.Instead.Judge == nil {
			t.Errorf("the deviation from %s has no reason or nothing instead", d.Scenario)
		}
	}
}

// What NGINX's log says leads to scenarios that can be played.
func TestSymptomsNameScenariosThatExist(t *testing.T) {
	exists := map[string]bool{}
	for _, s := range scenarios.All() {
		exists[s.ID] = true
	}
	named := 0
	for _, s := range nginx.Reference("nginx").(harness.Interpreter).Symptoms() {
		for _, c := range s.Candidates {
			named++
			if !exists[c.Scenario] {
				t.Errorf("%q may come from %s, which is in no catalogue", s.Says, c.Scenario)
			}
		}
	}
	if named == 0 {
		t.Error("no symptom names any")
	}
}
