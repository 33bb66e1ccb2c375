package report

import (
	"fmt"
	"strings"
)

// markup writes as character references what Markdown or HTML gives a meaning to. GitHub's
// Markdown makes links, emphasis, mathematics and mentions of these too.
var markup = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;", "|", "&#124;", "`", "&#96;", `\`, "&#92;",
	"*", "&#42;", "_", "&#95;", "~", "&#126;", "[", "&#91;", "]", "&#93;", "#", "&#35;", "!", "&#33;",
	"$", "&#36;", "@", "&#64;", ":", "&#58;", "www.", "www&#46;",
)

// plain is s as Markdown has to be given it to show it as it is.
func plain(s string) string { return markup.Replace(s) }

// code is s in the letters of a program, in a line or in a table, where Markdown's own
// backticks cannot hold everything.
func code(s string) string {
	if s == "" {
		return ""
	}
	return "<code>" + plain(s) + "</code>"
}

// fenced is a block in which nothing has a meaning, for lines that are copied.
func fenced(language string, lines ...string) string {
	text := strings.Join(lines, "\n")
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fmt.Sprintf("%s%s\n%s\n%s\n", fence, language, text, fence)
}

// tableHead is the first two lines of a table.
func tableHead(columns ...string) string {
	return tableRow(columns...) + "|" + strings.Repeat("---|", len(columns)) + "\n"
}

// tableRow is a line of a table; its columns are Markdown already.
func tableRow(columns ...string) string { return "| " + strings.Join(columns, " | ") + " |\n" }

// sheet is a text that may not grow beyond a size.
type sheet struct {
	strings.Builder
}

// pieces writes one after the other until they would take the sheet beyond size bytes, and
// then how many are left, as left says it. Without head, which has to fit too, no piece is
// of use.
func (s *sheet) pieces(size int, head string, pieces []string, left func(n int) string) {
	if len(pieces) == 0 {
		return
	}
	if s.Len()+len(head)+len(pieces[0]) > size {
		s.WriteString("\n" + left(len(pieces)) + "\n\n")
		return
	}
	s.WriteString(head)
	for i, piece := range pieces {
		if s.Len()+len(piece) > size {
			s.WriteString("\n" + left(len(pieces)-i) + "\n\n")
			return
		}
		s.WriteString(piece)
	}
	s.WriteString("\n")
}
