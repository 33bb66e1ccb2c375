package agent

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// frames is what a server says in HTTP/2.
type frames struct {
	*http2.Framer
	text    bytes.Buffer
	encoder *hpack.Encoder
	block   bytes.Buffer
}

// said is a server's words after its settings, as text.
func said(speak func(f *frames)) string {
	f := speaking()
	f.WriteSettings()
	speak(f)
	return f.text.String()
}

func speaking() *frames {
	f := &frames{}
	f.Framer = http2.NewFramer(&f.text, nil)
	f.AllowIllegalWrites = true
	f.encoder = hpack.NewEncoder(&f.block)
	return f
}

// fields says a block of fields, "name value" each, in as many frames as are asked for.
func (f *frames) fields(end bool, pieces int, fields ...string) {
	f.block.Reset()
	for _, field := range fields {
		name, value, _ := strings.Cut(field, " ")
		f.encoder.WriteField(hpack.HeaderField{Name: name, Value: value})
	}
	rest := f.block.Bytes()
	size := len(rest)/pieces + 1
	var first []byte
	first, rest = split(rest, size)
	f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: first, EndHeaders: len(rest) == 0, EndStream: end})
	for len(rest) > 0 {
		first, rest = split(rest, size)
		f.WriteContinuation(1, len(rest) == 0, first)
	}
}

func (f *frames) data(end bool, text string) { f.WriteData(1, end, []byte(text)) }

// conversation is a connection on which a server has said all that it will.
type conversation struct {
	io.Reader
	said bytes.Buffer
	fail error // of what the client says
}

func (w *conversation) Write(p []byte) (int, error) {
	if w.fail != nil {
		return 0, w.fail
	}
	return w.said.Write(p)
}

func asked(t *testing.T, text string) HTTP2Request {
	t.Helper()
	q, err := ParseHTTP2Request([]byte(text), "http")
	if err != nil {
		t.Fatal(err)
	}
	return q
}

const plainRequest = "GET / HTTP/1.1\r\nHost: app.test\r\n\r\n"

