//go:build linux

package server

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"

	"github.com/badgateway/badgateway/harness/agent"
)

// scgi is an SCGI application. It takes one request of a connection, as the protocol has
// it.
type scgi struct {
	in  *bufio.Reader
	out io.Writer
}

var errNetstring = errors.New("the SCGI request is no netstring")

func (s *scgi) read() (a asked, err error) {
	block, err := s.netstring()
	if err != nil {
		return a, err
	}
	v, err := scgiPairs(block)
	if err != nil {
		return a, err
	}
	a = v.asked(agent.SCGI)
	a.last = true
	a.body, err = v.body(s.in)
	return a, err
}

func (s *scgi) answer(a asked) error {
	_, err := io.WriteString(s.out, healthy("Status: 200 OK", a))
	return err
}

// netstring reads a length in decimal, a colon, as many bytes, and a comma.
func (s *scgi) netstring() ([]byte, error) {
	size, err := s.size()
	if err != nil {
		return nil, err
	}
	if size > mostVars {
		return nil, errTooManyVars
	}
	block := make([]byte, size+1)
	if _, err := io.ReadFull(s.in, block); err != nil {
		return nil, torn(err)
	}
	if block[size] != ',' {
		return nil, errNetstring
	}
	return block[:size], nil
}

func (s *scgi) size() (int, error) {
	const most = len("65536:")
	var digits []byte
	for len(digits) < most {
		c, err := s.in.ReadByte()
		switch {
		case err != nil && len(digits) == 0:
			return 0, err
		case err != nil:
			return 0, torn(err)
		case c == ':':
			size, err := strconv.ParseUint(string(digits), 10, 32)
			if err != nil {
				return 0, errNetstring
			}
			return int(size), nil
		}
		digits = append(digits, c)
	}
	return 0, errTooManyVars
}

// scgiPairs reads names and values, each of which ends with a zero byte.
func scgiPairs(block []byte) (vars, error) {
	v, name, named := vars{}, "", false
	for len(block) > 0 {
		text, rest, whole := bytes.Cut(block, []byte{0})
		if !whole {
			return nil, errVars
		}
		if block = rest; named {
			v[name] = string(text)
		}
		name, named = string(text), !named
	}
	if named {
		return nil, errVars
	}
	return v, nil
}
