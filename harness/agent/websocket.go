package agent

import (
	"encoding/binary"
	"errors"
	"io"

	"github.com/badgateway/badgateway/harness/script"
	"github.com/badgateway/badgateway/harness/speech"
)

// AskWebSocket reads the answer to a request for a WebSocket. Once that is open it says
// script.Page as one message, and that it ends; what messages come are the response's body.
// The response is whole once the other has said that it ends, too: a tunnel that is torn
// down without that is one that was cut (RFC 6455 7.1.5, code 1006). The error is what kept
// the client from saying its part.
func AskWebSocket(conn io.ReadWriter) (r Response, end End, unsaid error) {
	rd := newResponseReader(conn, "GET")
	err := rd.read()
	if err == nil && rd.res.Status == 101 {
		_, unsaid = io.WriteString(conn, speech.Masked(speech.Text, script.Page)+speech.Masked(speech.Close, ""))
		err = rd.messages()
	}
	r, end = rd.ended(err)
	return r, end, unsaid
}

// messages takes frames until one says that it is the last.
func (r *responseReader) messages() error {
	for {
		kind, length, err := r.frame()
		if err != nil {
			return torn(err)
		}
		if kind == speech.Close {
			return nil
		}
		if err := r.take(length); err != nil {
			return torn(err)
		}
	}
}

// frame reads the head of a server's frame (RFC 6455 5.2).
func (r *responseReader) frame() (kind byte, length int64, err error) {
	var head [2]byte
	if _, err := io.ReadFull(r.buf, head[:]); err != nil {
		return 0, 0, err
	}
	if head[0]&0x70 != 0 || head[1]&0x80 != 0 { // bits of extensions, or a client's mask
		return 0, 0, malformedError("a frame that breaks WebSocket")
	}
	var more [8]byte
	size := map[byte]int{126: 2, 127: 8}[head[1]]
	if size == 0 {
		return head[0] & 0xF, int64(head[1]), nil
	}
	_, err = io.ReadFull(r.buf, more[8-size:])
	return head[0] & 0xF, int64(binary.BigEndian.Uint64(more[:]) &^ (1 << 63)), err
}

// torn is the error of a read within what has an end of its own: the connection's is none.
func torn(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
