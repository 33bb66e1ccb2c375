package settings

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

var ruleTexts = []RuleText{
	{Name: "repeats-no-post", Title: "does not repeat a POST", Cite: "RFC 9110 9.2.2"},
	{Name: "keeps-headers", Title: "keeps its fields\non errors.\u2028rules: x"},
	{Name: "answers-in-budget", Title: "answers before the client gives up"},
}

func TestTheFirstFileCanBeReadAndChangesNothing(t *testing.T) {
	hostile := []string{"GET https://shop.test/", "GET https://shop.test/\n\"x\": \xff {y}#\u2028\u0085é\x00", "* # '"}
	for name, c := range map[string]Configuration{
		"nothing known": {},
		"everything known": {Path: "/deploy/ng inx", At: "/etc/nginx", Gateway: "nginx@1.26", WithoutModules: []string{"brotli", "# x"},
			Set: map[string]string{"DOMAIN": "shop.test", "B": "\x07\"", "A": "1"}},
	} {
		text := Initial(hostile, ruleTexts, c)
		if !bytes.Equal(text, Initial(hostile, ruleTexts, c)) {
			t.Errorf("%s: two writings differ", name)
		}
		got, err := parse(Name, text, known)
		if err != nil {
			t.Fatalf("%s: %v in\n%s", name, err, text)
		}
		if len(got.Rules) != len(ruleTexts) || got.Level("keeps-headers", false) != Warn || !reflect.DeepEqual(got.Configuration, c) {
			t.Errorf("%s: got %+v of\n%s", name, got, text)
		}
		got.Rules, got.Configuration = map[string]Rule{}, Configuration{}
		if want := Default(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
}

// Whoever takes an example's # away has a file that can be read too.
func TestTheFirstFilesExamplesCanBeRead(t *testing.T) {
	routes := []string{"GET https://shop.test/", "GET https://shop.test/\n\xff\"\u2028"}
	text := string(Initial(routes, ruleTexts, Configuration{}))
	for _, sign := range []string{"- {", "path:", "at:", "set:", "without_modules:", "gateway:"} {
		text = strings.ReplaceAll(text, "  # "+sign, "  "+sign)
	}
	got, err := parse(Name, []byte(text), known)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if len(got.Expect) != 2 || len(got.Skip) != 1 || got.Expect[0].Route != routes[0] || got.Configuration.Gateway == "" || got.Configuration.Set == nil {
		t.Errorf("got %+v of\n%s", got, text)
	}
}

func TestTheFirstFileTellsEachRule(t *testing.T) {
	const want = "  # The gateway does not repeat a POST (RFC 9110 9.2.2).\n  repeats-no-post: warn\n" +
		"  # The gateway keeps its fields on errors. rules: x.\n  keeps-headers: warn\n"
	if text := string(Initial(nil, ruleTexts, Configuration{})); !strings.Contains(text, want) {
		t.Errorf("it lacks\n%sin\n%s", want, text)
	}
}
