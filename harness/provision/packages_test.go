package provision

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

func hostNginx(t *testing.T) packaged {
	t.Helper()
	needApt(t)
	pkg, err := New(fakeEngine(t, map[string]http.HandlerFunc{"/version": linux}), nil).hostPackage(t.Context())
	if err != nil {
		unavailable(t, err.Error())
	}
	return pkg
}

// The whole fetch with an empty cache, as an ordinary user: root hands over to nobody first.
func TestFetchAsAnOrdinaryUser(t *testing.T) {
	needApt(t)
	if os.Getuid() == 0 {
		asNobody(t)
		return
	}
	cache := t.TempDir()
	t.Setenv("BADGATEWAY_CACHE", cache)
	// The host's hooks must not run. This file is read where the host's configuration is.
	conf, ran := filepath.Join(t.TempDir(), "apt.conf"), filepath.Join(t.TempDir(), "ran")
	write(t, conf, `APT::Update::Pre-Invoke { "touch `+ran+`"; }; APT::Update::Post-Invoke { "touch `+ran+`"; };`)
	t.Setenv("APT_CONFIG", conf)
	var heard told
	got, err := hostNginx(t).fetched(t.Context(), heard.say)
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^1\.\d+\.\d+$`).MatchString(got.upstream()) {
		t.Errorf("version %q of %q", got.upstream(), got.version)
	}
	if len(heard.all()) != 3 {
		t.Errorf("heard %q", heard.all())
	}
	if exists(ran) {
		t.Error("a hook of the host's configuration ran")
	}
	if names := content(t, filepath.Join(cache, "packages")); len(names) != 2 {
		t.Errorf("beside the tree and its lock the cache holds %q", names)
	}
	again, err := hostNginx(t).fetched(t.Context(), heard.say)
	if err != nil || again != got || len(heard.all()) != 3 {
		t.Errorf("a second time: %+v, %v, heard %q", again, err, heard.all())
	}
	runsFromItsTree(t, got)
}

// runsFromItsTree starts nginx by the tree's own linker, as the local runtime will.
func runsFromItsTree(t *testing.T, got tree) {
	t.Helper()
	program := filepath.Join(got.root, "usr/sbin/nginx")
	needs, err := needsOf(got.root, "usr/sbin/nginx")
	if err != nil {
		t.Fatal(err)
	}
	steps, err := follow(got.root, needs[0]) // the linker is its first need
	if err != nil {
		t.Fatal(err)
	}
	var dirs []string
	for _, need := range needs[1:] {
		dirs = append(dirs, filepath.Join(got.root, filepath.Dir(need)))
	}
	out, err := exec.Command(filepath.Join(got.root, steps[len(steps)-1]), "--library-path", strings.Join(dirs, ":"),
		program, "-v").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "nginx/"+got.upstream()) {
		t.Errorf("nginx -v: %v: %s", err, out)
	}
}

// asNobody runs the calling test again as nobody, with a copy of this binary that nobody can read.
func asNobody(t *testing.T) {
	t.Helper()
	const nobody = 65534
	home, err := os.MkdirTemp("/tmp", "as-nobody-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(home) })
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(home, "provision.test")
	if err := errors.Join(os.WriteFile(binary, self, 0o755), os.Chmod(home, 0o755), os.Chown(home, nobody, nobody)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), binary, "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Dir = home
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TMPDIR=" + home, "CI=" + os.Getenv("CI")}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Fatalf("as nobody: %v\n%s", err, out)
	}
}

// The mirror is one that never answers, so that the fetch is cancelled in its midst; that the request ends
// proves that apt-get's own children ended too.
func TestAFetchThatIsCancelledLeavesNothing(t *testing.T) {
	pkg := hostNginx(t)
	cache := t.TempDir()
	t.Setenv("BADGATEWAY_CACHE", cache)
	ctx, cancel := context.WithCancel(t.Context())
	mirror := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}))
	defer mirror.Close()
	pkg.sources = parseLines("deb " + mirror.URL + "/debian bookworm main")
	if _, err := pkg.fetched(ctx, func(string) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if names := content(t, filepath.Join(cache, "packages")); len(names) != 1 {
		t.Errorf("left behind: %q", names)
	}
}

func TestAMirrorThatIsGoneIsNamed(t *testing.T) {
	pkg := hostNginx(t)
	t.Setenv("BADGATEWAY_CACHE", t.TempDir())
	pkg.sources = parseLines("deb http://127.0.0.1:1/debian bookworm main")
	_, err := pkg.fetched(t.Context(), func(string) {})
	if err == nil || !strings.Contains(err.Error(), "127.0.0.1:1") {
		t.Errorf("got %v", err)
	}
}

func TestAnUnsignedMirrorIsRefused(t *testing.T) {
	pkg := hostNginx(t)
	t.Setenv("BADGATEWAY_CACHE", t.TempDir())
	for i := range pkg.sources {
		pkg.sources[i].options = map[string]string{"signed-by": "/dev/null"}
	}
	_, err := pkg.fetched(t.Context(), func(string) {})
	if err == nil || !strings.Contains(err.Error(), "sign") {
		t.Errorf("packages that no key vouches for: %v", err)
	}
}

func TestRootfs(t *testing.T) {
	got, err := hostNginx(t).fetched(t.Context(), func(line string) { t.Log(line) })
	if err != nil {
		t.Fatal(err)
	}
	one, err := gatewayRootfs(got.root)
	if err != nil {
		t.Fatal(err)
	}
	two, err := gatewayRootfs(got.root)
	if err != nil || !bytes.Equal(one, two) {
		t.Errorf("equal input gives unequal bytes (%v)", err)
	}
	if len(one) > 20e6 {
		t.Errorf("%d bytes: more than the closure", len(one))
	}
	entries := map[string]*tar.Header{}
	for r := tar.NewReader(bytes.NewReader(one)); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if entries[h.Name] != nil {
			t.Errorf("%s twice", h.Name)
		}
		if above := filepath.Dir(strings.TrimSuffix(h.Name, "/")) + "/"; above != "./" && entries[above] == nil {
			t.Errorf("%s comes before its directory", h.Name)
		}
		entries[h.Name] = h
	}
	for name, link := range map[string]string{
		"usr/sbin/nginx": "", "etc/nginx/nginx.conf": "", "etc/nginx/mime.types": "", "etc/passwd": "", "tmp/": "", "run/": "",
		"usr/share/nginx/html/": "", "var/lib/nginx/": "", "var/log/nginx/access.log": "/dev/stdout",
		"var/log/nginx/error.log": "/dev/stderr",
	} {
		if h := entries[name]; h == nil || h.Linkname != link {
			t.Errorf("%s: %+v", name, h)
		}
	}
	if h := entries["tmp/"]; h != nil && h.Mode != 0o1777 {
		t.Errorf("tmp has mode %o", h.Mode)
	}
}

func TestVersions(t *testing.T) {
	debs := []string{"nginx-common_1_all.deb", "a/nginx_1%3a1.22.1-9+deb12u9_amd64.deb"}
	version, err := debVersion(debs, "nginx")
	if err != nil || version != "1:1.22.1-9+deb12u9" || (tree{version: version}).upstream() != "1.22.1" {
		t.Errorf("got %q, %q, %v", version, tree{version: version}.upstream(), err)
	}
	if _, err := debVersion(debs, "gone"); err == nil {
		t.Error("a package that is not there has a version")
	}
	for branch, ok := range map[string]bool{"": true, "1.22": true, "1.2": false, "1.26": false} {
		if err := (packaged{names: []string{"nginx"}, branch: branch}).mustCarry(tree{version: version}); (err == nil) != ok {
			t.Errorf("branch %q: %v", branch, err)
		}
	}
}