func TestReadHTTP2(t *testing.T) {
	reset, patience := error(syscall.ECONNRESET), error(os.ErrDeadlineExceeded)
	ok := func(f *frames) { f.fields(false, 1, ":status 200", "server edge") }
	half := func(f *frames) { ok(f); f.data(false, "abc") }
	for _, c := range []struct {
		name    string
		speak   func(f *frames)
		cut     int    // bytes that are missing at the end
		instead string // of all that
		then    error  // io.EOF if nil
		method  string
		status  int
		whole   bool
		body    string
		end     End
		problem string
	}{
		{name: "complete", speak: func(f *frames) { half(f); f.data(true, "def") }, then: patience, status: 200, whole: true, body: "abcdef", end: EndComplete},
		{name: "without a body", speak: func(f *frames) { f.fields(true, 1, ":status 204") }, then: patience, status: 204, whole: true, end: EndComplete},
		{name: "with an empty last frame", speak: func(f *frames) { half(f); f.data(true, "") }, status: 200, whole: true, body: "abc", end: EndComplete},
		{name: "padded", speak: func(f *frames) { ok(f); f.WriteDataPadded(1, true, []byte("abc"), make([]byte, 9)) }, status: 200, whole: true, body: "abc", end: EndComplete},
		{name: "with trailers", speak: func(f *frames) { half(f); f.fields(true, 1, "grpc-status 0") }, status: 200, whole: true, body: "abc", end: EndComplete},
		{name: "in pieces", speak: func(f *frames) { f.fields(true, 3, ":status 200", "server edge") }, status: 200, whole: true, end: EndComplete},
		{name: "interim", speak: func(f *frames) {
			f.fields(false, 1, ":status 100", "server early")
			f.fields(false, 1, ":status 103")
			half(f)
			f.data(true, "")
		}, status: 200, whole: true, body: "abc", end: EndComplete},
		{name: "among other things", speak: func(f *frames) {
			f.WriteSettingsAck()
			f.WritePing(false, [8]byte{1})
			f.WriteWindowUpdate(0, 9)
			f.WriteRawFrame(0xbe, 0, 7, []byte("unknown"))
			f.WriteRSTStream(3, http2.ErrCodeCancel)
			half(f)
			f.WriteSettings(http2.Setting{ID: http2.SettingMaxFrameSize, Val: 1 << 20})
			f.data(true, "")
		}, status: 200, whole: true, body: "abc", end: EndComplete},
		{name: "HEAD", speak: func(f *frames) { f.fields(true, 1, ":status 200", "content-length 99") }, method: "HEAD", status: 200, whole: true, end: EndComplete},
		{name: "with its length", speak: func(f *frames) { f.fields(false, 1, ":status 200", "content-length 3"); f.data(true, "abc") }, status: 200, whole: true, body: "abc", end: EndComplete},
		{name: "short", speak: func(f *frames) { f.fields(false, 1, ":status 200", "content-length 4"); f.data(true, "abc") }, status: 200, body: "abc", end: EndFIN, problem: "a Content-Length of 4, and 3 bytes"},

		{name: "reset stream", speak: func(f *frames) { half(f); f.WriteRSTStream(1, http2.ErrCodeInternal) }, then: patience, status: 200, body: "abc", end: EndReset, problem: "RST_STREAM INTERNAL_ERROR"},
		{name: "refused stream", speak: func(f *frames) { f.WriteRSTStream(1, http2.ErrCodeRefusedStream) }, then: patience, end: EndReset, problem: "RST_STREAM REFUSED_STREAM"},
		{name: "going away", speak: func(f *frames) { f.WriteGoAway(0, http2.ErrCodeEnhanceYourCalm, nil) }, then: patience, end: EndFIN, problem: "GOAWAY ENHANCE_YOUR_CALM"},
		{name: "going away after this", speak: func(f *frames) { half(f); f.WriteGoAway(1, http2.ErrCodeNo, nil); f.data(true, "") }, status: 200, whole: true, body: "abc", end: EndComplete},
		{name: "going away, and gone", speak: func(f *frames) { half(f); f.WriteGoAway(1, http2.ErrCodeProtocol, nil) }, status: 200, body: "abc", end: EndFIN, problem: "GOAWAY PROTOCOL_ERROR, then the connection was closed"},

		{name: "cut between frames", speak: half, status: 200, body: "abc", end: EndFIN, problem: "the connection was closed"},
		{name: "cut in mid-body", speak: func(f *frames) { half(f); f.data(true, "def") }, cut: 1, status: 200, body: "abc", end: EndFIN, problem: "the connection was closed"},
		{name: "cut in a frame's head", speak: func(f *frames) { half(f); f.data(true, "def") }, cut: 5, status: 200, body: "abc", end: EndFIN, problem: "the connection was closed"},
		{name: "reset in mid-body", speak: half, then: reset, status: 200, body: "abc", end: EndReset, problem: "the connection was reset"},
		{name: "silent in mid-body", speak: half, then: late{}, status: 200, body: "abc", end: EndPatience, problem: "nothing more came"},
		{name: "cut in the fields", speak: ok, cut: 1, end: EndFIN, problem: "the connection was closed"},
		{name: "interim and no more", speak: func(f *frames) { f.fields(false, 1, ":status 100") }, then: patience, status: 100, end: EndPatience, problem: "nothing more came"},
		{name: "settings and no more", speak: func(*frames) {}, then: patience, end: EndPatience, problem: "nothing more came"},

		{name: "a body first", speak: func(f *frames) { f.data(true, "abc") }, end: EndFIN, problem: "a body without a response on stream 1"},
		{name: "a body after an interim response", speak: func(f *frames) { f.fields(false, 1, ":status 100"); f.data(true, "abc") }, status: 100, end: EndFIN, problem: "a body without a response on stream 1"},
		{name: "an interim end", speak: func(f *frames) { f.fields(true, 1, ":status 103") }, status: 103, end: EndFIN, problem: "an interim response that ends the stream"},
		{name: "fields twice", speak: func(f *frames) { ok(f); ok(f) }, status: 200, end: EndFIN, problem: "trailers that end nothing"},
		{name: "no status", speak: func(f *frames) { f.fields(true, 1, "server edge") }, end: EndFIN, problem: `no status: ""`},
		{name: "a strange status", speak: func(f *frames) { f.fields(true, 1, ":status +20") }, end: EndFIN, problem: `no status: "+20"`},
		{name: "a request", speak: func(f *frames) { f.fields(true, 1, ":status 200", ":method GET") }, end: EndFIN, problem: "a frame that breaks HTTP/2: mix of request and response pseudo headers"},
		{name: "another stream", speak: func(f *frames) {
			f.WriteHeaders(http2.HeadersFrameParam{StreamID: 3, BlockFragment: []byte{0x88}, EndHeaders: true, EndStream: true})
		}, end: EndFIN, problem: "fields on stream 3"},
		{name: "a push", speak: func(f *frames) {
			f.WritePushPromise(http2.PushPromiseParam{StreamID: 1, PromiseID: 2, BlockFragment: []byte{0x82}, EndHeaders: true})
		}, end: EndFIN, problem: "a push, which was forbidden"},
		{name: "a frame that is too large", speak: func(f *frames) { ok(f); f.data(true, strings.Repeat("x", http2Frame+1)) }, status: 200, end: EndFIN, problem: "a frame that breaks HTTP/2: http2: frame too large"},
		{name: "an unknown code of HPACK", speak: func(f *frames) {
			f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: []byte{0xff, 0xff, 0xff, 0x01}, EndHeaders: true, EndStream: true})
		}, end: EndFIN, problem: "a frame that breaks HTTP/2: connection error: COMPRESSION_ERROR"},
		{name: "bad settings", speak: func(f *frames) { f.WriteSettings(http2.Setting{ID: http2.SettingMaxFrameSize, Val: 1}) }, end: EndFIN, problem: "settings that break HTTP/2: connection error: PROTOCOL_ERROR"},

		{name: "nothing", instead: "", end: EndFIN, problem: "the connection was closed"},
		{name: "HTTP/1.1", instead: "HTTP/1.1 400 Bad Request\r\n\r\n", end: EndFIN, problem: "no HTTP/2"},
		{name: "HTTP/1.1 that stays", instead: "HTTP/1.1 400 Bad Request\r\n\r\n", then: patience, end: EndPatience, problem: "no HTTP/2"},
		{name: "no settings", instead: said(ok)[9:], end: EndFIN, problem: "no HTTP/2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := c.instead
			if c.speak != nil {
				text = said(c.speak)
				text = text[:len(text)-c.cut]
			}
			if c.then == nil {
				c.then = io.EOF
			}
			if c.method == "" {
				c.method = "GET"
			}
			heard := 0
			r, end, err := AskHTTP2(&conversation{Reader: stream(text, c.then)}, asked(t, plainRequest), c.method, func() { heard++ })
			if r.Status != c.status || r.Whole != c.whole || end != c.end || r.Problem != c.problem || err != nil {
				t.Errorf("%d, whole %v, %s, %q, %v; want %d, %v, %s, %q", r.Status, r.Whole, end, r.Problem, err, c.status, c.whole, c.end, c.problem)
			}
			if r.Body != len(c.body) || string(r.Tail) != c.body || string(r.Start) != c.body {
				t.Errorf("a body of %d bytes: %q, want %q", r.Body, r.Tail, c.body)
			}
			if want := fmt.Sprint("HTTP/2 ", c.status); c.status > 0 && (r.Line != want || heard == 0) {
				t.Errorf("the line is %q; it was heard %d times", r.Line, heard)
			}
			if r.Bytes > len(text) || !strings.HasPrefix(text, string(r.Raw)) {
				t.Errorf("%d bytes of %d were read, the first are %q", r.Bytes, len(text), r.Raw)
			}
		})
	}
}

