package mutant

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/badgateway/badgateway/harness"
)

// body reads what follows the head, without its framing. It ends with io.EOF where the
// body is whole and with a *failure where it is not.
func (r *answerReader) body(a *answer) io.Reader {
	switch f := a.framing; {
	case f.chunked:
		return &chunks{r: r}
	case f.sized:
		return &sized{r: r, left: f.length}
	case f.byEnd:
		return io.MultiReader(strings.NewReader(string(a.raw)), &untilEnd{r: r})
	}
	return strings.NewReader("")
}

// untilEnd takes a FIN for the body's end. A reset is none (RFC 9112 8).
type untilEnd struct{ r *answerReader }

func (u *untilEnd) Read(p []byte) (int, error) {
	n, err := u.r.in.Read(p)
	if err != nil && err != io.EOF {
		err = readFailure(harness.PhaseBody, err)
	}
	return n, err
}

type sized struct {
	r    *answerReader
	left int64
}

func (s *sized) Read(p []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	n, err := s.r.in.Read(p[:min(int64(len(p)), s.left)])
	s.left -= int64(n)
	if err != nil {
		err = readFailure(harness.PhaseBody, err)
	}
	return n, err
}

// chunks reads the chunked coding (RFC 9112 7.1). Its lines end with CRLF, with nothing
// less: what two readers find different ends in is how responses are smuggled.
type chunks struct {
	r     *answerReader
	begun bool
	left  int64
	err   error // how it ended
}

func (c *chunks) Read(p []byte) (int, error) {
	if c.err == nil && c.left == 0 {
		c.err = c.next()
	}
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.r.in.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	if err != nil {
		c.err = chunkFailure(err)
	}
	return n, c.err
}

// next reads the end of a chunk, the size of the one that follows, and what comes after
// the last. It returns io.EOF at the body's end.
func (c *chunks) next() error {
	if c.begun {
		if _, err := c.line(0); err != nil {
			return chunkFailure(err)
		}
	}
	c.begun = true
	line, err := c.line(maxSizeLine)
	if err != nil {
		return chunkFailure(err)
	}
	digits, _, _ := strings.Cut(line, ";") // extensions mean nothing to us
	size, err := strconv.ParseUint(strings.TrimRight(digits, " \t"), 16, 63)
	if err != nil {
		return &failure{harness.PhaseBody, badTransferCoding, fmt.Sprintf("a chunk of the size %q", digits)}
	}
	if c.left = int64(size); size > 0 {
		return nil
	}
	c.r.section = 0
	if _, err := c.r.fields(trailerTooLarge); err != nil { // read, and not passed on (7.1.2)
		return chunkFailure(err)
	}
	return io.EOF
}

// maxSizeLine bounds the line of a chunk's size: sixteen digits and an extension.
const maxSizeLine = 256

// line reads at most that many bytes and CRLF.
func (c *chunks) line(most int) (string, error) {
	var line []byte
	for {
		b, err := c.r.in.ReadByte()
		if err != nil {
			return "", err
		}
		afterCR := len(line) > 0 && line[len(line)-1] == '\r'
		line = append(line, b)
		switch {
		case b == '\n' && afterCR:
			return string(line[:len(line)-2]), nil
		case b == '\n', afterCR, b != '\r' && len(line) > most:
			return "", &failure{harness.PhaseBody, badTransferCoding, fmt.Sprintf("a chunk's line does not end: %q", line)}
		}
	}
}

// chunkFailure puts the failures of the coding's own lines into the body's phase.
func chunkFailure(err error) error {
	var known *failure
	if !errors.As(err, &known) {
		return readFailure(harness.PhaseBody, err)
	}
	known.phase = harness.PhaseBody
	if known.kind == protocolError { // in a trailer
		known.kind = badTransferCoding
	}
	return known
}
