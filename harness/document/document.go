// Package document reads the YAML files that people write, node by node: what is wrong with one
// is told with its line and column, all of it at once, and with what was meant. It knows no
// file's keys.
package document

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Root is the one document of the file, nil where there is nothing in it.
func (r *Reader) Root() *yaml.Node {
	from := &lineReader{lines: r.lines}
	d := yaml.NewDecoder(from)
	first, err := next(d)
	if err == nil && first != nil {
		var second *yaml.Node
		if second, err = next(d); second != nil {
			r.Wrong(second, "leave one of them out", "a second document begins here")
		}
	}
	if err != nil {
		r.mistakes = append(r.mistakes, syntax(err, r.lines, from.next))
		return nil
	}
	if first == nil || len(first.Content) == 0 || IsNothing(first.Content[0]) {
		return nil
	}
	return first.Content[0]
}

// next is the next document, nil where there is none. What the parser panics with is an
// error: it is no code of ours, and a file must not end the program.
func next(d *yaml.Decoder) (n *yaml.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			n, err = nil, fmt.Errorf("%v", p)
		}
	}()
	n = &yaml.Node{}
	if err = d.Decode(n); err != nil {
		n = nil
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

// lineReader hands out a line at a time, so that it is known how far a parser came.
type lineReader struct {
	lines []string
	next  int
	rest  string
}

func (l *lineReader) Read(into []byte) (int, error) {
	if l.rest == "" {
		if l.next == len(l.lines) {
			return 0, io.EOF
		}
		l.rest = l.lines[l.next]
		l.next++
	}
	n := copy(into, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}

// isYAML says whether lines make a document by themselves.
func isYAML(lines []string) bool {
	_, err := next(yaml.NewDecoder(strings.NewReader(strings.Join(lines, ""))))
	return err == nil
}