func TestTrailersFollowTheFields(t *testing.T) {
	text := said(func(f *frames) {
		f.fields(false, 1, ":status 103", "server early")
		f.fields(false, 1, ":status 200", "server edge", "trailer grpc-status")
		f.data(false, "abc")
		f.fields(true, 1, "grpc-status 14")
	})
	r, _, _ := AskHTTP2(&conversation{Reader: stream(text, io.EOF)}, asked(t, plainRequest), "GET", func() {})
	if got, want := fmt.Sprint(r.Fields), "[{server edge} {trailer grpc-status} {grpc-status 14}]"; got != want {
		t.Errorf("the fields are %s, want %s", got, want)
	}
}

// heardAs is what a server finds in a client's words.
func heardAs(t *testing.T, text []byte) (all []string) {
	t.Helper()
	rest, ok := bytes.CutPrefix(text, []byte(http2.ClientPreface))
	if !ok {
		t.Fatalf("it begins with %.30q", text)
	}
	f := http2.NewFramer(nil, bytes.NewReader(rest))
	f.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	for {
		frame, err := f.ReadFrame()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatalf("after %q: %v", all, err)
		}
		switch f := frame.(type) {
		case *http2.MetaHeadersFrame:
			for _, field := range f.Fields {
				all = append(all, field.Name+" "+field.Value)
			}
			all = append(all, fmt.Sprint("END_STREAM ", f.StreamEnded()))
		case *http2.DataFrame:
			all = append(all, fmt.Sprintf("%d bytes, END_STREAM %v", len(f.Data()), f.StreamEnded()))
		default:
			all = append(all, fmt.Sprint(f.Header().Type, " ", f.Header().Flags))
		}
	}
}

