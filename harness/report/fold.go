package report

import (
	"strings"
	"unicode/utf8"
)

// least is the number of columns below which reading makes no sense.
const least = 30

// Fold breaks s at spaces into lines of at most width runes; a word that is longer
// stays whole. Where there is too little room to read it leaves s alone.
func Fold(s string, width int) (lines []string) {
	if width < least {
		return []string{s}
	}
	line := ""
	for word := range strings.FieldsSeq(s) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(lines, line)
}

// Hanging puts s behind head in lines of at most width runes, those that follow below
// where s began. A head that leaves too little room has a line of its own. Width 0 is
// one line.
func Hanging(head, s string, width int) []string {
	by := utf8.RuneCountInString(head)
	if width <= 0 || by+utf8.RuneCountInString(s) <= width {
		return []string{strings.TrimRight(head+s, " ")}
	}
	var lines []string
	if width-by < least {
		const step = 4
		lines, head, by = append(lines, strings.TrimRight(head, " ")), strings.Repeat(" ", step), step
	}
	for _, line := range Fold(s, width-by) {
		lines = append(lines, head+line)
		head = strings.Repeat(" ", by)
	}
	return lines
}
