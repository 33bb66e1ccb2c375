package local

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A range has to hold everyone whom a distribution knows: with a shorter one NGINX could not
// hand its files to nobody.
func TestARangeIsLongEnough(t *testing.T) {
	me := os.Getuid()
	for text, want := range map[string]struct {
		from int
		err  string
	}{
		fmt.Sprintf("%d:200000:65536\n", me):                      {200000, ""},
		fmt.Sprintf("%d:100000:10\n%d:200000:65535\n", me, me):    {200000, ""},
		fmt.Sprintf("somebody-else:1:65536\n%d:300000:70000", me): {300000, ""},
		fmt.Sprintf("%d:100000:10\n%d:200000:102\n", me, me):      {0, "a range of 102 for this user, and 65535 are needed"},
		"somebody-else:1:65536\n":                                 {0, "a range of 0"},
		fmt.Sprintf("nonsense\n%d:x:65536\n", me):                 {0, "reading "},
		"": {0, "a range of 0"},
	} {
		file := filepath.Join(t.TempDir(), "subuid")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		from, err := subordinates(file)
		if from != want.from || (err == nil) != (want.err == "") || err != nil && !strings.Contains(err.Error(), want.err) {
			t.Errorf("of %q: %d, %v; want %+v", text, from, err, want)
		}
	}
	if _, err := subordinates("/nowhere/subuid"); err == nil {
		t.Error("no file is a range")
	}
}
