package speech

import (
	"bytes"
	"encoding/binary"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// Stream is the number of the first request on a connection of HTTP/2 (RFC 9113 5.1.1).
const Stream = 1

// Frames are what a server of HTTP/2 writes, one frame after the other, about the stream
// that a request came on. Nothing is checked: many are there to be wrong.
type Frames struct {
	text   bytes.Buffer
	framer *http2.Framer
	block  bytes.Buffer
	fields *hpack.Encoder
}

// HTTP2 begins with no frame.
func HTTP2() *Frames {
	f := &Frames{}
	f.framer = http2.NewFramer(&f.text, nil)
	f.framer.AllowIllegalWrites = true
	f.fields = hpack.NewEncoder(&f.block)
	return f
}

// String is what was written.
func (f *Frames) String() string { return f.text.String() }

// Settings is a server's preface (RFC 9113 3.4).
func (f *Frames) Settings(settings ...http2.Setting) *Frames {
	f.framer.WriteSettings(settings...)
	return f
}

// Headers are fields, as names and values in turn. The last ones of a stream end it.
func (f *Frames) Headers(end bool, fields ...string) *Frames {
	f.block.Reset()
	for i := 0; i+1 < len(fields); i += 2 {
		f.fields.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]})
	}
	f.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: Stream, BlockFragment: f.block.Bytes(), EndStream: end, EndHeaders: true})
	return f
}

// Data is a piece of the body.
func (f *Frames) Data(end bool, body string) *Frames {
	f.framer.WriteData(Stream, end, []byte(body))
	return f
}

// Reset ends the stream (RST_STREAM).
func (f *Frames) Reset(code http2.ErrCode) *Frames {
	f.framer.WriteRSTStream(Stream, code)
	return f
}

// GoAway says that the connection ends, and which stream is the last that was worked on.
func (f *Frames) GoAway(last uint32, code http2.ErrCode) *Frames {
	f.framer.WriteGoAway(last, code, nil)
	return f
}

// Raw is any frame.
func (f *Frames) Raw(kind http2.FrameType, stream uint32, payload string) *Frames {
	f.framer.WriteRawFrame(kind, 0, stream, []byte(payload))
	return f
}

// Message is one message of gRPC, which is not compressed (gRPC over HTTP2,
// Length-Prefixed-Message).
func Message(text string) string {
	return string(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(text)))) + text
}
