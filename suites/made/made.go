// Package made holds documents to what they are made of: with BADGATEWAY_UPDATE set it writes
// them, else it says where they are stale. It knows nothing of what they say.
package made

import (
	"fmt"
	"os"
	"strings"
)

// File holds a whole file to its text.
func File(path, text string) error {
	if updating() {
		return os.WriteFile(path, []byte(text), 0o644)
	}
	is, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return same(path, string(is), text)
}

// Section holds a part of a Markdown file to its text: what stands between the comments
// `made: name` and `end: name`.
func Section(path, name, text string) error {
	is, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	begin, end := fmt.Sprintf("<!-- made: %s -->\n", name), fmt.Sprintf("<!-- end: %s -->\n", name)
	before, rest, found := strings.Cut(string(is), begin)
	old, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		return fmt.Errorf("%s has no part between %q and %q", path, begin, end)
	}
	if updating() {
		return os.WriteFile(path, []byte(before+begin+text+end+after), 0o644)
	}
	return same(path+" ("+name+")", old, text)
}

func updating() bool { return os.Getenv("BADGATEWAY_UPDATE") != "" }

// same says where two texts differ first.
func same(what, is, made string) error {
	if is == made {
		return nil
	}
	now, then := strings.Split(is, "\n"), strings.Split(made, "\n")
	for i := range max(len(now), len(then)) {
		if a, b := line(now, i), line(then, i); a != b {
			return fmt.Errorf("%s is stale, BADGATEWAY_UPDATE=1 writes it anew; line %d says %q, and should say %q", what, i+1, a, b)
		}
	}
	return nil
}

func line(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "nothing"
}
