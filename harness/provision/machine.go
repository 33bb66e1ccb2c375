package provision

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// Program is a gateway that this machine runs itself.
type Program struct {
	Path string     // of the program, in Root
	Root agent.Root // what it needs to be seen, of a System of this machine
	// Product, Version and Source are as an Image's.
	Product, Version, Source string
}

// Shop provides programs to this machine. It may be used by several goroutines.
type Shop struct {
	say  func(string)
	etc  string   // where the machine keeps its apt sources and its os-release: /etc
	path []string // the folders to look for programs in
}

// NewShop returns a Shop. progress is told about each step that may take seconds; nil is silence.
func NewShop(progress func(string)) *Shop {
	// An ordinary user's PATH lacks the folders where distributions put servers.
	path := append(filepath.SplitList(os.Getenv("PATH")), "/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/nginx/sbin")
	return &Shop{say: orSilence(progress), etc: "/etc", path: path}
}

// Gateway returns the gateway that ref names (see the grammar at parseRef). For "nginx" that is the one on
// PATH, else the distribution's own package, unpacked into the cache. "nginx@BRANCH" is the one on PATH if it
// is of that branch.
func (s *Shop) Gateway(ctx context.Context, ref string) (Program, error) {
	if err := Runs(ref, Machine); err != nil {
		return Program{}, err
	}
	want, err := parseRef(ref)
	switch {
	case err != nil:
		return Program{}, err
	case want.program != "":
		return s.installed(ctx, want.program)
	}
	if file, found := s.look("nginx"); found {
		p, err := s.installed(ctx, file)
		if err == nil && ofBranch(p.Version, want.branch) {
			return p, nil
		}
		if err != nil {
			s.say(file + " is passed over: " + err.Error())
		}
	}
	p, err := s.unpacked(ctx, want)
	if err != nil && ctx.Err() == nil {
		return p, s.nothingToRun(want, err)
	}
	return p, err
}

// look finds a program as a shell would.
func (s *Shop) look(name string) (file string, found bool) {
	for _, dir := range s.path {
		file := filepath.Join(dir, name)
		if info, err := os.Stat(file); filepath.IsAbs(file) && err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return file, true
		}
	}
	return "", false
}

// stock are the files of NGINX's own that configurations include. Of what else there is in /etc/nginx a lab must
// know nothing: it is what this machine serves.
var stock = []string{
	"etc/nginx/mime.types", "etc/nginx/fastcgi.conf", "etc/nginx/fastcgi_params", "etc/nginx/scgi_params", "etc/nginx/uwsgi_params",
	"etc/nginx/proxy_params", "etc/nginx/koi-utf", "etc/nginx/koi-win", "etc/nginx/win-utf",
}

// seen is what programs of this machine need of its /etc: where libraries are, whom TLS trusts, what time it is.
var seen = []string{"etc/ld.so.cache", "etc/ssl/certs", "etc/ssl/openssl.cnf", "etc/localtime"}

// installed is a program of this machine's own.
func (s *Shop) installed(ctx context.Context, file string) (Program, error) {
	file, err := filepath.EvalSymlinks(file)
	if err != nil {
		return Program{}, misnamed("there is no program "+quoted(file), refHint, err)
	}
	version, err := versionOf(ctx, file)
	if err != nil {
		return Program{}, err
	}
	return Program{
		Path: file, Product: "nginx", Version: version, Source: file,
		Root: agent.Root{System: "/", Bind: append(prefix(file), seen...), Copy: stock},
	}, nil
}

// prefix is the folder that a program outside of the distribution's was installed into: /opt/nginx of
// /opt/nginx/sbin/nginx, or the program alone where it lies about.
func prefix(file string) []string {
	for _, dir := range []string{"/usr/", "/bin/", "/sbin/"} {
		if strings.HasPrefix(file, dir) {
			return nil
		}
	}
	dir := filepath.Dir(file)
	if base := filepath.Base(dir); (base == "sbin" || base == "bin") && filepath.Dir(dir) != "/" {
		return []string{strings.TrimPrefix(filepath.Dir(dir), "/")}
	}
	return []string{strings.TrimPrefix(file, "/")}
}

// answersWithin is how long a program may take to say its version.
const answersWithin = 5 * time.Second

var saysVersion = regexp.MustCompile(`[a-z]+/([0-9]+(\.[0-9]+)+)`)

// versionOf asks the program. It reads no configuration for that.
func versionOf(ctx context.Context, file string) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, answersWithin, fmt.Errorf("no answer within %v", answersWithin))
	defer cancel()
	cmd := exec.CommandContext(ctx, file, "-v")
	cmd.WaitDelay = time.Second
	said, err := cmd.CombinedOutput()
	found := saysVersion.FindStringSubmatch(string(said))
	if found == nil {
		return "", misnamed("program "+quoted(file)+" does not say that it is an nginx", "nginx -v should say its version.",
			errors.Join(err, context.Cause(ctx)))
	}
	return found[1], nil
}

func ofBranch(version, branch string) bool {
	return branch == "" || version == branch || strings.HasPrefix(version, branch+".")
}

// unpacked is nginx from packages, in the cache.
func (s *Shop) unpacked(ctx context.Context, want wanted) (Program, error) {
	pkg, err := s.packaged(want)
	if err != nil {
		return Program{}, err
	}
	t, err := pkg.fetched(ctx, s.say)
	if err != nil {
		return Program{}, err
	}
	return Program{
		Path: "/usr/sbin/nginx", Product: "nginx", Version: t.upstream(), Source: pkg.origin() + " (nginx " + t.version + ")",
		Root: agent.Root{System: t.root, Copy: []string{"etc/nginx", "var/www"}},
	}, nil
}

func (s *Shop) packaged(want wanted) (packaged, error) {
	shelf := shelf{etc: s.etc, arch: runtime.GOARCH}
	if want.release != "" {
		return shelf.releasePackage(want)
	}
	return shelf.hostPackage()
}

// nothingToRun is the end of both ways to a program.
func (s *Shop) nothingToRun(want wanted, err error) error {
	what, hint := "there is no nginx to test", "install nginx, or name one with --gateway bin:/PATH"
	if want.branch != "" {
		what = "there is no nginx " + want.branch + " to test"
	}
	if more := harness.Hint(err); more != "" {
		hint += "; or for the packages: " + strings.TrimSuffix(more, ".")
	}
	return &harness.Problem{What: what, Hint: hint + ".", Err: fmt.Errorf("none of that version is on PATH; packages: %w", err)}
}