func TestARequestIsSaidInHTTP2(t *testing.T) {
	beginning := []string{"SETTINGS 0", "WINDOW_UPDATE 0"}
	for _, c := range []struct {
		name, text, says string
	}{
		{"plain", plainRequest, ":method GET|:scheme http|:authority app.test|:path /|END_STREAM true"},
		{"about the connection", "GET /a?b HTTP/1.1\r\nhost: a:81\r\nConnection: close, X-Hop\r\nKeep-Alive: 5\r\nx-hop: 1\r\nUpgrade: h2c\r\nProxy-Connection: a\r\nTE: trailers\r\nAccept:  */* \r\nX:\r\n\r\n",
			":method GET|:scheme http|:authority a:81|:path /a?b|te trailers|accept */*|x |END_STREAM true"},
		{"of another coding", "GET / HTTP/1.1\r\nTE: gzip\r\n\r\n", ":method GET|:scheme http|:path /|END_STREAM true"},
		{"with a body", "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", ":method POST|:scheme http|:path /|content-length 3|END_STREAM false|3 bytes, END_STREAM true"},
		{"that breaks off", "POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nabc", ":method POST|:scheme http|:path /|content-length 4|END_STREAM false|3 bytes, END_STREAM false"},
		{"that breaks off at once", "POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\n", ":method POST|:scheme http|:path /|content-length 4|END_STREAM false"},
		{"in chunks", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x\r\nc\r\n0\r\n\r\n", ":method POST|:scheme http|:path /|END_STREAM false|3 bytes, END_STREAM true"},
		{"in chunks that break off", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", ":method POST|:scheme http|:path /|END_STREAM false|2 bytes, END_STREAM false"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := &conversation{Reader: stream("", io.EOF)}
			AskHTTP2(w, asked(t, c.text), "GET", func() {})
			got := heardAs(t, w.said.Bytes())
			if want := strings.Join(append(beginning, c.says), "|"); strings.Join(got, "|") != want {
				t.Errorf("it says %q, want %q", got, want)
			}
		})
	}
	for text, want := range map[string]string{
		"GET / HTTP/1.1\r\n": "without an end", "GET / HTTP/1.1\r\nno colon\r\n\r\n": "without a colon", "GET /\r\n\r\n": "of 2 words", "": "without an end",
	} {
		if _, err := ParseHTTP2Request([]byte(text), "http"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// Long fields are said in several frames, and a body as there is room for it.
func TestALongRequestIsSaidInPieces(t *testing.T) {
	long := strings.Repeat("0123456789", 2*http2Frame/10)
	w := &conversation{Reader: stream("", io.EOF)}
	AskHTTP2(w, asked(t, "GET / HTTP/1.1\r\nLong: "+long+"\r\n\r\n"), "GET", func() {})
	if got := heardAs(t, w.said.Bytes()); !strings.HasPrefix(got[5], "long 0123") || len(got[5]) != len("long ")+len(long) {
		t.Errorf("a field of %d bytes was heard, of %d", len(got[5]), len(long))
	}
	const body = http2Begin + 2*http2Frame + 100
	text := fmt.Sprintf("POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s", body, strings.Repeat("x", body))
	for name, c := range map[string]struct {
		speak func(f *frames)
		says  string // in frames of a body
	}{
		"no more room":             {func(*frames) {}, "16384 16384 16384 16383"},
		"room for the connection":  {func(f *frames) { f.WriteWindowUpdate(0, body) }, "16384 16384 16384 16383"},
		"room for the stream":      {func(f *frames) { f.WriteWindowUpdate(1, body) }, "16384 16384 16384 16383"},
		"room for another stream":  {func(f *frames) { f.WriteWindowUpdate(0, body); f.WriteWindowUpdate(3, body) }, "16384 16384 16384 16383"},
		"a little room":            {func(f *frames) { f.WriteWindowUpdate(0, 9); f.WriteWindowUpdate(1, 7) }, "16384 16384 16384 16383 7"},
		"room for all":             {func(f *frames) { f.WriteWindowUpdate(0, body); f.WriteWindowUpdate(1, body) }, "16384 16384 16384 16383 16384 16384 100 END"},
		"room by settings":         {func(f *frames) { f.room(http2Begin + body); f.WriteWindowUpdate(0, body) }, "16384 16384 16384 16383 16384 16384 100 END"},
		"room that is taken away":  {func(f *frames) { f.room(0); f.WriteWindowUpdate(0, body); f.WriteWindowUpdate(1, http2Begin+5) }, "16384 16384 16384 16383 5"},
		"room for larger frames":   {func(f *frames) { f.frame(1 << 20); f.WriteWindowUpdate(0, body); f.WriteWindowUpdate(1, body) }, "16384 16384 16384 16383 32868 END"},
		"an answer before the end": {func(f *frames) { f.fields(true, 1, ":status 413"); f.WriteWindowUpdate(0, body) }, "16384 16384 16384 16383"},
	} {
		t.Run(name, func(t *testing.T) {
			w := &conversation{Reader: stream(said(c.speak), io.EOF)}
			AskHTTP2(w, asked(t, text), "POST", func() {})
			got := []string{}
			rest := bytes.NewReader(w.said.Bytes()[len(http2.ClientPreface):])
			reader := http2.NewFramer(nil, rest)
			reader.SetMaxReadFrameSize(1 << 20)
			for frame, err := reader.ReadFrame(); err == nil; frame, err = reader.ReadFrame() {
				if d, ok := frame.(*http2.DataFrame); ok {
					got = append(got, fmt.Sprint(len(d.Data())))
					if d.StreamEnded() {
						got = append(got, "END")
					}
				}
			}
			if strings.Join(got, " ") != c.says {
				t.Errorf("it says %v, want %s", got, c.says)
			}
		})
	}
}

func (f *frames) room(n uint32) {
	f.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: n})
}
func (f *frames) frame(n uint32) {
	f.WriteSettings(http2.Setting{ID: http2.SettingMaxFrameSize, Val: n})
}

// What is asked of a client beside its request is answered, and what cannot be said is told
// only of the request.
func TestAClientOfHTTP2AnswersWhatItIsAsked(t *testing.T) {
	w := &conversation{Reader: stream(said(func(f *frames) { f.WritePing(false, [8]byte{7}); f.WritePing(true, [8]byte{8}) }), io.EOF)}
	AskHTTP2(w, asked(t, plainRequest), "GET", func() {})
	got := heardAs(t, w.said.Bytes())
	if s := strings.Join(got[len(got)-2:], "|"); s != "SETTINGS 1|PING 1" {
		t.Errorf("it answers %q", got)
	}
	w = &conversation{Reader: stream(said(func(f *frames) { f.fields(true, 1, ":status 408") }), io.EOF), fail: syscall.EPIPE}
	if r, _, err := AskHTTP2(w, asked(t, plainRequest), "GET", func() {}); !errors.Is(err, syscall.EPIPE) || r.Status != 408 || !r.Whole {
		t.Errorf("a request that cannot be said is answered by %+v, %v", r, err)
	}
	late := &lateFailure{conversation: conversation{Reader: w.Reader}}
	late.Reader = stream(said(func(f *frames) { f.fields(true, 1, ":status 200") }), io.EOF)
	if r, _, err := AskHTTP2(late, asked(t, plainRequest), "GET", func() {}); err != nil || !r.Whole {
		t.Errorf("a request that was said is answered by %+v, %v", r, err)
	}
}

// lateFailure is a connection that takes the request and nothing after it.
type lateFailure struct{ conversation }

func (w *lateFailure) Write(p []byte) (int, error) {
	defer func() { w.fail = syscall.EPIPE }()
	return w.conversation.Write(p)
}

// again is a text that comes again and again.
type again struct {
	text  string
	times int
	at    int
}

func (a *again) Read(p []byte) (n int, err error) {
	if a.times == 0 {
		return 0, io.EOF
	}
	n = copy(p, a.text[a.at:])
	if a.at += n; a.at == len(a.text) {
		a.at, a.times = 0, a.times-1
	}
	return n, nil
}

// Room that was used is given again, or a long body would stall.
func TestALongBodyHasRoom(t *testing.T) {
	const times = http2Window/http2Frame + 9
	piece := said(func(f *frames) { f.data(false, strings.Repeat("x", http2Frame)) })[9:]
	beginning := said(func(f *frames) { f.fields(false, 1, ":status 200") })
	w := &conversation{Reader: io.MultiReader(strings.NewReader(beginning), &again{text: piece, times: times})}
	r, _, _ := AskHTTP2(w, asked(t, plainRequest), "GET", func() {})
	if r.Body != times*http2Frame {
		t.Errorf("%d bytes were read", r.Body)
	}
	reader := http2.NewFramer(nil, bytes.NewReader(w.said.Bytes()[len(http2.ClientPreface):]))
	room := map[uint32]int{0: http2Begin}
	for frame, err := reader.ReadFrame(); err == nil; frame, err = reader.ReadFrame() {
		switch f := frame.(type) {
		case *http2.SettingsFrame:
			if n, ok := f.Value(http2.SettingInitialWindowSize); ok {
				room[1] = int(n)
			}
		case *http2.WindowUpdateFrame:
			room[f.StreamID] += int(f.Increment)
		}
	}
	for stream, n := range room {
		if n < r.Body || n > r.Body+http2Window {
			t.Errorf("stream %d was given room for %d bytes, of %d", stream, n, r.Body)
		}
	}
}

func FuzzReadHTTP2(f *testing.F) {
	for _, speak := range []func(f *frames){
		func(f *frames) { f.fields(false, 1, ":status 200", "server edge"); f.data(true, "abc") },
		func(f *frames) { f.fields(false, 2, ":status 100"); f.fields(true, 3, ":status 204", "server edge") },
		func(f *frames) {
			f.fields(false, 1, ":status 200", "content-length 3")
			f.data(false, "abc")
			f.fields(true, 1, "sum 7")
		},
		func(f *frames) { f.fields(false, 1, ":status 200"); f.WriteRSTStream(1, http2.ErrCodeInternal) },
		func(f *frames) { f.WritePing(false, [8]byte{1}); f.WriteGoAway(1, http2.ErrCodeNo, []byte("bye")) },
		func(f *frames) {
			f.room(7)
			f.WriteWindowUpdate(1, 9)
			f.WriteDataPadded(1, true, []byte("a"), []byte{0})
		},
	} {
		for how := range byte(6) {
			f.Add(said(speak), how)
		}
	}
	f.Add("HTTP/1.1 400 Bad Request\r\n\r\n", byte(0))
	post := "POST / HTTP/1.1\r\nContent-Length: 70000\r\n\r\n" + strings.Repeat("x", 70000)
	f.Fuzz(func(t *testing.T, text string, how byte) {
		method := []string{"GET", "HEAD"}[how%2]
		then := []error{io.EOF, syscall.ECONNRESET, os.ErrDeadlineExceeded}[how/2%3]
		ask := func(r io.Reader) (Response, End, string) {
			w := &conversation{Reader: r}
			res, end, err := AskHTTP2(w, asked(t, post), method, func() {})
			if err != nil {
				t.Errorf("what was taken could not be said: %v", err)
			}
			return res, end, w.said.String()
		}
		r, end, words := ask(stream(text, then))
		slow, slowEnd, slowWords := ask(iotest.OneByteReader(stream(text, then)))
		if got, want := fmt.Sprintf("%+v %s", slow, slowEnd), fmt.Sprintf("%+v %s", r, end); got != want || words != slowWords {
			t.Errorf("byte by byte: %s\nat once: %s", got, want)
		}
		consistentHTTP2(t, r, end, then)
	})
}

// consistentHTTP2 holds what is true of every response in HTTP/2.
func consistentHTTP2(t *testing.T, r Response, end End, then error) {
	t.Helper()
	if len(r.Tail) != min(r.Body, keepBody) || len(r.Raw) != min(r.Bytes, keepRaw) || r.Body > r.Bytes || len(r.Fields) > maxFields {
		t.Errorf("the counts do not fit: %+v", r)
	}
	if r.Whole != (r.Problem == "") || r.Whole != (end == EndComplete) || r.Status != 0 && r.Status < 100 || (r.Status > 0) != (r.Line != "") {
		t.Errorf("it contradicts itself: %s, %+v", end, r)
	}
	if r.Whole && r.Status/100 == 1 {
		t.Errorf("a whole response without a final status: %+v", r)
	}
	reset := errors.Is(then, syscall.ECONNRESET) || strings.HasPrefix(r.Problem, "RST_STREAM")
	if end == EndReset && !reset || end == EndPatience && !errors.Is(then, os.ErrDeadlineExceeded) {
		t.Errorf("it ended by %s, though what came was %v", end, then)
	}
}
