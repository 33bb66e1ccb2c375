package provision

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
)

// saying writes a program that says that.
func saying(t *testing.T, dir, text string) string {
	t.Helper()
	file := filepath.Join(dir, "nginx")
	write(t, file, "#!/bin/sh\necho '"+text+"' >&2\n")
	if err := os.Chmod(file, 0o755); err != nil {
		t.Fatal(err)
	}
	return file
}

func shopWith(t *testing.T, path ...string) (*Shop, *told) {
	t.Helper()
	var heard told
	s := NewShop(heard.say)
	s.path, s.etc = path, t.TempDir()
	return s, &heard
}

func TestTheInstalledNginxIsTaken(t *testing.T) {
	empty, dir := t.TempDir(), t.TempDir()
	file := saying(t, dir, "nginx version: nginx/1.27.3 (build)")
	s, heard := shopWith(t, empty, "", "relative", dir)
	p, err := s.Gateway(t.Context(), "nginx")
	if err != nil || p.Path != file || p.Version != "1.27.3" || p.Source != file || p.Root.System != "/" {
		t.Errorf("got %+v, %v", p, err)
	}
	if !slices.Contains(p.Root.Bind, file[1:]) {
		t.Errorf("the program is not seen in its root: %v", p.Root.Bind)
	}
	for _, shown := range append(p.Root.Bind, p.Root.Copy...) {
		if shown == "etc/nginx" || strings.HasPrefix(shown, "etc/nginx/conf.d") || shown == "etc" || strings.Contains(shown, "private") {
			t.Errorf("a lab is shown %s of this machine", shown)
		}
	}
	if len(heard.all()) != 0 {
		t.Errorf("it says %q", heard.all())
	}
}

// A program of another branch, or none, leaves the packages, and these lead nowhere here.
func TestTheInstalledNginxIsPassedOver(t *testing.T) {
	for name, c := range map[string]struct{ says, ref, heard, error string }{
		"of another branch": {"nginx version: nginx/1.27.3", "nginx@1.26", "", "there is no nginx 1.26 to test"},
		"no nginx":          {"what do you want", "nginx", "is passed over", "there is no nginx to test"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			saying(t, dir, c.says)
			s, heard := shopWith(t, dir)
			_, err := s.Gateway(t.Context(), c.ref)
			if err == nil || !strings.Contains(err.Error(), c.error) || !strings.Contains(harness.Hint(err), "bin:/PATH") {
				t.Errorf("%v; hint: %s", err, harness.Hint(err))
			}
			if said := strings.Join(heard.all(), "\n"); !strings.Contains(said, c.heard) {
				t.Errorf("it says %q", said)
			}
		})
	}
}

// One that was built on this machine has all its folders below a prefix: what is written to is laid anew, and what the
// machine serves is not shown.
func TestAProgramOfOnesOwnIsNamed(t *testing.T) {
	prefix := filepath.Join(t.TempDir(), "opt/edge")
	file := saying(t, filepath.Join(prefix, "sbin"), "nginx version: openresty/1.21.4.1\nconfigure arguments: --prefix="+prefix+" --with-x")
	for _, name := range []string{"conf/nginx.conf", "conf/mime.types", "html/index.html", "logs/access.log", "proxy_temp/1", "modules/x.so"} {
		write(t, filepath.Join(prefix, name), name)
	}
	s, _ := shopWith(t)
	p, err := s.Gateway(t.Context(), "bin:"+file)
	if err != nil || p.Version != "1.21.4.1" || !slices.Equal(p.Args, []string{"-c", "/etc/nginx/nginx.conf"}) || !slices.Equal(p.Root.Fresh, []string{prefix[1:]}) {
		t.Errorf("got %+v, %v", p, err)
	}
	for name, want := range map[string]bool{"sbin": true, "html": true, "modules": true, "conf": false, "logs": false, "proxy_temp": false} {
		if got := slices.Contains(p.Root.Bind, filepath.Join(prefix, name)[1:]); got != want {
			t.Errorf("%s is shown: %v, want %v", name, got, want)
		}
	}
	entries := map[string]string{}
	for _, e := range p.Root.Entries {
		entries[e.Path] = string(e.Text)
	}
	if len(entries) != 2 || entries["/etc/nginx/mime.types"] != "conf/mime.types" {
		t.Errorf("its entries are %q", entries)
	}
}

