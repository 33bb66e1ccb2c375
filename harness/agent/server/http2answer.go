//go:build linux

package server

import (
	"encoding/binary"
	"strconv"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

func (h *h2) answer(a asked) error {
	defer h.forget(a.stream)
	if a.protocol == agent.GRPC {
		return h.answerGRPC(a)
	}
	body := a.page()
	err := h.writeFields(a.stream, body == "",
		hpack.HeaderField{Name: ":status", Value: "200"},
		hpack.HeaderField{Name: "content-type", Value: "text/plain"},
		hpack.HeaderField{Name: "content-length", Value: strconv.Itoa(len(script.Page))})
	if err != nil || body == "" {
		return err
	}
	return h.writeData(a.stream, true, []byte(body))
}

// answerGRPC gives one message, which is the page, and the status of success (gRPC over
// HTTP2, PROTOCOL-HTTP2.md).
func (h *h2) answerGRPC(a asked) error {
	err := h.writeFields(a.stream, false,
		hpack.HeaderField{Name: ":status", Value: "200"},
		hpack.HeaderField{Name: "content-type", Value: "application/grpc"})
	if err != nil {
		return err
	}
	message := binary.BigEndian.AppendUint32([]byte{0}, uint32(len(script.Page))) // not compressed
	if err := h.writeData(a.stream, false, append(message, script.Page...)); err != nil {
		return err
	}
	return h.writeFields(a.stream, true, hpack.HeaderField{Name: "grpc-status", Value: "0"})
}

// writeFields does nothing on a stream that the peer has taken back meanwhile.
func (h *h2) writeFields(id uint32, end bool, fields ...hpack.HeaderField) error {
	if h.streams[id] == nil {
		return nil
	}
	h.block.Reset()
	for _, f := range fields {
		if err := h.fields.WriteField(f); err != nil {
			return err
		}
	}
	return h.frames.WriteHeaders(http2.HeadersFrameParam{
		StreamID: id, BlockFragment: h.block.Bytes(), EndStream: end, EndHeaders: true,
	})
}

// writeData waits until the peer has room for all of it, which is less than a frame.
func (h *h2) writeData(id uint32, end bool, data []byte) error {
	n := int64(len(data))
	for {
		s := h.streams[id]
		if s == nil {
			return nil // the peer has taken it back
		}
		if n <= min(h.window, h.initial+s.credit) {
			s.credit -= n
			h.window -= n
			return h.frames.WriteData(id, end, data)
		}
		if err := h.frame(); err != nil {
			return torn(err)
		}
	}
}
