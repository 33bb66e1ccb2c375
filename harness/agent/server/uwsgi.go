//go:build linux

package server

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/badgateway/badgateway/harness/agent"
)

// uwsgiModifier begins a request with variables for a WSGI application. Other modifiers
// mean other things.
const uwsgiModifier = 0

// uwsgi is an application that speaks the uwsgi protocol. It answers in HTTP/1.0, as uWSGI
// does, and takes one request of a connection.
type uwsgi struct {
	in  io.Reader
	out io.Writer
}

func (u *uwsgi) read() (a asked, err error) {
	var head [4]byte // a modifier, the size of the variables, a second modifier
	if _, err := io.ReadFull(u.in, head[:]); err != nil {
		return a, err
	}
	if head[0] != uwsgiModifier {
		return a, fmt.Errorf("the uwsgi modifier %d, which is not spoken", head[0])
	}
	block := make([]byte, binary.LittleEndian.Uint16(head[1:]))
	if _, err := io.ReadFull(u.in, block); err != nil {
		return a, torn(err)
	}
	v, err := uwsgiPairs(block)
	if err != nil {
		return a, err
	}
	a = v.asked(agent.UWSGI)
	a.last = true
	a.body, err = v.body(u.in)
	return a, err
}

func (u *uwsgi) answer(a asked) error {
	_, err := io.WriteString(u.out, healthy("HTTP/1.0 200 OK", a))
	return err
}

func uwsgiPairs(rest []byte) (vars, error) {
	v := vars{}
	for len(rest) > 0 {
		name, err := uwsgiText(&rest)
		if err != nil {
			return nil, err
		}
		if v[name], err = uwsgiText(&rest); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// uwsgiText reads a length of two bytes and as much text.
func uwsgiText(rest *[]byte) (string, error) {
	size, err := cut(rest, 2)
	if err != nil {
		return "", err
	}
	return cut(rest, int(binary.LittleEndian.Uint16([]byte(size))))
}
