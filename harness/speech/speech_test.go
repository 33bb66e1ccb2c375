package speech

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// Records are as the specification has them, byte by byte (FastCGI 1.0, sections 3.3, 5.5).
func TestRecords(t *testing.T) {
	for got, want := range map[string]string{
		Record(Stdout, "abc"):      "\x01\x06\x00\x01\x00\x03\x00\x00abc",
		Record(Stdout, ""):         "\x01\x06\x00\x01\x00\x00\x00\x00",
		Record(Stderr, "no"):       "\x01\x07\x00\x01\x00\x02\x00\x00no",
		End(1, Complete):           "\x01\x03\x00\x01\x00\x08\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00",
		End(0, Overloaded):         "\x01\x03\x00\x01\x00\x08\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00",
		Record(Stdout, long)[4:6]:  "\x01\x2c",
		Message("hello"):           "\x00\x00\x00\x00\x05hello",
		Frame(Text, "Hello"):       "\x81\x05Hello", // RFC 6455 5.7
		Frame(Close, ""):           "\x88\x00",
		Masked(Text, "Hello"):      "\x81\x85\x00\x00\x00\x00Hello",
		Frame(Text, long)[:4]:      "\x81\x7e\x01\x2c",
		Masked(Text, long)[:4]:     "\x81\xfe\x01\x2c",
		Frame(Text, longest)[:10]:  "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00",
		Masked(Text, longest)[:10]: "\x81\xff\x00\x00\x00\x00\x00\x01\x00\x00",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

var long, longest = strings.Repeat("x", 300), strings.Repeat("x", 1<<16)

// Frames are read by a reader of HTTP/2 as what they were written for.
func TestFrames(t *testing.T) {
	text := HTTP2().Settings(http2.Setting{ID: http2.SettingMaxFrameSize, Val: 1 << 15}).
		Headers(false, ":status", "200", "a", "b").Data(false, "body").Headers(true, "grpc-status", "0").
		Reset(http2.ErrCodeInternal).GoAway(Stream, http2.ErrCodeNo).Raw(http2.FramePing, 0, "12345678").String()
	r := http2.NewFramer(nil, bytes.NewReader([]byte(text)))
	r.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	var got []string
	for {
		f, err := r.ReadFrame()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, f.Header().Type.String())
		switch f := f.(type) {
		case *http2.MetaHeadersFrame:
			if f.StreamEnded() != (f.RegularFields()[0].Name == "grpc-status") {
				t.Errorf("fields %v end the stream: %v", f.Fields, f.StreamEnded())
			}
		case *http2.DataFrame:
			if string(f.Data()) != "body" || f.StreamEnded() || f.StreamID != Stream {
				t.Errorf("the body is %q on stream %d", f.Data(), f.StreamID)
			}
		case *http2.RSTStreamFrame:
			if f.ErrCode != http2.ErrCodeInternal || f.StreamID != Stream {
				t.Errorf("stream %d is reset with %v", f.StreamID, f.ErrCode)
			}
		case *http2.GoAwayFrame:
			if f.LastStreamID != Stream || f.ErrCode != http2.ErrCodeNo {
				t.Errorf("the last stream is %d, %v", f.LastStreamID, f.ErrCode)
			}
		}
	}
	if got := strings.Join(got, " "); got != "SETTINGS HEADERS DATA HEADERS RST_STREAM GOAWAY PING" {
		t.Errorf("the frames are %s", got)
	}
}
