package agent

import (
	"fmt"
	"strconv"

	"golang.org/x/net/http2"
)

// headers takes an interim response's fields, the response's, or its trailers.
func (a *http2Ask) headers(f *http2.MetaHeadersFrame) error {
	if f.StreamID != http2Stream {
		return malformedError(fmt.Sprintf("fields on stream %d", f.StreamID))
	}
	if a.final {
		return a.trailers(f)
	}
	status := f.PseudoValue("status")
	n, err := strconv.Atoi(status)
	if err != nil || len(status) != 3 || n < 100 {
		return malformedError(fmt.Sprintf("no status: %.20q", status))
	}
	a.res.Status, a.res.Line, a.res.Fields = n, "HTTP/2 "+status, nil
	a.final = n/100 != 1
	a.keep(f)
	if f.StreamEnded() {
		return a.ended()
	}
	if !a.final {
		a.res.Fields = nil // an interim response, RFC 9110 15.2
	}
	return nil
}

func (a *http2Ask) trailers(f *http2.MetaHeadersFrame) error {
	a.keep(f)
	if !f.StreamEnded() || len(f.PseudoFields()) > 0 {
		return malformedError("trailers that end nothing")
	}
	return a.ended()
}

func (a *http2Ask) keep(f *http2.MetaHeadersFrame) {
	for _, field := range f.RegularFields() {
		if len(a.res.Fields) < maxFields {
			a.res.Fields = append(a.res.Fields, Field{field.Name, field.Value})
		}
	}
}

func (a *http2Ask) data(f *http2.DataFrame) error {
	if f.StreamID != http2Stream || !a.final {
		return malformedError(fmt.Sprintf("a body without a response on stream %d", f.StreamID))
	}
	(*bodyWriter)(&a.res).Write(f.Data())
	if a.taken += int(f.Length); a.taken >= http2Window/2 {
		a.frames.WriteWindowUpdate(0, uint32(a.taken))
		a.frames.WriteWindowUpdate(http2Stream, uint32(a.taken))
		a.taken = 0
	}
	if f.StreamEnded() {
		return a.ended()
	}
	return nil
}

// ended says whether a response that has ended may end so (RFC 9113 8.1.1).
func (a *http2Ask) ended() error {
	if !a.final {
		return malformedError("an interim response that ends the stream")
	}
	length, bodyless := a.res.Get("Content-Length"), a.method == "HEAD" || a.res.Status == 204 || a.res.Status == 304
	if length != "" && length != strconv.Itoa(a.res.Body) && !bodyless {
		return malformedError(fmt.Sprintf("a Content-Length of %s, and %d bytes", length, a.res.Body))
	}
	return nil
}
