package visible_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/badgateway/badgateway/harness/visible"
)

func TestTextSpellsWhatWouldBeObeyed(t *testing.T) {
	for in, want := range map[string]string{
		"upstream timed out (110)":  "upstream timed out (110)",
		"größer 漢字 🙂":               "größer 漢字 🙂",
		`a \x1b that nginx spelled`: `a \x1b that nginx spelled`,
		"\x1b[2Jgone":               `\x1b[2Jgone`,
		"two\r\nlines\tand\x00":     `two\r\nlines\tand\x00`,
		"del\x7f":                   `del\x7f`,
		"csi\u009b31m":              `csi\u009b31m`,
		"not utf-8 \xff\xc3":        `not utf-8 \xff\xc3`,
		"\ufffd itself":             "\ufffd itself",
		"\u202egpj.exe\u2066":       `\u202egpj.exe\u2066`,
		"zero\u200bwidth\ufeff":     `zero\u200bwidth\ufeff`,
		"tag \U000e0041":            `tag \U000e0041`,
		"line\u2028separator":       `line\u2028separator`,
	} {
		if got := visible.Text(in); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestJSONKeepsTheValue(t *testing.T) {
	in := "\x7f \u0085 \u202e \U000e0041 \x1b \n ü"
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	escaped := visible.JSON(text)
	if !tame(string(escaped)) {
		t.Errorf("%s still holds what a terminal obeys", escaped)
	}
	var back string
	if err := json.Unmarshal(escaped, &back); err != nil || back != in {
		t.Errorf("%s reads as %q (%v), want %q", escaped, back, err, in)
	}
}

func tame(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !strconv.IsPrint(r) })
}

func FuzzText(f *testing.F) {
	f.Add("\x1b[31m\x00\x7f\u0085\u202e\xff")
	f.Fuzz(func(t *testing.T, s string) {
		got := visible.Text(s)
		if !tame(got) {
			t.Errorf("Text(%q) = %q holds what a terminal obeys", s, got)
		}
		if again := visible.Text(got); again != got {
			t.Errorf("Text(Text(%q)) = %q, want %q", s, again, got)
		}
		text, _ := json.Marshal(s)
		var want, back string
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(visible.JSON(text), &back); err != nil || back != want {
			t.Errorf("JSON(%q) reads as %q (%v)", text, back, err)
		}
	})
}
