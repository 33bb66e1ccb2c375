package report

import "strings"

// disarmed is a line that GitHub's runner does not obey when it reads it in a step's log:
// it takes "::word ...::" after white space for a command, where a line was folded too, and
// the older "##[word]" anywhere (actions/runner, src/Runner.Common/ActionCommand.cs).
func disarmed(line string) string {
	line = strings.ReplaceAll(line, "##[", `##\x5b`)
	if rest := strings.TrimLeft(line, " "); strings.HasPrefix(rest, "::") {
		return line[:len(line)-len(rest)] + `\x3a` + rest[1:]
	}
	return line
}
