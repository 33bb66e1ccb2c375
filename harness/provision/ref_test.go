package provision

import (
	"reflect"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
)

func TestRefsThatMeanSomething(t *testing.T) {
	for ref, want := range map[string]wanted{
		"nginx":                             {},
		"nginx@1.22":                        {release: "bookworm", branch: "1.22"},
		"nginx@1.26":                        {release: "trixie", branch: "1.26"},
		"nginx@1.30":                        {release: "sid", branch: "1.30"},
		"image:nginx:1.29-alpine":           {image: "nginx:1.29-alpine"},
		"nginx@1.26+http-lua+stream":        {release: "trixie", branch: "1.26", modules: []string{"http-lua", "stream"}},
		"bin:/opt/nginx/sbin/../sbin/nginx": {program: "/opt/nginx/sbin/nginx"},
		"image:mirror.test:5000/a/b@sha256:" + zeros: {image: "mirror.test:5000/a/b@sha256:" + zeros},
	} {
		got, err := parseRef(ref)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("parseRef(%q) = %+v, %v; want %+v", ref, got, err, want)
		}
	}
}

const zeros = "0000000000000000000000000000000000000000000000000000000000000000"

func TestRefsThatMeanNothingAreTheCallersFault(t *testing.T) {
	for _, ref := range []string{
		"", "nginx@", "nginx@1.27", "nginx:1.28", "image:", "image:UPPER", "image:a b", "bin:", "bin:nginx", "bin:./nginx", "haproxy", "nginx+", "nginx+../x", "nginx@1.27+stream", "nginx+a b",
	} {
		_, err := parseRef(ref)
		if err == nil {
			t.Errorf("parseRef(%q) is accepted", ref)
			continue
		}
		if harness.BlameOf(err) != harness.Usage || harness.Hint(err) == "" {
			t.Errorf("parseRef(%q): blame %v, hint %q: %v", ref, harness.BlameOf(err), harness.Hint(err), err)
		}
	}
}

// Either kind of reference is refused where it cannot run, with a word on where it can.
func TestRefsRunWhereTheyCan(t *testing.T) {
	for _, c := range []struct {
		ref   string
		where Where
		hint  string // "" where it runs
	}{
		{"nginx", Engine, ""}, {"nginx", Machine, ""}, {"nginx@1.26", Engine, ""}, {"nginx@1.26", Machine, ""},
		{"image:nginx:1.29", Engine, ""}, {"image:nginx:1.29", Machine, "--runtime docker"},
		{"bin:/usr/sbin/nginx", Machine, ""}, {"bin:/usr/sbin/nginx", Engine, "--runtime local"},
		{"haproxy", Engine, "say nginx"},
	} {
		err := Runs(c.ref, c.where)
		if (err == nil) != (c.hint == "") || err != nil && (!strings.Contains(harness.Hint(err), c.hint) || harness.BlameOf(err) != harness.Usage) {
			t.Errorf("Runs(%q, %s) = %v, hint %q; want a hint with %q", c.ref, c.where, err, harness.Hint(err), c.hint)
		}
	}
}
