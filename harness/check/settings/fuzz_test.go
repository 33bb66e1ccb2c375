package settings

import (
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
)

// Whatever is handed over is settings that make sense, or a problem of the user's with its
// place in the file.
func FuzzRead(f *testing.F) {
	for _, text := range []string{
		everything, "", "a: &a [*a]", "x: [*x]", "--- \n...\n---", "a:\n\tb: c", "? a\n: b", "<<: {version: 1}", "\xff\xfea\x00", "%TAG ! a\n--- !x",
		"version: 0b1", "rules: !!set {a, b}", "expect: !!omap [a: b]", "max_wait: |\n  3s\n", "faults: >-\n all\n", "skip: [{route: \"\\u2028\", reason: \"\\0\"}]",
		string(Initial([]string{"GET https://shop.test/"}, ruleTexts, Configuration{})),
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := parse("f", text, known)
		if err != nil {
			if harness.BlameOf(err) != harness.Usage || !strings.HasPrefix(err.Error(), "f:") || strings.HasPrefix(err.Error(), "f:0") {
				t.Fatalf("no problem with its place: %v", err)
			}
			return
		}
		sensible(t, s)
	})
}

func sensible(t *testing.T, s *Settings) {
	t.Helper()
	if s.Budgets.Client <= 0 || s.Budgets.CDN <= 0 || s.MaxWait <= 0 || len(s.Faults) == 0 {
		t.Fatalf("something is missing: %+v", s)
	}
	for name, r := range s.Rules {
		if r.Level == Off && r.Reason == "" || r.At.Line < 1 {
			t.Fatalf("%q: %+v", name, r)
		}
	}
	for _, e := range s.Expect {
		if len(e.Judge(harness.Cell{}, 0)) == 0 || e.At.Line < 1 || e.Within > s.MaxWait {
			t.Fatalf("%+v", e)
		}
	}
	for _, skip := range s.Skip {
		if skip.Reason == "" || skip.Route == "" && skip.Fault == nil || skip.At.Line < 1 {
			t.Fatalf("%+v", skip)
		}
	}
	s.Unused([]string{"GET https://shop.test/"}, known.Faults)
}

// A first file can be read, whatever a configuration is called.
func FuzzInitial(f *testing.F) {
	f.Add("GET https://shop.test/", "keeps", "DOMAIN", "shop.test")
	f.Add("\n\x00", "- a: b", "\xff", "\u2028# '\"")
	f.Fuzz(func(t *testing.T, route, rule, name, value string) {
		if len(rule) > 100 || len(name) > 100 {
			t.Skip("YAML's keys end at 1024 characters, and names do much earlier")
		}
		text := Initial([]string{route}, []RuleText{{rule, route, value}}, Configuration{Set: map[string]string{name: value}})
		s, err := parse("f", text, Known{})
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		rule, name, value = strings.ToValidUTF8(rule, "\uFFFD"), strings.ToValidUTF8(name, "\uFFFD"), strings.ToValidUTF8(value, "\uFFFD")
		if _, is := s.Rules[rule]; !is || s.Configuration.Set[name] != value {
			t.Fatalf("got %+v of\n%s", s, text)
		}
	})
}
