package agent

import (
	"bytes"
	"fmt"
)

// MaxFill bounds the body that a client makes up.
const MaxFill = 64 << 20

// piece is how much of a body goes into one chunk.
const piece = 64 << 10

// Body is what a client makes up to follow the head of its request.
func (a Ask) Body() []byte {
	if a.Fill <= 0 || !a.Chunked {
		return bytes.Repeat([]byte("."), max(0, a.Fill))
	}
	var b bytes.Buffer
	for left := a.Fill; left > 0; left -= piece {
		n := min(left, piece)
		fmt.Fprintf(&b, "%x\r\n%s\r\n", n, bytes.Repeat([]byte("."), n))
	}
	b.WriteString("0\r\n\r\n")
	return b.Bytes()
}
