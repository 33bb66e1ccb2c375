package provision

import (
	"testing"

	"github.com/badgateway/badgateway/harness"
)

func TestRefsThatMeanSomething(t *testing.T) {
	for ref, want := range map[string]wanted{
		"nginx":                   {},
		"nginx@1.22":              {release: "bookworm", branch: "1.22"},
		"nginx@1.26":              {release: "trixie", branch: "1.26"},
		"nginx@1.30":              {release: "sid", branch: "1.30"},
		"image:nginx:1.29-alpine": {image: "nginx:1.29-alpine"},
		"image:mirror.test:5000/a/b@sha256:" + zeros: {image: "mirror.test:5000/a/b@sha256:" + zeros},
	} {
		got, err := parseRef(ref)
		if err != nil || got != want {
			t.Errorf("parseRef(%q) = %+v, %v; want %+v", ref, got, err, want)
		}
	}
}

const zeros = "0000000000000000000000000000000000000000000000000000000000000000"

func TestRefsThatMeanNothingAreTheCallersFault(t *testing.T) {
	for _, ref := range []string{
		"", "nginx@", "nginx@1.27", "nginx:1.28", "image:", "image:UPPER", "image:a b", "bin:/usr/sbin/nginx", "haproxy",
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
