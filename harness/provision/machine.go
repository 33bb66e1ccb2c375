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
	"slices"
	"strings"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// Program is what this machine runs itself: a gateway, or an application server.
type Program struct {
	Path string     // of the program, in Root
	Args []string   // that it needs before all others
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
	if file, found := s.look("nginx"); found && len(want.modules) == 0 {
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
func (s *Shop) installed(ctx context.Context, named string) (Program, error) {
	file, err := filepath.EvalSymlinks(named)
	if err != nil {
		return Program{}, misnamed("there is no program "+quoted(named), refHint, err)
	}
	said, err := askedFor(ctx, file, "-V")
	version := saysVersion.FindStringSubmatch(said)
	if version == nil {
		return Program{}, misnamed("program "+quoted(file)+" does not say that it is an nginx", "nginx -V should say its version.", err)
	}
	p := Program{
		Path: file, Args: configured, Product: "nginx", Version: version[1], Source: file,
		Root: agent.Root{System: "/", Bind: append(lies(file), seen...), Copy: stock},
	}
	if prefix := saysPrefix.FindStringSubmatch(said); prefix != nil && !slices.Contains(distributed, prefix[1]) {
		p = p.prefixed(prefix[1])
	}
	return p, nil
}

// configured tells NGINX where its configuration is: a build of one's own looks elsewhere.
var configured = []string{"-c", "/etc/nginx/nginx.conf"}

// distributed are the prefixes of distributions' and the vendor's packages: nothing is written there.
var distributed = []string{"/usr/share/nginx", "/etc/nginx"}

// partsOf are the folders of a prefix that are the program's own. NGINX writes to others (logs, one for each kind of
// temporary file), conf is what this machine serves, and what else lies there is none of a lab's business.
var partsOf = []string{"sbin", "html", "modules", "lib", "lualib", "share"}

// prefixed is NGINX as it was built on this machine, with all its folders below one: that is laid anew, with the program's
// own parts in it, and the files of NGINX's own where the configuration is.
func (p Program) prefixed(prefix string) Program {
	below := strings.TrimPrefix(filepath.Clean(prefix), "/")
	p.Root.Fresh = []string{below}
	for _, name := range partsOf {
		p.Root.Bind = append(p.Root.Bind, filepath.Join(below, name))
	}
	p.Root.Entries = append(p.Root.Entries, agent.Entry{Path: filepath.Join(prefix, "logs"), Mode: 0o755, Dir: true})
	for _, name := range stock {
		base := filepath.Base(name)
		text, err := os.ReadFile(filepath.Join(prefix, "conf", base))
		if err != nil {
			continue // not every build brings every one
		}
		p.Root.Entries = append(p.Root.Entries, agent.Entry{Path: "/" + name, Mode: 0o644, Text: text})
	}
	return p
}

// lies is where a program is that lies outside of the distribution's folders.
func lies(file string) []string {
	for _, dir := range []string{"/usr/", "/bin/", "/sbin/"} {
		if strings.HasPrefix(file, dir) {
			return nil
		}
	}
	return []string{strings.TrimPrefix(file, "/")}
}

// answersWithin is how long a program may take to say its version.
const answersWithin = 5 * time.Second

var (
	saysVersion = regexp.MustCompile(`[a-z]+/([0-9]+(\.[0-9]+)+)`)
	saysPrefix  = regexp.MustCompile(`--prefix=([^\s']+)`)
)

// askedFor asks the program about itself. It reads no configuration for that.
func askedFor(ctx context.Context, file, flag string) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, answersWithin, fmt.Errorf("no answer within %v", answersWithin))
	defer cancel()
	cmd := exec.CommandContext(ctx, file, flag)
	cmd.WaitDelay = time.Second
	said, err := cmd.CombinedOutput()
	return string(said), errors.Join(err, context.Cause(ctx))
}

func ofBranch(version, branch string) bool {
	return branch == "" || version == branch || strings.HasPrefix(version, branch+".")
}

// unpacked is nginx from packages, in the cache.
func (s *Shop) unpacked(ctx context.Context, want wanted) (Program, error) {
	pkg, err := s.shelf().of(want)
	if err != nil {
		return Program{}, err
	}
	t, err := pkg.fetched(ctx, s.say)
	if err != nil {
		return Program{}, err
	}
	return Program{
		Path: "/usr/sbin/nginx", Args: configured, Product: "nginx", Version: t.upstream(), Source: pkg.source(t),
		Root: agent.Root{System: t.root, Bind: []string{"etc/ssl"}, Copy: []string{"etc/nginx", "var/www"}},
	}, nil
}

func (s *Shop) shelf() shelf { return shelf{etc: s.etc, arch: runtime.GOARCH} }

// nothingToRun is the end of both ways to a program.
func (s *Shop) nothingToRun(want wanted, err error) error {
	what, on := "there is no nginx to test", "none on PATH will do"
	if want.branch != "" {
		what, on = "there is no nginx "+want.branch+" to test", "none of that version is on PATH"
	}
	hint := "install nginx, or name one with --gateway bin:/PATH"
	if more := harness.Hint(err); more != "" {
		hint += "; or for the packages: " + strings.TrimSuffix(more, ".")
	}
	return &harness.Problem{What: what, Hint: hint + ".", Err: fmt.Errorf("%s; packages: %w", on, err)}
}
