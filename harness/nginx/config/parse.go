package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	crossplane "github.com/nginxinc/nginx-go-crossplane"
)

// parse reads one file. What its includes lead to is not looked at.
func parse(path string, text []byte) ([]*Directive, *fault) {
	statements, f := scan(text)
	if f == nil {
		f = odd(text)
	}
	if f != nil {
		return nil, f
	}
	parsed, err := structure(path, withoutLua(text, statements))
	if err != nil {
		return nil, unreadable(text, err)
	}
	p := placer{path: path, text: text, statements: statements}
	found := p.place(parsed, nil)
	if p.lost || len(p.statements) > 0 {
		return nil, &fault{p.at, unsure, "quotes around what has braces in it may help"}
	}
	return found, nil
}

// structure has the parser read a file. It panics at an if with nothing in its parentheses.
func structure(path string, text []byte) (parsed crossplane.Directives, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the parser gives up: %v", p)
		}
	}()
	payload, err := crossplane.Parse(path, &crossplane.ParseOptions{
		StopParsingOnError:        true,
		SingleFile:                true,
		SkipDirectiveContextCheck: true, // a file by itself has no context
		SkipDirectiveArgsCheck:    true, // nginx -t does that, for the version that will run
		Open: func(string) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(text)), nil
		},
	})
	if err != nil {
		return nil, err
	}
	return payload.Config[0].Parsed, nil
}

// unsure is said where the parser takes a text apart in another way than scan does.
const unsure = "this cannot be read for sure"

// odd finds what no editor shows and NGINX stumbles over.
func odd(text []byte) *fault {
	if bytes.HasPrefix(text, []byte("\xef\xbb\xbf")) {
		return &fault{0, "the file begins with a byte order mark", "NGINX takes it for a part of the first directive: save the file without one"}
	}
	if i := bytes.IndexByte(text, 0); i >= 0 {
		return &fault{i, "a NUL byte", "a configuration is text"}
	}
	return nil
}

// unreadable is what the parser says, with the line it says it of.
func unreadable(text []byte, err error) *fault {
	var p *crossplane.ParseError
	if !errors.As(err, &p) || p.Line == nil {
		return &fault{0, err.Error(), "`nginx -t` may say more"}
	}
	at := 0
	for range *p.Line - 1 {
		at = min(len(text), endOfLine(text, at)+1)
	}
	return &fault{at, p.What, "`nginx -t` may say more"}
}

// withoutLua returns the text with each block of Lua as a ; that is, on the same lines: the
// parser's own reader of Lua takes an apostrophe in a comment for a string.
func withoutLua(text []byte, statements []statement) []byte {
	masked := text
	for _, s := range statements {
		if s.lua == (span{}) {
			continue
		}
		if &masked[0] == &text[0] {
			masked = bytes.Clone(text)
		}
		blank(masked[s.lua.from-1 : s.end])
		masked[s.lua.from-1] = ';'
	}
	return masked
}

// blank makes white space of a text and keeps its lines.
func blank(text []byte) {
	for i, c := range text {
		if c != '\n' {
			text[i] = ' '
		}
	}
}

// A placer gives the parser's directives, in the order in which they begin, the places of
// the statements.
type placer struct {
	path       string
	text       []byte
	statements []statement
	at         int
	lost       bool
}

func (p *placer) place(in crossplane.Directives, parent *Directive) []*Directive {
	found := make([]*Directive, 0, len(in))
	for _, d := range in {
		if p.lost = p.lost || len(p.statements) == 0 || !p.same(d); p.lost {
			return found
		}
		found = append(found, p.one(d, parent))
	}
	return found
}

// same says whether the parser's directive is the next statement: by its line or by its name,
// for the parser counts a line break behind a backslash too early, and has another letter for
// what is no UTF-8.
func (p *placer) same(d *crossplane.Directive) bool {
	return p.statements[0].line == d.Line || p.statements[0].name(p.text) == unescape.Replace(d.Directive)
}

func (p *placer) one(d *crossplane.Directive, parent *Directive) *Directive {
	s := p.statements[0]
	p.statements, p.at = p.statements[1:], s.words[0].from
	placed := &Directive{Name: unescape.Replace(d.Directive), Parent: parent, File: p.path, Line: s.line, Column: s.column}
	for _, a := range d.Args {
		placed.Args = append(placed.Args, unescape.Replace(a))
	}
	if s.lua != (span{}) {
		placed.Args = append(placed.Args, s.lua.of(p.text))
	}
	if d.Block != nil {
		placed.Block = p.place(d.Block, placed)
	}
	return placed
}

// in is a fault with its place, as an error.
func (f *fault) in(shown string, text []byte) string {
	line, column := place(text, f.at)
	return fmt.Sprintf("%s:%d:%d: %s", shown, line, column, f.what)
}
