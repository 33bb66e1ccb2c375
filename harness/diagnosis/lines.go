package diagnosis

import (
	"bufio"
	"compress/gzip"
	"errors"
	"io"
	"strings"
)

// longest is what is looked at of a line, in bytes; the rest of it is passed over. NGINX cuts
// its own error lines at 2048.
const longest = 64 << 10

// lines are those of a log that are not blank, of a compressed one too, as logs are put away.
type lines struct {
	source *bufio.Reader
	began  bool
	number int // of the last that was returned, from 1
}

func newLines(r io.Reader) *lines { return &lines{source: bufio.NewReaderSize(r, longest)} }

// next returns the next line, and io.EOF after the last.
func (l *lines) next() (string, error) {
	if err := l.begin(); err != nil {
		return "", err
	}
	for {
		line, err := l.one()
		if err != nil {
			return "", err
		}
		if strings.TrimSpace(line) != "" {
			return line, nil
		}
	}
}

// begin looks once whether the log is compressed (RFC 1952 section 2.3.1).
func (l *lines) begin() error {
	if l.began {
		return nil
	}
	l.began = true
	if magic, _ := l.source.Peek(2); string(magic) != "\x1f\x8b" {
		return nil
	}
	z, err := gzip.NewReader(l.source)
	if err != nil {
		return err
	}
	l.source = bufio.NewReaderSize(z, longest)
	return nil
}

// one returns the next line, blank or not.
func (l *lines) one() (string, error) {
	piece, err := l.source.ReadSlice('\n')
	if len(piece) == 0 && err != nil {
		return "", err
	}
	l.number++
	line := strings.TrimRight(string(piece), "\r\n")
	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = l.source.ReadSlice('\n')
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return line, nil
}
