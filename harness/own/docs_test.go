package own

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// What the documentation shows can be read.
func TestTheDocumentedFilesAreRead(t *testing.T) {
	found := 0
	for _, path := range []string{"../../docs/scenarios.md", "../../README.md"} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range strings.Split(string(text), "```yaml\n")[1:] {
			block, _, _ = strings.Cut(block, "```")
			if !strings.Contains(block, "scenarios:") {
				continue // another file's
			}
			found++
			if _, err := parse("../../examples/scenarios/f.yaml", []byte(block), "nginx"); err != nil {
				t.Errorf("%s: %s\n%s", path, told(t, err), block)
			}
		}
	}
	if found < 2 {
		t.Errorf("only %d files are found", found)
	}
}

// Every key and every word of the schema is told of.
func TestEveryKeyIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/scenarios.md")
	if err != nil {
		t.Fatal(err)
	}
	var s any
	if err := json.Unmarshal(Schema(), &s); err != nil {
		t.Fatal(err)
	}
	self := []string{"version", "cause", "phase", "while", "patience", "fields", "method", "path", "body", "answered"} // they say themselves what they are
	for _, word := range wordsOf(s) {
		if !has(list(self), word) && !has(list(errorTypes), word) && !has(list(words(causes)), word) && !has(list(words(phases)), word) && !strings.Contains(string(text), word) {
			t.Errorf("docs/scenarios.md does not tell of %s", word)
		}
	}
}

func list(words []string) (found []any) {
	for _, w := range words {
		found = append(found, w)
	}
	return found
}

// wordsOf are the names of properties, and what enumerations list.
func wordsOf(s any) (found []string) {
	switch s := s.(type) {
	case map[string]any:
		for name, is := range s {
			if properties, of := is.(map[string]any); of && name == "properties" {
				for key := range properties {
					found = append(found, key)
				}
			}
			if name == "enum" {
				for _, w := range is.([]any) {
					if word, is := w.(string); is {
						found = append(found, word)
					}
				}
			}
			found = append(found, wordsOf(is)...)
		}
	case []any:
		for _, one := range s {
			found = append(found, wordsOf(one)...)
		}
	}
	return found
}
