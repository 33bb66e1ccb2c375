//go:build linux

package server

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// The frames that are not only echoed (RFC 6455 section 5.2).
const (
	wsClose = 0x8
	wsPing  = 0x9
	wsPong  = 0xA
)

// longestFrame bounds what of a peer's is held at once.
const longestFrame = 1 << 20

// wantsWebSocket says whether a request asks for it (RFC 6455 section 4.1).
func wantsWebSocket(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket") && httpguts.HeaderValuesContainsToken(r.Header["Connection"], "upgrade")
}

// upgrade switches to WebSocket, and echoes until the peer ends.
func (h *http1) upgrade() error {
	key := h.request.Header.Get("Sec-WebSocket-Key")
	if key == "" {
		_, err := io.WriteString(h.out, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		return err
	}
	const head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n"
	if _, err := fmt.Fprintf(h.out, head, accepting(key)); err != nil {
		return err
	}
	return echo(h.in, h.out)
}

// accepting is the proof that a handshake was understood (RFC 6455 section 4.2.2).
func accepting(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// echo gives back what comes, frame by frame. Whoever sends none, which the bits show that
// no extension was agreed on for, gets his bytes back as they are: a tunnel is tried with
// less than a whole WebSocket.
func echo(in *bufio.Reader, out io.Writer) error {
	for {
		first, err := in.Peek(1)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if reserved := first[0] & 0x70; reserved != 0 {
			_, err := io.Copy(out, in)
			return err
		}
		if over, err := echoFrame(in, out); over || err != nil {
			return err
		}
	}
}

// echoFrame says whether the frame was the last.
func echoFrame(in io.Reader, out io.Writer) (over bool, err error) {
	first, payload, err := wsFrame(in)
	if err != nil {
		return false, torn(err)
	}
	opcode := first & 0xF
	switch opcode {
	case wsPong:
		return false, nil // to nothing that was asked
	case wsPing:
		first = first&^0xF | wsPong
	}
	_, err = out.Write(append(wsHead(first, len(payload)), payload...))
	return opcode == wsClose, err
}

// wsFrame reads a frame, and takes the client's mask off it.
func wsFrame(in io.Reader) (first byte, payload []byte, err error) {
	var head [14]byte // two bytes, a length of up to eight, a mask of four
	if _, err := io.ReadFull(in, head[:2]); err != nil {
		return 0, nil, err
	}
	size, mask := wsSizes(head[1])
	if _, err := io.ReadFull(in, head[2:2+size+mask]); err != nil {
		return 0, nil, err
	}
	length := wsLength(head[1], head[2:2+size])
	if length > longestFrame {
		return 0, nil, fmt.Errorf("a frame of %d bytes, the most is %d", length, longestFrame)
	}
	payload = make([]byte, length)
	_, err = io.ReadFull(in, payload)
	if mask > 0 {
		for i := range payload {
			payload[i] ^= head[2+size+i%mask]
		}
	}
	return head[0], payload, err
}

// wsSizes are those of the length and of the mask that follow the second byte.
func wsSizes(second byte) (size, mask int) {
	if second&0x80 != 0 {
		mask = 4
	}
	switch second & 0x7F {
	case 126:
		size = 2
	case 127:
		size = 8
	}
	return size, mask
}

func wsLength(second byte, extended []byte) uint64 {
	switch len(extended) {
	case 2:
		return uint64(binary.BigEndian.Uint16(extended))
	case 8:
		return binary.BigEndian.Uint64(extended)
	}
	return uint64(second & 0x7F)
}

// wsHead is the head of a frame of a server's, which has no mask.
func wsHead(first byte, length int) []byte {
	switch {
	case length < 126:
		return []byte{first, byte(length)}
	case length < 1<<16:
		return binary.BigEndian.AppendUint16([]byte{first, 126}, uint16(length))
	}
	return binary.BigEndian.AppendUint64([]byte{first, 127}, uint64(length))
}
