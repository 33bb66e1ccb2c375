//go:build linux

package check_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// corpus is where real configurations are on a machine that has them.
func corpus(t *testing.T) string {
	t.Helper()
	folder := os.Getenv("BADGATEWAY_CONFIGS")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared", "configs")
	}
	if _, err := os.Stat(filepath.Join(folder, "INDEX.json")); err != nil {
		t.Skipf("SKIPPED, NOTHING WAS TESTED: no real configurations here: %v (BADGATEWAY_CONFIGS names their folder)", err)
	}
	folder, err := filepath.Abs(folder)
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// set is one of them, as the corpus's index tells of it.
type set struct{ Slug, Proxy, Kind string }

// doNotBoot are sets that are no templates and with which no NGINX of a package starts, and what
// is said of each.
var doNotBoot = map[string]string{
	"docker-registry-proxy": `nobody packages the module connect`,
	"frigate":               `nobody packages the module vod`,
	"kic-ingress-rendered":  `apikey_auth.js is not there`,
	"kic-vs-rendered":       `only NGINX Plus knows "queue"`,
	"laravel-reverb":        `"..." is no directive`, // documentation
	"nginx-demos-plus-hc":   `only NGINX Plus knows "match"`,
	"openlibrary-covers":    `tagger.js is not there`,
	"openlibrary-web":       `tagger.js is not there`,
	// What is missing is in files that were not handed over, and is used in more than one way.
	"fresh-05":              `unknown "is_app_host" variable`,
	"nginx-admins-handbook": `unknown log format "default"`,
}

// outcome is what became of a set.
type outcome struct {
	set
	code           int
	reached, total int
	says           string
	took           time.Duration
}

// Real configurations boot as they are, and nearly every way through them is reached.
func TestRealConfigurations(t *testing.T) {
	needsLabs(t)
	folder := corpus(t)
	text, err := os.ReadFile(filepath.Join(folder, "INDEX.json"))
	if err != nil {
		t.Fatal(err)
	}
	var sets []set
	if err := json.Unmarshal(text, &sets); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	booted, concrete, reached, ways, refused := 0, 0, 0, 0, 0
	for _, o := range listEach(t, folder, sets) {
		told := o.code == 2 && strings.Contains(o.says, "hint: ")
		switch {
		case o.Proxy != "nginx", o.Kind == "template" && o.code != 0:
			refused++
			if !told {
				t.Errorf("%s (%s %s) exits with %d:\n%s", o.Slug, o.Proxy, o.Kind, o.code, o.says)
			}
		case o.code != 0:
			concrete++
			if why, known := doNotBoot[o.Slug]; !known || !told || !strings.Contains(o.says, why) {
				t.Errorf("%s (%s) exits with %d:\n%s", o.Slug, o.Kind, o.code, o.says)
			}
		default:
			concrete++
			booted++
			reached, ways = reached+o.reached, ways+o.total
			if _, known := doNotBoot[o.Slug]; known {
				t.Errorf("%s boots, and is listed as one that does not", o.Slug)
			}
			if o.reached < o.total {
				t.Logf("%s: %d of %d", o.Slug, o.reached, o.total)
			}
		}
	}
	t.Logf("%d of %d concrete sets boot, %d of %d ways are reached, %d others are refused with a reason, in %v", booted, concrete, reached, ways, refused, time.Since(began).Round(time.Second/10))
	if float64(reached) < 0.98*float64(ways) {
		t.Errorf("%d of %d ways are reached", reached, ways)
	}
}

// listEach lists the routes of each set, some side by side.
func listEach(t *testing.T, folder string, sets []set) []outcome {
	found := make([]outcome, len(sets))
	places := make(chan struct{}, 6)
	var wg sync.WaitGroup
	for i, s := range sets {
		places <- struct{}{}
		wg.Go(func() {
			defer func() { <-places }()
			found[i] = list(t, folder, s)
		})
	}
	wg.Wait()
	return found
}

func list(t *testing.T, folder string, s set) outcome {
	root := filepath.Join(folder, s.Slug, "root")
	if s.Proxy != "nginx" {
		root = filepath.Join(folder, "others", s.Slug, "root")
	}
	told := run(t, command(t, t.TempDir(), "check", root, "--runtime", "local", "--routes", "--json", "--quiet"))
	o := outcome{set: s, code: told.code, says: told.stderr, took: told.took}
	var listed struct{ Routes, Unreached []any }
	if told.code == 0 {
		if err := json.Unmarshal([]byte(told.stdout), &listed); err != nil {
			t.Errorf("%s: %v", s.Slug, err)
		}
	}
	o.reached, o.total = len(listed.Routes), len(listed.Routes)+len(listed.Unreached)
	return o
}

// Nothing that is usual is taken for a secret: reports of real configurations are to be read.
func TestFewWordsAreHidden(t *testing.T) {
	needsLabs(t)
	t.Parallel()
	folder := corpus(t)
	for _, slug := range []string{"mastodon", "bookstack", "laravel-docs", "lemmy-docker", "kanboard", "wger"} {
		if _, err := os.Stat(filepath.Join(folder, slug)); err != nil {
			continue
		}
		s := run(t, command(t, t.TempDir(), "check", filepath.Join(folder, slug, "root"), "--runtime", "local", "--routes", "--quiet"))
		lines := slices.DeleteFunc(strings.Split(s.stdout, "\n"), func(l string) bool { return !strings.Contains(l, "[hidden]") })
		if len(lines) > 0 {
			t.Errorf("%s:\n%s", slug, strings.Join(lines, "\n"))
		}
	}
}
