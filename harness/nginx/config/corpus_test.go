package config

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
)

// corpus is where real configurations are on a machine that has them.
func corpus(t *testing.T) string {
	t.Helper()
	folder := os.Getenv("BADGATEWAY_CONFIGS")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "..", "shared", "configs")
	}
	if _, err := os.Stat(filepath.Join(folder, "INDEX.json")); err != nil {
		t.Skipf("no real configurations here: %v (BADGATEWAY_CONFIGS names their folder)", err)
	}
	return folder
}

// set is one of them, as the corpus's index tells of it.
type set struct{ Slug, Proxy, Kind string }

func sets(t *testing.T, folder string) (all []set) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "INDEX.json"))
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// documentation is sets whose text has dots in it, where something was left out: NGINX does not
// start with them.
var documentation = map[string]bool{"laravel-reverb": true}

// Every real configuration that is none of a template is read.
func TestReadsRealConfigurations(t *testing.T) {
	folder := corpus(t)
	read, refused := map[string]int{}, map[string]int{}
	for _, s := range sets(t, folder) {
		if s.Proxy != "nginx" {
			continue
		}
		c, err := readPath(filepath.Join(folder, s.Slug, "root"), Options{})
		if err == nil {
			read[s.Kind]++
			atTheirPlaces(t, c)
			t.Logf("%s (%s): %d at the top, missing %d, adopted %v, unread %v", s.Slug, s.Kind, len(c.Main), len(c.Missing), c.Adopted, c.Unread)
			continue
		}
		refused[s.Kind]++
		t.Logf("%s (%s) is refused: %v (%s)", s.Slug, s.Kind, err, harness.Hint(err))
		if s.Kind != "template" && !documentation[s.Slug] || harness.BlameOf(err) != harness.Usage {
			t.Errorf("%s: %v", s.Slug, err)
		}
	}
	t.Logf("read %v, refused %v", read, refused)
}

// atTheirPlaces says whether each directive's name is where it is said to be.
func atTheirPlaces(t *testing.T, c *Config) {
	t.Helper()
	lines := map[string][]string{}
	for _, f := range c.Files() {
		lines[f.Path] = strings.Split(string(f.Text), "\n")
	}
	for d := range c.Walk() {
		if line := strings.TrimLeft(lines[d.File][d.Line-1][d.Column-1:], `"'`); !strings.HasPrefix(unescape.Replace(line), d.Name) {
			t.Errorf("%s is %.40q, not %s", c.Position(d), line, d)
		}
	}
}

// Every real configuration of another product is refused as one.
func TestRefusesRealConfigurationsOfOthers(t *testing.T) {
	all, err := filepath.Glob(filepath.Join(corpus(t), "others", "*", "*", "root"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range all {
		_, err := readPath(path, Options{})
		if err == nil || harness.BlameOf(err) != harness.Usage || !strings.Contains(err.Error(), "configuration; check reads NGINX's") {
			t.Errorf("%s: %v", path, err)
		}
	}
	t.Logf("refused %d", len(all))
}

func readPath(path string, o Options) (*Config, error) {
	tree, err := Open(path, o)
	if err != nil {
		return nil, err
	}
	return tree.Read()
}
