package agent

import (
	"bytes"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// begin says who we are, and the request's fields.
func (a *http2Ask) begin(q HTTP2Request) {
	a.said.WriteString(http2.ClientPreface)
	a.frames.WriteSettings(http2.Setting{ID: http2.SettingEnablePush, Val: 0}, http2.Setting{ID: http2.SettingInitialWindowSize, Val: http2Window})
	a.frames.WriteWindowUpdate(0, http2Window-http2Begin)
	a.body, a.open = q.body, q.open
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	for _, f := range q.fields {
		encoder.WriteField(f)
	}
	first, rest := split(block.Bytes(), http2Frame)
	a.frames.WriteHeaders(http2.HeadersFrameParam{
		StreamID: http2Stream, BlockFragment: first, EndHeaders: len(rest) == 0, EndStream: len(q.body) == 0 && !q.open,
	})
	for len(rest) > 0 {
		first, rest = split(rest, http2Frame)
		a.frames.WriteContinuation(http2Stream, len(rest) == 0, first)
	}
	a.sayBody()
	a.send()
}

func split(p []byte, at int) (first, rest []byte) { return p[:min(at, len(p))], p[min(at, len(p)):] }

// send sends what was written. Once that is impossible it is not tried again: what comes
// tells why.
func (a *http2Ask) send() {
	if !a.mute && a.said.Len() > 0 {
		_, err := a.out.Write(a.said.Bytes())
		a.mute = err != nil
		if !a.whole {
			a.unsaid, a.whole = err, err == nil && len(a.body) == 0
		}
	}
	a.said.Reset()
}

// sayBody says what there is room for.
func (a *http2Ask) sayBody() {
	for {
		room := min(a.windows.connection, a.windows.stream, a.windows.frame)
		if len(a.body) == 0 || room <= 0 {
			return
		}
		var piece []byte
		piece, a.body = split(a.body, int(room))
		a.windows.connection -= int64(len(piece))
		a.windows.stream -= int64(len(piece))
		a.frames.WriteData(http2Stream, len(a.body) == 0 && !a.open, piece)
	}
}
