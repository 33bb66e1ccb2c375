// Package visible spells hostile text so that a reader sees what it holds and a
// terminal, a log viewer or an XML parser obeys none of it. Gateways' logs and
// upstreams' bytes are hostile. It never drops a byte silently.
package visible

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Text spells everything that is not a printable character or a plain space: control
// bytes (C0, DEL, C1), line ends, bytes that are not UTF-8, and the invisible
// characters that reorder or hide text (Unicode TR 36). Printable text is unchanged,
// backslashes too, so Text(Text(s)) is Text(s).
func Text(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case strconv.IsPrint(r):
			b.WriteString(s[i : i+size])
		default:
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		i += size
	}
	return b.String()
}

func plain(s string) bool {
	for _, r := range s {
		if r == utf8.RuneError || !strconv.IsPrint(r) {
			return false
		}
	}
	return true
}

// JSON escapes in a JSON text what encoding/json leaves as it is and Text would spell:
// DEL, C1 and invisible characters. The values do not change: outside of strings there
// are no such characters, and line ends, which are JSON's own, stay.
func JSON(text []byte) []byte {
	var b bytes.Buffer
	for _, r := range string(text) {
		switch {
		case r == '\n' || strconv.IsPrint(r):
			b.WriteRune(r)
		case r > 0xffff:
			high, low := surrogates(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.Bytes()
}

// surrogates is the pair that stands for r in UTF-16 (RFC 8259 section 7).
func surrogates(r rune) (high, low rune) {
	r -= 0x10000
	return 0xd800 + r>>10, 0xdc00 + r&0x3ff
}
