package mutant

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// errClientGone: there is nobody left to answer. It is no failure of the upstream's.
var errClientGone = errors.New("the client is gone")

// relay passes an answer on to a client, as it comes.
type relay struct {
	to    io.Writer
	minor byte // of the client's HTTP version
	pads  bool
}

// interim passes on a 1xx answer (RFC 9110 15.2).
func (r relay) interim(a *answer) error {
	if r.minor == '0' {
		return nil
	}
	var b bytes.Buffer
	b.WriteString(a.line + "\r\n")
	writeFields(&b, passedOn(a.fields))
	b.WriteString("\r\n")
	return r.write(b.Bytes())
}

// answer passes on a final answer. A *failure says that the body broke off: then the
// client must be cut off too, for nothing else tells it.
func (r relay) answer(a *answer, body io.Reader) error {
	out := r.framing(a)
	if a.raw == nil {
		if err := r.write(head(a, out)); err != nil {
			return err
		}
	}
	buf := make([]byte, 16<<10)
	for sent := int64(0); ; {
		n, err := body.Read(buf)
		if n > 0 {
			if err := r.piece(out, buf[:n]); err != nil {
				return err
			}
			sent += int64(n)
		}
		switch {
		case err == io.EOF:
			return r.end(out)
		case err != nil && r.pads:
			return r.pad(out, sent, err)
		case err != nil:
			return err
		}
	}
}

// framing is how the client learns where the body ends. One that ends with the
// connection is given chunks where the client knows them, so that a cut can be seen.
func (r relay) framing(a *answer) framing {
	f := a.framing
	if a.raw == nil && (f.byEnd || f.chunked) {
		return framing{chunked: r.minor != '0', byEnd: r.minor == '0'}
	}
	return f
}

// head is the header as the client gets it. Only what is for one connection changes.
func head(a *answer, f framing) []byte {
	var b bytes.Buffer
	b.WriteString(a.line + "\r\n")
	sized := false
	for _, field := range passedOn(a.fields) {
		if strings.EqualFold(field.name, "Content-Length") {
			if sized { // a repeated length is sent once (RFC 9112 6.3 item 5)
				continue
			}
			sized = true
			field.value, _, _ = strings.Cut(field.value, ",")
		}
		fmt.Fprintf(&b, "%s: %s\r\n", field.name, field.value)
	}
	if f.chunked {
		b.WriteString("Transfer-Encoding: chunked\r\n")
	}
	b.WriteString("Connection: close\r\n\r\n")
	return b.Bytes()
}

func (r relay) piece(f framing, p []byte) error {
	if !f.chunked {
		return r.write(p)
	}
	return r.write(fmt.Appendf(nil, "%x\r\n%s\r\n", len(p), p))
}

func (r relay) end(f framing) error {
	if !f.chunked {
		return nil
	}
	return r.write([]byte("0\r\n\r\n"))
}

func (r relay) write(p []byte) error {
	if _, err := r.to.Write(p); err != nil {
		return fmt.Errorf("%w: %w", errClientGone, err)
	}
	return nil
}
