package provision

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	dockerfiles "github.com/badgateway/badgateway/docker"
	"github.com/badgateway/badgateway/harness"
)

// The texts of the files that decide what a package-built gateway is made of.
var (
	//go:embed rootfs.go
	rootfsText string
	//go:embed surroundings.go
	surroundingsText string
	//go:embed closure.go
	closureText string
	//go:embed apt.go
	aptText string
)

// recipe names the way of making, so that an image or a tree made in another way is not taken for ours.
// It changes with every edit of those files, needed or not: making one again costs seconds.
func recipe() string {
	sum := sha256.Sum256([]byte(rootfsText + surroundingsText + closureText + aptText + dockerfiles.Gateway))
	return hex.EncodeToString(sum[:4])
}

// packaged is a program as one release of a distribution carries it.
type packaged struct {
	names   []string // of the packages to fetch: the program's own, then those that add to it
	distro  string   // Debian
	suite   string   // bookworm
	arch    string   // in Debian's terms
	branch  string   // what its version has to begin with; "" is any
	sources []source
}

// shelf is where this machine's packages come from: its apt sources, for one architecture.
type shelf struct {
	etc  string // where the machine keeps its apt sources and its os-release: /etc
	arch string // GOARCH of what is to run the packages
}

// module begins the names of packages with a dynamic module of nginx.
const module = "libnginx-mod-"

// of is the nginx that was asked for: of a release by name, or of the machine's own.
func (s shelf) of(want wanted) (pkg packaged, err error) {
	names := []string{"nginx"}
	for _, m := range want.modules {
		names = append(names, module+m)
	}
	if want.release != "" {
		return s.releasePackage(want, names...)
	}
	return s.hostPackage(names...)
}

// hostPackage is of the machine's own release.
func (s shelf) hostPackage(names ...string) (packaged, error) {
	return s.packaged(names, func(all []source, host distribution) ([]source, string) {
		sources, _ := hostSuite(all, host)
		return sources, host.codename
	})
}

// releasePackage is of a release of Debian by name. On a machine of the same release it is the machine's.
func (s shelf) releasePackage(want wanted, names ...string) (packaged, error) {
	pkg, err := s.packaged(names, func(all []source, host distribution) ([]source, string) {
		switch {
		case host.id != "debian":
			return nil, want.release
		case host.codename == want.release:
			sources, _ := hostSuite(all, host)
			return sources, want.release
		}
		return otherSuite(all, host, want.release), want.release
	})
	pkg.branch = want.branch
	return pkg, err
}

func (s shelf) packaged(names []string, choose func([]source, distribution) ([]source, string)) (packaged, error) {
	arch, err := debianArch(s.arch)
	if err != nil {
		return packaged{}, err
	}
	host, err := hostDistribution(s.etc)
	if err != nil {
		return packaged{}, err
	}
	all, err := readSources(s.etc)
	if err != nil {
		return packaged{}, noPackages("apt's sources cannot be read", err)
	}
	sources, suite := choose(all, host)
	if len(sources) == 0 {
		return packaged{}, noPackages(fmt.Sprintf("apt's sources on this machine (%s %s) lead to no packages for %s",
			host.name(), host.codename, suite), nil)
	}
	return packaged{names: names, distro: host.name(), suite: suite, arch: arch, sources: sources}, nil
}

func (pkg packaged) origin() string {
	origin := pkg.distro + " " + pkg.suite + " packages"
	if more := pkg.names[1:]; len(more) > 0 {
		origin += " with " + strings.ReplaceAll(strings.Join(more, ", "), module, "")
	}
	return origin
}

// source completes "nginx 1.22.1 from ...".
func (pkg packaged) source(t tree) string {
	return fmt.Sprintf("%s (%s %s)", pkg.origin(), pkg.names[0], t.version)
}

// key names what is made of it, before its version is known.
func (pkg packaged) key() string {
	key := pkg.suite + "-" + pkg.arch + "-" + recipe()
	if more := pkg.names[1:]; len(more) > 0 {
		sum := sha256.Sum256([]byte(strings.Join(more, "+")))
		key += "-" + hex.EncodeToString(sum[:4])
	}
	return key
}

// tag is the name under which a warm run finds the image.
func (pkg packaged) tag() string { return "badgateway/" + pkg.names[0] + ":" + pkg.key() }

// tree is the cached directory with everything that the packages hold.
type tree struct {
	root    string
	version string // of the package, such as 1.22.1-9+deb12u9
}

// upstream is the vendor's part of the package's version (deb-version(7)).
func (t tree) upstream() string {
	_, version, found := strings.Cut(t.version, ":")
	if !found {
		version = t.version
	}
	return regexp.MustCompile(`^[0-9]+(\.[0-9]+)*`).FindString(version)
}

// fetched returns the unpacked packages, from the cache or the distribution's mirror.
func (pkg packaged) fetched(ctx context.Context, say func(string)) (tree, error) {
	dir, err := room("packages")
	if err != nil {
		return tree{}, err
	}
	dest := filepath.Join(dir, pkg.names[0]+"-"+pkg.key())
	err = once(ctx, dest, say, func(scratch, made string) error { return pkg.fetch(ctx, scratch, made, say) })
	if err != nil {
		return tree{}, err
	}
	version, err := os.ReadFile(filepath.Join(dest, "version"))
	if err != nil {
		return tree{}, cacheTrouble("reading the cached packages", err)
	}
	t := tree{root: filepath.Join(dest, "root"), version: string(version)}
	return t, pkg.mustCarry(t)
}

// mustCarry notices when a moving release has moved on to another branch.
func (pkg packaged) mustCarry(t tree) error {
	if ofBranch(t.upstream(), pkg.branch) {
		return nil
	}
	return &harness.Problem{
		What: fmt.Sprintf("%s carry %s %s, not %s", pkg.origin(), pkg.names[0], t.upstream(), pkg.branch),
		Hint: "take an image of that version with --gateway image:REFERENCE.",
	}
}

func (pkg packaged) fetch(ctx context.Context, scratch, made string, say func(string)) error {
	a, err := newApt(scratch, pkg.arch, pkg.sources)
	if err != nil {
		return err
	}
	debs, err := a.fetch(ctx, pkg.names, func(step string) { say(pkg.origin() + ": " + step) })
	if err != nil {
		return pkg.unfetched(ctx, err)
	}
	root := filepath.Join(made, "root")
	say(pkg.origin() + ": unpacking")
	if err := a.unpack(ctx, debs, root); err != nil {
		return pkg.unfetched(ctx, err)
	}
	version, err := debVersion(debs, pkg.names[0])
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(made, "version"), []byte(version), 0o644); err != nil {
		return cacheTrouble("unpacking", err)
	}
	return nil
}

func (pkg packaged) unfetched(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if outOfSpace(err) {
		return cacheTrouble("fetching "+pkg.origin(), err)
	}
	if harness.Hint(err) != "" {
		return err
	}
	return &harness.Problem{
		What: "fetching " + pkg.origin(),
		Hint: "check that `apt-get update` works on this machine: the same sources, proxy and keys are used.",
		Err:  err,
	}
}

// debVersion reads the version of one package off the name of its file.
func debVersion(debs []string, name string) (string, error) {
	for _, deb := range debs {
		parts := strings.Split(filepath.Base(deb), "_")
		if parts[0] == name && len(parts) == 3 {
			return url.PathUnescape(parts[1])
		}
	}
	return "", fmt.Errorf("no package %s among the %d fetched", name, len(debs))
}
