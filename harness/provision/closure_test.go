package provision

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestFollowStaysInsideTheRoot(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "usr/lib/real.so.1.2"), "x")
	for link, target := range map[string]string{
		"lib": "usr/lib", "usr/lib/a.so": "real.so.1.2", "usr/lib/b.so": "/lib/a.so", "usr/lib/c.so": "../../../../lib/b.so",
		"loop": "loop", "gone": "/nowhere",
	} {
		if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string][]string{
		"usr/lib/a.so": {"usr/lib/a.so", "usr/lib/real.so.1.2"},
		"lib/b.so":     {"lib", "usr/lib/b.so", "lib", "usr/lib/a.so", "usr/lib/real.so.1.2"},
		"usr/lib/c.so": {"usr/lib/c.so", "lib", "usr/lib/b.so", "lib", "usr/lib/a.so", "usr/lib/real.so.1.2"},
		"loop":         nil,
		"gone":         nil,
	} {
		got, err := follow(root, name)
		if !reflect.DeepEqual(got, want) || (err == nil) != (want != nil) {
			t.Errorf("follow %s = %q, %v; want %q", name, got, err, want)
		}
	}
}

// The host's own dynamic linker is the independent witness: what it would load is in the closure.
func TestClosureHasWhatTheLinkerLoads(t *testing.T) {
	ldd, err := exec.LookPath("ldd")
	if err != nil {
		unavailable(t, err.Error())
	}
	const program = "usr/bin/dpkg-deb"
	if !exists("/" + program) {
		unavailable(t, "no /"+program)
	}
	out, err := exec.Command(ldd, "/"+program).Output()
	if err != nil {
		t.Fatal(err)
	}
	got, err := closure("/", program)
	if err != nil {
		t.Fatal(err)
	}
	loads := regexp.MustCompile(`/\S+`).FindAllString(string(out), -1)
	if len(loads) < 3 {
		t.Fatalf("ldd tells too little to be a witness: %s", out)
	}
	for _, load := range loads {
		real, err := filepath.EvalSymlinks(load)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(got, strings.TrimPrefix(real, "/")) {
			t.Errorf("%s is loaded and not in the closure %q", real, got)
		}
	}
}

func TestClosureNamesALibraryThatIsMissing(t *testing.T) {
	root := t.TempDir()
	program, err := os.ReadFile("/usr/bin/dpkg-deb")
	if err != nil {
		unavailable(t, err.Error())
	}
	write(t, filepath.Join(root, "usr/bin/dpkg-deb"), string(program))
	write(t, filepath.Join(root, "lib64/ld-linux-x86-64.so.2"), string(program))
	if _, err := closure(root, "usr/bin/dpkg-deb"); err == nil || !strings.Contains(err.Error(), "lib") {
		t.Errorf("got %v", err)
	}
}
