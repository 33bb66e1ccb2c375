package config

import "bytes"

// Alter is a file's text with the words of the directive that begins at a place changed, its name
// among them, as they are written; with none it is left out. Everything else stays where it is.
// ok is false where no directive without a block begins there.
func Alter(text []byte, line, column int, edit func(words []string) []string) (altered []byte, ok bool) {
	statements, _ := scan(withoutMarkers(text))
	for _, s := range statements {
		if s.line != line || s.column != column || s.open >= 0 {
			continue
		}
		var words []string
		for _, w := range s.words {
			words = append(words, w.of(text))
		}
		var becomes []byte
		if words = edit(words); len(words) > 0 {
			for i, w := range words {
				if i > 0 {
					becomes = append(becomes, ' ')
				}
				becomes = append(becomes, w...)
			}
			becomes = append(becomes, ';')
		}
		from, to := s.words[0].from, s.end
		if lines := bytes.Count(text[from:to], []byte("\n")); lines > 0 {
			becomes = append(becomes, bytes.Repeat([]byte("\n"), lines)...)
		}
		return bytes.Join([][]byte{text[:from], becomes, text[to:]}, nil), true
	}
	return nil, false
}
