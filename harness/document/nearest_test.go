package document

import "testing"

func TestNearest(t *testing.T) {
	options := []string{"path", "at", "set", "without_modules", "slow/never", "slow/never-ends"}
	for word, want := range map[string]string{
		"": "", "a": "", "x": "", "ta": "", "Path": "path", "pat": "path", "paht": "path", "sets": "set", "without-module": "without_modules",
		"slow/nver": "slow/never", "slow/never": "slow/never", "slow/never-end": "slow/never-ends", "crash/reset": "",
	} {
		if got := nearest(word, options); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
}
