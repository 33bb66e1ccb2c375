package provision

import (
	"path/filepath"
	"regexp"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/distribution/reference"
)

// vendorNginx is the vendor's image of the stable branch. A tag moves; the digest that it
// stood for is part of Image.Source.
const vendorNginx = "nginx:1.28-alpine"

// releases says which Debian release carries which nginx, by branch.
var releases = map[string]string{"1.22": "bookworm", "1.26": "trixie", "1.30": "sid"}

// wanted is a parsed gateway reference. At most one of image, program and release is set; none means any nginx.
type wanted struct {
	image   string   // what to ask the engine for
	program string   // a file of this machine
	release string   // Debian's name of the release whose package is wanted
	branch  string   // the branch of nginx which that release must turn out to carry
	modules []string // dynamic modules that packages add, in Debian's words: http-lua
}

const refHint = "say nginx, nginx@1.22, nginx@1.26, nginx@1.30, image:REFERENCE or bin:/PATH."

// parseRef reads
//
//	nginx            any nginx: the quickest to be had
//	nginx@BRANCH     1.22, 1.26 or 1.30, from Debian's packages
//	...+MODULE       one of the former from packages, with a dynamic module: nginx+http-lua
//	image:REFERENCE  that image, taken for nginx; only an engine runs it
//	bin:PATH         that program of this machine, taken for nginx; only this machine runs it
func parseRef(ref string) (wanted, error) {
	if base, modules, ok := strings.Cut(ref, "+"); ok && !strings.Contains(base, ":") {
		return withModules(base, strings.Split(modules, "+"))
	}
	if ref == "nginx" {
		return wanted{}, nil
	}
	if branch, ok := strings.CutPrefix(ref, "nginx@"); ok {
		if release := releases[branch]; release != "" {
			return wanted{release: release, branch: branch}, nil
		}
		return wanted{}, misnamed("no release of Debian is known to carry nginx "+branch, refHint, nil)
	}
	if image, ok := strings.CutPrefix(ref, "image:"); ok {
		if _, err := reference.ParseNormalizedNamed(image); err != nil {
			return wanted{}, misnamed("image reference "+quoted(image), "write it as for `docker pull`.", err)
		}
		return wanted{image: image}, nil
	}
	if program, ok := strings.CutPrefix(ref, "bin:"); ok {
		if !filepath.IsAbs(program) {
			return wanted{}, misnamed("program "+quoted(program), "write its whole path: bin:/usr/sbin/nginx.", nil)
		}
		return wanted{program: filepath.Clean(program)}, nil
	}
	return wanted{}, misnamed("unknown gateway "+quoted(ref), refHint, nil)
}

// withModules is a gateway from packages that brings dynamic modules.
func withModules(base string, modules []string) (wanted, error) {
	want, err := parseRef(base)
	if err != nil {
		return wanted{}, err
	}
	for _, m := range modules {
		if !moduleName.MatchString(m) {
			return wanted{}, misnamed("no package can be called after a module "+quoted(m), "write it as Debian's packages do: nginx+http-lua.", nil)
		}
	}
	want.modules = modules
	return want, nil
}

var moduleName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)

// CheckRef returns nil where ref can name a gateway; whether there is such a release or
// image is found out where it is looked for.
func CheckRef(ref string) error {
	_, err := parseRef(ref)
	return err
}

// Where is what runs a gateway.
type Where string

// An engine runs images; the machine runs programs. Both run nginx from packages.
const (
	Engine  Where = "an engine"
	Machine Where = "this machine itself"
)

// Runs returns nil, or why a gateway of that reference cannot run there.
func Runs(ref string, where Where) error {
	want, err := parseRef(ref)
	switch {
	case err != nil:
		return err
	case want.program != "" && where == Engine:
		return misnamed("gateway "+ref+" is a file of this machine, which an engine cannot run", "add --runtime local.", nil)
	case want.image != "" && where == Machine:
		return misnamed("gateway "+ref+" is an image, which only an engine can run", "add --runtime docker.", nil)
	}
	return nil
}

func quoted(s string) string { return "`" + s + "`" }

func misnamed(what, hint string, err error) error {
	return &harness.Problem{Blame: harness.Usage, What: what, Hint: hint, Err: err}
}
