package settings

import "fmt"

// Level says what it means that a rule does not hold.
type Level int

// The levels. A rule that nobody decided about warns.
const (
	Warn Level = iota
	Fail       // the team has adopted it
	Off        // it is not looked at, for a reason
)

var levelNames = []string{Warn: "warn", Fail: "fail", Off: "off"}

func (l Level) String() string { return levelNames[l] }

// MarshalText writes the word.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads the word.
func (l *Level) UnmarshalText(text []byte) error {
	for v, name := range levelNames {
		if name == string(text) {
			*l = Level(v)
			return nil
		}
	}
	return fmt.Errorf("no level is called %q", text)
}

// Level is that of a rule. To be strict is to let nothing pass with a warning; what is off
// stays off, since somebody gave a reason.
func (s *Settings) Level(rule string, strict bool) Level {
	level := s.Rules[rule].Level
	if level == Warn && strict {
		return Fail
	}
	return level
}
