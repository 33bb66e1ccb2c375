package harness

import "fmt"

// Verdict is the judgement of a cell or a run: doubt outranks success, a definite
// failure outranks doubt. Unsupported stands apart.
type Verdict int

// The verdicts, in their order.
const (
	Pass Verdict = iota
	Warn
	Inconclusive
	Fail
	Unsupported Verdict = -1
)

var verdictNames = map[Verdict]string{
	Pass: "pass", Warn: "warn", Inconclusive: "inconclusive", Fail: "fail", Unsupported: "unsupported",
}

func (v Verdict) String() string { return verdictNames[v] }

// MarshalText writes the word.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads the word.
func (v *Verdict) UnmarshalText(text []byte) error {
	for k, name := range verdictNames {
		if name == string(text) {
			*v = k
			return nil
		}
	}
	return fmt.Errorf("no verdict is called %q", text)
}
