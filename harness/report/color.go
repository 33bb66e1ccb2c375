package report

import "github.com/badgateway/badgateway/harness"

// The colours of verdicts (ECMA-48 8.3.117).
var colors = map[harness.Verdict]string{
	harness.Pass: "32", harness.Warn: "33", harness.Inconclusive: "35", harness.Fail: "1;31", harness.Unsupported: "2",
}

// paint colours s as a verdict is coloured.
func (s Style) paint(v harness.Verdict, text string) string {
	if !s.Color {
		return text
	}
	return "\x1b[" + colors[v] + "m" + text + "\x1b[0m"
}
