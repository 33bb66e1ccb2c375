package holder

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/badgateway/badgateway/harness"
)

// root is a folder whose sockets have short paths.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "h")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "labs")
}

func names(t *testing.T, root string) []string {
	t.Helper()
	found, err := Names(root)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestANameIsTakenOnce(t *testing.T) {
	root := root(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var held []net.Listener
	for range 8 { // all at the same time
		wg.Go(func() {
			_, orders, err := take(root, "shop")
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				held = append(held, orders)
			} else if harness.BlameOf(err) != harness.Usage || err.Error() != `there is a lab "shop" already` || harness.Hint(err) == "" {
				t.Errorf("got %v (%s)", err, harness.Hint(err))
			}
		})
	}
	wg.Wait()
	if len(held) != 1 || !slices.Equal(names(t, root), []string{"shop"}) {
		t.Fatalf("%d hold it; there are %q", len(held), names(t, root))
	}
	at, err := os.Stat(root)
	if err != nil || at.Mode().Perm() != 0o700 {
		t.Errorf("others may look into it: %v, %v", at.Mode(), err)
	}
	if left, _ := os.ReadDir(root); len(left) != 1 {
		t.Errorf("what was in the way is still there: %v", left)
	}
}

func TestWhatADeadHolderLeftIsTakenAway(t *testing.T) {
	root := root(t)
	die := func(name string) {
		f, orders, err := take(root, name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(string(f), "more"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		orders.Close()
	}
	die("one")
	if found := names(t, root); found != nil {
		t.Errorf("there are %q", found)
	}
	if _, err := os.Stat(filepath.Join(root, "one")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("its folder is still there: %v", err)
	}
	die("two")
	_, orders, err := take(root, "two")
	if err != nil {
		t.Fatal(err)
	}
	defer orders.Close()
	if !slices.Equal(names(t, root), []string{"two"}) {
		t.Errorf("there are %q", names(t, root))
	}
}

func TestARootOfOthersIsRefused(t *testing.T) {
	root := root(t)
	if err := os.MkdirAll(root, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, _, err := take(root, "a"); harness.BlameOf(err) != harness.Usage || harness.Hint(err) != "set XDG_RUNTIME_DIR to one that is" {
		t.Errorf("got %v", err)
	}
	if found, err := Names(root + "/none"); err != nil || found != nil {
		t.Errorf("no folder: %q, %v", found, err)
	}
}

func TestNames(t *testing.T) {
	for _, name := range []string{"lab", "shop-2", "a.b_c", strings.Repeat("a", 60)} {
		if err := CheckName("/run/user/1000/badgateway", name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"", ".", "..", ".a", "-a", "a/b", "a b", "é", "a\x00", strings.Repeat("a", 100)} {
		if err := CheckName("/run/user/1000/badgateway", name); harness.BlameOf(err) != harness.Usage {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestRoot(t *testing.T) {
	for value, want := range map[string]string{"/run/user/7": "/run/user/7/badgateway", "relative": os.TempDir(), "": os.TempDir()} {
		if got := Root(func(string) string { return value }); !strings.HasPrefix(got, want) {
			t.Errorf("%q: %s", value, got)
		}
	}
}
