package speech

import "encoding/binary"

// The kinds of WebSocket frames (RFC 6455 section 5.2).
const (
	Text  byte = 0x1
	Close byte = 0x8
)

// Accepted is the head of the answer that switches to WebSocket, for the key that RFC 6455 has
// as its example.
const Accepted = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"

// last marks the only or last frame of a message; masked says that a mask follows the length.
const (
	last   = 0x80
	masked = 0x80
)

// Frame is a message in one frame, as servers send it.
func Frame(kind byte, text string) string {
	return string(sized([]byte{last | kind}, len(text), 0)) + text
}

// Masked is a message in one frame, as clients send it. The mask is of zeros, which changes
// nothing: it protects caches from scripts of others (section 10.3), and there are none here.
func Masked(kind byte, text string) string {
	return string(append(sized([]byte{last | kind}, len(text), masked), 0, 0, 0, 0)) + text
}

func sized(head []byte, length int, mask byte) []byte {
	switch {
	case length < 126:
		return append(head, mask|byte(length))
	case length < 1<<16:
		return binary.BigEndian.AppendUint16(append(head, mask|126), uint16(length))
	}
	return binary.BigEndian.AppendUint64(append(head, mask|127), uint64(length))
}
