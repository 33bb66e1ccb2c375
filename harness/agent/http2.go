package agent

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// What a client of HTTP/2 says of itself, and what the other has not said yet.
const (
	http2Stream = 1       // the first that a client opens, and the only one here
	http2Window = 1 << 30 // what may come before it is said that there is room for more
	http2Begin  = 65535   // both windows until another is said (RFC 9113 6.9.2)
	http2Frame  = 16 << 10
	http2Header = 1 << 20 // bytes of a response's fields
)

// AskHTTP2 says a request on a new connection, with prior knowledge, and reads the response
// as ReadResponse does. hear is called at the response's first byte: a connection begins with
// frames that belong to none. A stream that the other resets (RST_STREAM) ends like a
// connection that he does. The error is what kept the request from being said; it may have
// been answered all the same.
func AskHTTP2(conn io.ReadWriter, q HTTP2Request, method string, hear func()) (Response, End, error) {
	in := &tally{r: conn}
	a := &http2Ask{out: conn, hear: hear, method: method, windows: http2Windows{http2Begin, http2Begin, http2Begin, http2Frame}}
	a.frames = http2.NewFramer(&a.said, in)
	a.frames.SetMaxReadFrameSize(http2Frame)
	a.frames.ReadMetaHeaders, a.frames.MaxHeaderListSize = hpack.NewDecoder(4096, nil), http2Header
	a.begin(q)
	err := a.read()
	if !a.settled && !isCut(err) { // it speaks something else: read what there is
		_, rest := io.Copy(io.Discard, in)
		err = errors.Join(malformedError("no HTTP/2"), rest)
	}
	a.res.Bytes, a.res.Raw = in.n, in.head
	if err == nil {
		a.res.Whole = true
		return a.res, EndComplete, a.unsaid
	}
	end := endOf(err)
	if errors.Is(err, errStreamReset) {
		end = EndReset
	}
	a.res.Problem = problem(err, end)
	if a.leaving != "" && isCut(err) {
		a.res.Problem = a.leaving + ", then " + a.res.Problem
	}
	return a.res, end, a.unsaid
}

// isCut says whether an error is the connection's end and not what was said on it.
func isCut(err error) bool {
	var connection http2.ConnectionError
	var stream http2.StreamError
	var malformed malformedError
	return err != nil && !errors.As(err, &connection) && !errors.As(err, &stream) && !errors.As(err, &malformed) && !errors.Is(err, http2.ErrFrameTooLarge)
}

// errStreamReset marks the end of a stream by RST_STREAM.
var errStreamReset = errors.New("the stream was reset")

// http2Ask is a client with its one request.
type http2Ask struct {
	frames *http2.Framer
	out    io.Writer
	said   bytes.Buffer // what the framer wrote, until it is sent
	mute   bool         // nothing can be sent any more
	whole  bool         // all of the request was sent
	unsaid error        // why it was not
	hear   func()
	method string
	res    Response

	settled bool   // the other's settings came
	final   bool   // the response's own fields came, after interim ones
	leaving string // the GOAWAY that came

	body    []byte // of the request, as far as it is not said
	open    bool
	windows http2Windows
	taken   int // of the windows that we gave
}

// read takes frames until the response is whole, or cannot be any more.
func (a *http2Ask) read() error {
	for {
		header, err := a.frames.ReadFrameHeader()
		if err != nil {
			return a.fault(err)
		}
		if header.Type == http2.FrameHeaders && a.settled {
			a.hear()
		}
		frame, err := a.frames.ReadFrameForHeader(header)
		if err != nil {
			return a.fault(err)
		}
		done, err := a.take(frame)
		a.send()
		if done || err != nil {
			return err
		}
	}
}

// fault names what breaks the protocol.
func (a *http2Ask) fault(err error) error {
	if isCut(err) {
		return err
	}
	if detail := a.frames.ErrorDetail(); detail != nil {
		err = detail
	}
	return malformedError("a frame that breaks HTTP/2: " + err.Error())
}

// take is what a frame changes.
func (a *http2Ask) take(frame http2.Frame) (done bool, err error) {
	if f, ok := frame.(*http2.SettingsFrame); !a.settled && (!ok || f.IsAck()) {
		return false, malformedError("no HTTP/2") // settings come first (RFC 9113 3.4)
	}
	switch f := frame.(type) {
	case *http2.SettingsFrame:
		a.settled = true
		return false, a.settle(f)
	case *http2.PingFrame:
		if !f.IsAck() {
			a.frames.WritePing(true, f.Data)
		}
	case *http2.WindowUpdateFrame:
		a.windows.widen(f)
		a.sayBody()
	case *http2.GoAwayFrame:
		a.leaving = fmt.Sprint("GOAWAY ", f.ErrCode)
		if f.LastStreamID < http2Stream {
			return false, malformedError(a.leaving)
		}
	case *http2.RSTStreamFrame:
		if f.StreamID == http2Stream {
			return false, errors.Join(errStreamReset, malformedError(fmt.Sprint("RST_STREAM ", f.ErrCode)))
		}
	case *http2.MetaHeadersFrame:
		return f.StreamEnded(), a.headers(f)
	case *http2.DataFrame:
		return f.StreamEnded(), a.data(f)
	case *http2.PushPromiseFrame:
		return false, malformedError("a push, which was forbidden")
	}
	return false, nil
}

// settle takes the other's settings, and says so.
func (a *http2Ask) settle(f *http2.SettingsFrame) error {
	if f.IsAck() {
		return nil
	}
	if err := f.ForeachSetting(a.windows.set); err != nil {
		return malformedError("settings that break HTTP/2: " + err.Error())
	}
	a.frames.WriteSettingsAck()
	a.sayBody()
	return nil
}
