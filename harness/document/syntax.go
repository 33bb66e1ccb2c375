package document

import (
	"regexp"
	"strconv"
	"strings"
)

var parserSays = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?(?s:(.*))$`)

// syntax is why lines are no YAML. read is how many the parser had read when it found out.
func syntax(err error, lines []string, read int) mistake {
	if m := tabbed(lines); m != nil {
		return *m
	}
	said := parserSays.FindStringSubmatch(err.Error())
	m := mistake{line: broken(lines, read), what: "this is no YAML: " + said[2]}
	if m.line == 0 {
		m.line, _ = strconv.Atoi(said[1])
		m.line = max(m.line, 1)
	}
	switch {
	case strings.Contains(said[2], "anchor"), strings.Contains(said[2], "alphabetic or numeric"):
		m.hint = "a pattern that begins with * wants quotes: '*/never'"
	case strings.Contains(said[2], "mapping values are not allowed"):
		m.hint = "is the indentation right? A text with a colon and a space in it wants quotes"
	case strings.HasPrefix(said[2], "did not find expected"):
		m.hint = "are the indentation and the brackets right?"
	}
	return m
}

// broken is the line with which begins what is no YAML: all before it is. The parser itself
// names the line before the beginning of the section, or none. It is 0 where that line is not
// found soon: each attempt reads the file again.
func broken(lines []string, read int) int {
	const attempts = 20
	for good := read; good >= max(0, read-attempts); good-- {
		if isYAML(lines[:good]) {
			return good + 1
		}
	}
	return 0
}

// tabbed finds a line that is indented with a tab. The parser refuses it with words about
// tokens, which nobody reads as "tab". (In the midst of a text a tab is allowed.)
func tabbed(lines []string) *mistake {
	for i, line := range lines {
		rest := strings.TrimLeft(line, " \t")
		if strings.TrimSpace(rest) == "" || rest[0] == '#' {
			continue
		}
		if at := strings.IndexByte(line[:len(line)-len(rest)], '\t'); at >= 0 {
			return &mistake{i + 1, at + 1, "this line is indented with a tab", "YAML wants spaces"}
		}
	}
	return nil
}
