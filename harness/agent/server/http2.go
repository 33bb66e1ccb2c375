//go:build linux

package server

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/badgateway/badgateway/harness/agent"
)

// Bounds of what a peer can have us keep.
const (
	mostStreams    = 100 // as RFC 9113 section 6.5.2 has it at least
	longestH2Frame = 1 << 20
	mostH2Fields   = 64 << 10
	h2Table        = 4096 // of HPACK, its default
	h2Window       = 65535
)

// h2 is an HTTP/2 server (RFC 9113). It reads only while a script has it read or answer,
// and acknowledges settings and pings then.
type h2 struct {
	in      io.Reader
	frames  *http2.Framer
	greeted bool
	last    uint32 // the highest stream that the peer opened
	streams map[uint32]*h2Stream
	ready   []asked // whole and not read yet

	window  int64 // what may be sent on the connection
	initial int64 // what may be sent on a new stream
	fields  *hpack.Encoder
	block   bytes.Buffer // what fields writes
}

// h2Stream is a stream that was not answered yet.
type h2Stream struct {
	asked
	whole  bool
	credit int64 // what may be sent beyond the initial window
}

func newHTTP2(in io.Reader, out io.Writer) *h2 {
	h := &h2{in: in, frames: http2.NewFramer(out, in), streams: map[uint32]*h2Stream{}, window: h2Window, initial: h2Window}
	h.frames.ReadMetaHeaders = hpack.NewDecoder(h2Table, nil)
	h.frames.MaxHeaderListSize = mostH2Fields
	h.frames.SetMaxReadFrameSize(longestH2Frame)
	h.frames.SetReuseFrames()
	h.fields = hpack.NewEncoder(&h.block)
	return h
}

func (h *h2) read() (a asked, err error) {
	if !h.greeted {
		if err := h.greet(); err != nil {
			return a, err
		}
	}
	for len(h.ready) == 0 {
		if err := h.frame(); err != nil {
			if h.midway() {
				err = torn(err)
			}
			return a, err
		}
	}
	a, h.ready = h.ready[0], h.ready[1:]
	return a, nil
}

// greet exchanges prefaces (RFC 9113 section 3.4).
func (h *h2) greet() error {
	preface := make([]byte, len(http2.ClientPreface))
	if _, err := io.ReadFull(h.in, preface); err != nil {
		return torn(err)
	}
	if string(preface) != http2.ClientPreface {
		return fmt.Errorf("an HTTP/2 preface of %q", preface)
	}
	h.greeted = true
	return h.frames.WriteSettings(http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: mostStreams})
}

// frame reads one frame and does what it asks for.
func (h *h2) frame() error {
	f, err := h.frames.ReadFrame()
	if err != nil {
		return h.wrong(err)
	}
	switch f := f.(type) {
	case *http2.MetaHeadersFrame:
		err = h.head(f)
	case *http2.DataFrame:
		err = h.data(f)
	case *http2.SettingsFrame:
		err = h.settings(f)
	case *http2.WindowUpdateFrame:
		h.widen(f.StreamID, int64(f.Increment))
	case *http2.RSTStreamFrame:
		h.forget(f.StreamID)
	case *http2.PingFrame:
		if !f.IsAck() {
			err = h.frames.WritePing(true, f.Data)
		}
	}
	if err != nil {
		return h.wrong(err)
	}
	return nil
}

// wrong tells the peer what it has done wrong. What concerns one stream is not the end.
func (h *h2) wrong(err error) error {
	if stream := new(http2.StreamError); errors.As(err, stream) {
		h.last = max(h.last, stream.StreamID)
		h.forget(stream.StreamID)
		return h.frames.WriteRSTStream(stream.StreamID, stream.Code)
	}
	if code := new(http2.ConnectionError); errors.As(err, code) {
		h.frames.WriteGoAway(h.last, http2.ErrCode(*code), nil) // the error is what counts
	}
	return err
}

// head begins a request, or ends one with trailers.
func (h *h2) head(f *http2.MetaHeadersFrame) error {
	id := f.StreamID
	if s := h.streams[id]; s != nil {
		if s.whole || !f.StreamEnded() {
			return http2.StreamError{StreamID: id, Code: http2.ErrCodeProtocol}
		}
		h.done(s)
		return nil
	}
	switch {
	case id%2 == 0:
		return http2.ConnectionError(http2.ErrCodeProtocol)
	case id <= h.last: // of a stream that is over
		return nil
	}
	h.last = id
	if len(h.streams) >= mostStreams {
		return http2.StreamError{StreamID: id, Code: http2.ErrCodeRefusedStream}
	}
	s := &h2Stream{asked: h2Asked(f)}
	h.streams[id] = s
	if f.StreamEnded() {
		h.done(s)
	}
	return nil
}

func h2Asked(f *http2.MetaHeadersFrame) asked {
	method, uri := f.PseudoValue("method"), f.PseudoValue("path")
	if uri == "" {
		uri = f.PseudoValue("authority") // of a CONNECT
	}
	a := asked{protocol: agent.HTTP2, text: method + " " + uri, head: method == "HEAD", stream: f.StreamID}
	for _, field := range f.RegularFields() {
		if field.Name == "content-type" && strings.HasPrefix(field.Value, "application/grpc") {
			a.protocol = agent.GRPC
		}
	}
	return a
}

// data gives back at once what the peer may send.
func (h *h2) data(f *http2.DataFrame) error {
	s := h.streams[f.StreamID]
	if n := f.Length; n > 0 {
		if err := h.frames.WriteWindowUpdate(0, n); err != nil {
			return err
		}
		if s != nil && !f.StreamEnded() {
			if err := h.frames.WriteWindowUpdate(f.StreamID, n); err != nil {
				return err
			}
		}
	}
	if s == nil || s.whole {
		return nil // of a stream that is over
	}
	s.body += int64(len(f.Data()))
	if f.StreamEnded() {
		h.done(s)
	}
	return nil
}

// midway says whether a request has begun and is not all there.
func (h *h2) midway() bool {
	for _, s := range h.streams {
		if !s.whole {
			return true
		}
	}
	return false
}

func (h *h2) done(s *h2Stream) {
	s.whole = true
	h.ready = append(h.ready, s.asked)
}

func (h *h2) forget(id uint32) {
	delete(h.streams, id)
	h.ready = slices.DeleteFunc(h.ready, func(a asked) bool { return a.stream == id })
}

func (h *h2) widen(id uint32, by int64) {
	if id == 0 {
		h.window += by
	} else if s := h.streams[id]; s != nil {
		s.credit += by
	}
}

func (h *h2) settings(f *http2.SettingsFrame) error {
	if f.IsAck() {
		return nil
	}
	err := f.ForeachSetting(func(s http2.Setting) error {
		switch s.ID {
		case http2.SettingInitialWindowSize:
			h.initial = int64(s.Val)
		case http2.SettingHeaderTableSize:
			h.fields.SetMaxDynamicTableSize(s.Val)
		}
		return s.Valid()
	})
	if err != nil {
		return err
	}
	return h.frames.WriteSettingsAck()
}
