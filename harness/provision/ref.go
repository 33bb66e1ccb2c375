package provision

import (
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/distribution/reference"
)

// vendorNginx is the vendor's image of the stable branch. A tag moves; the digest that it
// stood for is part of Image.Source.
const vendorNginx = "nginx:1.28-alpine"

// releases says which Debian release carries which nginx, by branch.
var releases = map[string]string{"1.22": "bookworm", "1.26": "trixie", "1.30": "sid"}

// wanted is a parsed gateway reference. At most one of image and release is set; neither means any nginx.
type wanted struct {
	image   string // what to ask the engine for
	release string // Debian's name of the release whose package is wanted
	branch  string // the branch of nginx which that release must turn out to carry
}

const refHint = "say nginx, nginx@1.22, nginx@1.26, nginx@1.30 or image:REFERENCE."

// parseRef reads
//
//	nginx            any nginx: the quickest to be had
//	nginx@BRANCH     1.22, 1.26 or 1.30, from Debian's packages
//	image:REFERENCE  that image, taken for nginx
//
// bin:PATH belongs to the local runtime: an engine cannot run a file of the host.
func parseRef(ref string) (wanted, error) {
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
	if strings.HasPrefix(ref, "bin:") {
		return wanted{}, misnamed("gateway "+ref+" is a file of this machine, which an engine cannot run",
			refHint, nil)
	}
	return wanted{}, misnamed("unknown gateway "+quoted(ref), refHint, nil)
}

// CheckRef returns nil where ref can name a gateway; whether there is such a release or
// image is found out where it is looked for.
func CheckRef(ref string) error {
	_, err := parseRef(ref)
	return err
}

func quoted(s string) string { return "`" + s + "`" }

func misnamed(what, hint string, err error) error {
	return &harness.Problem{Blame: harness.Usage, What: what, Hint: hint, Err: err}
}
