package provision

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/badgateway/badgateway/harness"
)

// distribution is the host's, as its os-release tells.
type distribution struct {
	id       string // debian, ubuntu
	codename string // bookworm
}

// name is what people call it.
func (d distribution) name() string {
	if d.id == "" {
		return ""
	}
	return strings.ToUpper(d.id[:1]) + d.id[1:]
}

// hostDistribution reads os-release(5). A derivative of Ubuntu counts as Ubuntu: its sources are.
func hostDistribution(etc string) (distribution, error) {
	text, err := os.ReadFile(filepath.Join(etc, "os-release"))
	if err != nil {
		return distribution{}, noPackages("this machine does not say which distribution it runs", err)
	}
	d := parseOSRelease(string(text))
	if d.codename == "" {
		return d, noPackages(fmt.Sprintf("this machine's distribution (%s) has no apt packages", d.id), nil)
	}
	return d, nil
}

func parseOSRelease(text string) distribution {
	fields := map[string]string{}
	for line := range strings.Lines(text) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			fields[key] = strings.Trim(value, `"'`)
		}
	}
	if base := fields["UBUNTU_CODENAME"]; base != "" {
		return distribution{id: "ubuntu", codename: base}
	}
	return distribution{id: fields["ID"], codename: fields["VERSION_CODENAME"]}
}

// debianArch translates GOARCH; Debian's own names are in dpkg-architecture(1).
func debianArch(goarch string) (string, error) {
	switch goarch {
	case "amd64", "arm64", "riscv64", "s390x":
		return goarch, nil
	case "386":
		return "i386", nil
	case "arm":
		return "armhf", nil
	case "ppc64le":
		return "ppc64el", nil
	}
	return "", noPackages("there are no packages for "+goarch, nil)
}

func noPackages(what string, err error) error {
	return &harness.Problem{
		What: what,
		Hint: "run on Debian or Ubuntu with apt-get and dpkg-deb installed.",
		Err:  err,
	}
}
