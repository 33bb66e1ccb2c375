package config

import (
	"bytes"
	"strings"
)

// Bounds of one file. Real configurations nest less than ten deep; what is past these is not
// refused by NGINX but is not written by people either.
const (
	maxNesting    = 100
	maxStatements = 500_000
)

// A statement is one directive as the text of a file has it: where it is, which the parser
// does not tell beyond the line.
type statement struct {
	words  []span
	end    int // behind its ; or its closing }
	open   int // its {, -1 where it has none
	line   int
	column int
	depth  int
	lua    span // what is between the braces of a *_by_lua_block
}

// A span is a part of a text, in bytes.
type span struct{ from, to int }

func (s span) of(text []byte) string { return string(text[s.from:s.to]) }

func (s statement) name(text []byte) string { return unquote(s.words[0].of(text)) }

// A fault is why a text is no configuration, and where.
type fault struct {
	at         int
	what, hint string
}

// scan takes a text apart by the rules of ngx_conf_read_token. The statements come in the
// order in which they begin. With a fault it returns those that were before it.
func scan(text []byte) ([]statement, *fault) {
	s := scanner{text: text, line: 1}
	f := s.run()
	return s.found, f
}

type scanner struct {
	text    []byte
	at      int
	counted int // how far lines were counted
	line    int // of counted
	begin   int // of that line
	found   []statement
	open    []int  // the blocks that are open: indexes of found
	words   []span // of the statement that has begun
}

func (s *scanner) run() *fault {
	for {
		s.skip()
		if s.at == len(s.text) {
			return s.ended()
		}
		var f *fault
		switch s.text[s.at] {
		case ';':
			f = s.finish(-1)
		case '{':
			f = s.finish(s.at)
		case '}':
			f = s.closed()
		default:
			f = s.word()
		}
		if f != nil {
			return f
		}
	}
}

// skip passes over white space and comments.
func (s *scanner) skip() {
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case space(c):
			s.at++
		case c == '#':
			s.at = endOfLine(s.text, s.at)
		default:
			return
		}
	}
}

func space(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

func endOfLine(text []byte, at int) int {
	if i := bytes.IndexByte(text[at:], '\n'); i >= 0 {
		return at + i
	}
	return len(text)
}

func (s *scanner) ended() *fault {
	if len(s.words) > 0 {
		return &fault{s.words[0].from, "the file ends within a directive", "a ; is missing behind it"}
	}
	if n := len(s.open); n > 0 {
		return &fault{s.found[s.open[n-1]].words[0].from, "the file ends within this block", "a } is missing"}
	}
	return nil
}

// finish ends the statement that has begun, with a ; or with the { of its block.
func (s *scanner) finish(open int) *fault {
	if len(s.words) == 0 {
		return &fault{s.at, `unexpected "` + string(s.text[s.at]) + `"`, "a directive has to stand before it"}
	}
	first := s.words[0].from
	if len(s.found) == maxStatements {
		return &fault{first, "more than 500,000 directives", "check reads what people write: hand over a part of it"}
	}
	if len(s.open) == maxNesting {
		return &fault{first, "blocks nested more than 100 deep", "check reads what people write"}
	}
	if f := s.dots(); f != nil {
		return f
	}
	s.count(first)
	s.at++
	s.found = append(s.found, statement{words: s.words, open: open, end: s.at, line: s.line, column: first - s.begin + 1, depth: len(s.open)})
	s.words = nil
	if open < 0 {
		return nil
	}
	if last := &s.found[len(s.found)-1]; strings.HasSuffix(last.name(s.text), "_by_lua_block") {
		return s.lua(last)
	}
	s.open = append(s.open, len(s.found)-1)
	return nil
}

// count counts the lines up to a place.
func (s *scanner) count(to int) {
	passed := s.text[s.counted:to]
	if i := bytes.LastIndexByte(passed, '\n'); i >= 0 {
		s.line += bytes.Count(passed, []byte("\n"))
		s.begin = s.counted + i + 1
	}
	s.counted = to
}

func (s *scanner) closed() *fault {
	if f := s.dots(); f != nil {
		return f
	}
	if len(s.words) > 0 {
		return &fault{s.words[0].from, "the block ends within this directive", "a ; is missing behind it"}
	}
	if len(s.open) == 0 {
		return &fault{s.at, `unexpected "}"`, "no block is open here: one } too many, or a { too few above"}
	}
	s.at++
	s.found[s.open[len(s.open)-1]].end = s.at
	s.open = s.open[:len(s.open)-1]
	return nil
}

// dots finds what documentation writes where something was left out.
func (s *scanner) dots() *fault {
	if len(s.words) == 0 {
		return nil
	}
	if name := s.words[0].of(s.text); name == "..." || name == "…" {
		return &fault{s.words[0].from, `"` + name + `" is no directive`, "something was left out here: write it, or delete the dots"}
	}
	return nil
}

// word reads one name or argument. A quote counts at its beginning only.
func (s *scanner) word() *fault {
	from := s.at
	if q := s.text[from]; q == '"' || q == '\'' {
		end := quoted(s.text, from)
		if end < 0 {
			return &fault{from, "the quote that begins here does not end", "a " + string(q) + " is missing, or one is too many above"}
		}
		s.at = end
		if end < len(s.text) && !space(s.text[end]) && !strings.ContainsRune(";{)", rune(s.text[end])) {
			return &fault{end, `unexpected "` + string(s.text[end]) + `" behind a quote`, "NGINX wants a space or a ; there"}
		}
	} else {
		end := bare(s.text, from)
		if end < 0 {
			return &fault{from, "a ${ in this word does not end", "a } is missing"}
		}
		if end < len(s.text) && s.text[end] == '}' {
			return &fault{end, `unexpected "}" within a word`, "a ; is missing before it, or the word wants quotes"}
		}
		s.at = end
	}
	s.words = append(s.words, span{from, s.at})
	return nil
}

// quoted returns where the quote that begins at from has ended, -1 where it does not.
func quoted(text []byte, from int) int {
	for i := from + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case text[from]:
			return i + 1
		}
	}
	return -1
}

// bare returns where the word without quotes ends, -1 where a ${ in it does not.
func bare(text []byte, from int) int {
	for i := from; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\':
			i++
		case c == '$' && i+1 < len(text) && text[i+1] == '{':
			n := bytes.IndexAny(text[i:], "} \t\r\n;")
			if n < 0 || text[i+n] != '}' {
				return -1
			}
			i += n
		case space(c) || c == ';' || c == '{' || c == '}':
			return i
		}
	}
	return len(text)
}

// unquote returns what a word means (ngx_conf_read_token: what follows a backslash).
func unquote(word string) string {
	if n := len(word); n > 1 && (word[0] == '"' || word[0] == '\'') && word[n-1] == word[0] {
		word = word[1 : n-1]
	}
	return unescape.Replace(word)
}

var unescape = strings.NewReplacer(`\"`, `"`, `\'`, `'`, `\\`, `\`, `\t`, "\t", `\r`, "\r", `\n`, "\n")

// place returns the line and the column of a byte, both counted from 1.
func place(text []byte, at int) (line, column int) {
	before := text[:min(at, len(text))]
	return 1 + bytes.Count(before, []byte("\n")), len(before) - bytes.LastIndexByte(before, '\n')
}
