package made

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAStaleDocumentIsFoundAndWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.md")
	const around = "before\n<!-- made: table -->\n%s<!-- end: table -->\nafter\n"
	if err := os.WriteFile(path, []byte(strings.Replace(around, "%s", "old\n", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("BADGATEWAY_UPDATE", "")
	if err := Section(path, "table", "new\n"); err == nil || !strings.Contains(err.Error(), `line 1 says "old", and should say "new"`) {
		t.Errorf("a stale part: %v", err)
	}
	if err := Section(path, "chairs", "new\n"); err == nil {
		t.Error("a part that is not there is not missed")
	}
	t.Setenv("BADGATEWAY_UPDATE", "1")
	if err := Section(path, "table", "new\n"); err != nil {
		t.Fatal(err)
	}
	t.Setenv("BADGATEWAY_UPDATE", "")
	if err := Section(path, "table", "new\n"); err != nil {
		t.Errorf("what was just written: %v", err)
	}
	if is, _ := os.ReadFile(path); string(is) != strings.Replace(around, "%s", "new\n", 1) {
		t.Errorf("what is around it became %q", is)
	}
}

func TestAWholeFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "b.md")
	t.Setenv("BADGATEWAY_UPDATE", "")
	if File(path, "text\n") == nil {
		t.Error("a file that is not there is not missed")
	}
	t.Setenv("BADGATEWAY_UPDATE", "1")
	if err := File(path, "text\n"); err != nil {
		t.Fatal(err)
	}
	t.Setenv("BADGATEWAY_UPDATE", "")
	if err := File(path, "text\n"); err != nil {
		t.Error(err)
	}
	if err := File(path, "text\nmore\n"); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("a file that lacks a line: %v", err)
	}
}