func TestAProgramThatIsNoneIsTheCallersFault(t *testing.T) {
	s, _ := shopWith(t)
	for ref, word := range map[string]string{
		"bin:/nowhere/nginx": "there is no program", "bin:/bin/true": "does not say that it is an nginx", "image:nginx:1": "only an engine",
	} {
		if _, err := s.Gateway(t.Context(), ref); err == nil || !strings.Contains(err.Error(), word) || harness.BlameOf(err) != harness.Usage {
			t.Errorf("%s: %v", ref, err)
		}
	}
}

// The packages' program runs by its own libraries, whatever the machine has.
func TestThePackagesProgramIsWhole(t *testing.T) {
	needApt(t)
	s := NewShop(nil)
	s.path = nil
	p, err := s.Gateway(t.Context(), "nginx")
	if err != nil {
		t.Fatal(err)
	}
	if own, err := os.ReadFile("/" + authorities); err == nil {
		if seen, err := os.ReadFile(filepath.Join(p.Root.System, authorities)); err != nil || string(seen) != string(own) || !slices.Contains(p.Root.Bind, "etc/ssl") {
			t.Errorf("it trusts others than this machine: %d bytes of authorities, %v", len(seen), err)
		}
	}
	loader, err := filepath.Glob(filepath.Join(p.Root.System, "lib64/ld-linux-*.so.*"))
	if err != nil || len(loader) != 1 {
		t.Skipf("SKIPPED, NOTHING WAS TESTED: the loaders are %v", loader)
	}
	libraries, err := filepath.Glob(filepath.Join(p.Root.System, "lib/*-linux-gnu"))
	if err != nil || len(libraries) != 1 {
		t.Fatalf("the libraries are in %v, %v", libraries, err)
	}
	said, err := exec.Command(loader[0], "--library-path", libraries[0]+":"+filepath.Join(p.Root.System, "usr", strings.TrimPrefix(libraries[0], p.Root.System)),
		filepath.Join(p.Root.System, p.Path), "-v").CombinedOutput()
	if err != nil || !strings.Contains(string(said), "nginx/"+p.Version) {
		t.Errorf("it says %q, %v; want version %s from %s", said, err, p.Version, p.Source)
	}
}

// Modules come with the packages, beside the machine's own nginx, which may not know them.
func TestModulesComeFromPackages(t *testing.T) {
	needApt(t)
	dir := t.TempDir()
	saying(t, dir, "nginx version: nginx/1.22.1")
	s, _ := shopWith(t, dir)
	s.etc = "/etc"
	p, err := s.Gateway(t.Context(), "nginx+http-headers-more-filter")
	if err != nil {
		t.Fatal(err)
	}
	module := filepath.Join(p.Root.System, "usr/lib/nginx/modules/ngx_http_headers_more_filter_module.so")
	if _, err := os.Stat(module); err != nil || !strings.Contains(p.Source, "http-headers-more-filter") {
		t.Errorf("%v; it is said to be from %s", err, p.Source)
	}
	if _, err := s.Gateway(t.Context(), "nginx+http-of-nobody"); err == nil || !strings.Contains(err.Error(), "libnginx-mod-http-of-nobody") {
		t.Errorf("a module that nobody packages: %v", err)
	}
}

func TestAnApplicationIsNamedByItsPackages(t *testing.T) {
	s, _ := shopWith(t)
	for want, packages := range map[string][]string{
		"without a package":                    nil,
		"no package can be called `-o=Dir::x`": {"-o=Dir::x"},
		"no package can be called `PHP`":       {"php-fpm", "PHP"},
	} {
		if _, err := s.Application(t.Context(), packages, "/usr/sbin/php-fpm*"); err == nil || !strings.Contains(err.Error(), want) || harness.BlameOf(err) != harness.Usage {
			t.Errorf("%q: %v; want ...%s...", packages, err, want)
		}
	}
}

// Any package is had like nginx. The program is found by a pattern that one file matches.
func TestAnApplicationComesFromPackages(t *testing.T) {
	needApt(t)
	s := NewShop(nil)
	p, err := s.Application(t.Context(), []string{"mawk"}, "/usr/bin/maw*")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(p.Root.System, "usr/bin/mawk")); err != nil || p.Path != "/usr/bin/mawk" || p.Version == "" || !strings.Contains(p.Source, "(mawk "+p.Version) {
		t.Errorf("it is %+v, %v", p, err)
	}
	if _, err := s.Application(t.Context(), []string{"mawk"}, "/usr/bin/none*"); err == nil || !strings.Contains(err.Error(), "0 files") {
		t.Errorf("a program that is not there: %v", err)
	}
}
