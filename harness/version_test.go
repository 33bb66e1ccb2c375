package harness

import "testing"

func TestOlder(t *testing.T) {
	for _, c := range []struct {
		version, than string
		older         bool
	}{
		{"1.22.1", "1.23.0", true}, {"1.22", "1.23.0", true}, {"1.9.15", "1.23.0", true}, {"0.8.55", "1.23.0", true},
		{"1.22.1-9+deb12u11", "1.23.0", true}, {"1.22.1-9+deb12u11", "1.22.2", true}, {"1.22.1-9+deb12u11", "1.22.1", false},
		{"1.23.0", "1.23.0", false}, {"1.23", "1.23.1", false}, {"1.23.1", "1.23", false}, {"1.100.0", "1.23.0", false}, {"2.0", "1.30", false},
		{"1.22", "1.25.0", true}, {"1.26", "1.25.1", false}, {"1.30", "1.27.3", false}, {"1", "1.23.0", false},
		{"", "1.23.0", false}, {"mainline", "1.23.0", false}, {"1.x", "1.23.0", false}, {"1.22.1", "", false},
	} {
		if got := Older(c.version, c.than); got != c.older {
			t.Errorf("%q is older than %q: %v", c.version, c.than, got)
		}
	}
}

func TestADeviationIsOfSomeVersions(t *testing.T) {
	for _, c := range []struct {
		since, before, words string
		applies, not         []string
	}{
		{"", "", "", []string{"0.1", "1.22.1", "1.30.6", "", "mainline", AnyVersion}, nil},
		{"", "1.23.0", "before 1.23.0", []string{"1.22.1", "1.9", AnyVersion}, []string{"1.23.0", "1.30.6", "", "mainline"}},
		{"1.29.0", "", "since 1.29.0", []string{"1.29.0", "1.30.6", "", "mainline", AnyVersion}, []string{"1.28.9", "1.22.1"}},
		{"1.25.0", "1.29.0", "since 1.25.0 and before 1.29.0", []string{"1.25.0", "1.26.3", "1.28.9", AnyVersion}, []string{"1.24.9", "1.29.0", "1.30.6", "", "mainline"}},
	} {
		d := Deviation{Since: c.since, Before: c.before, Reason: "because so"}
		if d.Versions() != c.words {
			t.Errorf("%s to %s reads %q, want %q", c.since, c.before, d.Versions(), c.words)
		}
		for _, version := range c.applies {
			if len(Applying([]Deviation{d}, version)) != 1 {
				t.Errorf("%q does not apply to %q", c.words, version)
			}
		}
		for _, version := range c.not {
			if len(Applying([]Deviation{d}, version)) != 0 {
				t.Errorf("%q applies to %q", c.words, version)
			}
		}
	}
}

func TestAReasonHasItsVersions(t *testing.T) {
	for want, d := range map[string]Deviation{
		"because so":                {Reason: "because so"},
		"before 1.23.0: because so": {Reason: "because so", Before: "1.23.0"},
	} {
		if d.Because() != want {
			t.Errorf("%+v reads %q, want %q", d, d.Because(), want)
		}
	}
}
