package server

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/badgateway/badgateway/harness/script"
)

// h2Opening is a request on stream 1, as a peer sends it at once.
var h2Opening = func() string {
	var sent bytes.Buffer
	sent.WriteString(http2.ClientPreface)
	f := http2.NewFramer(&sent, nil)
	f.WriteSettings()
	f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: h2Block("POST", "/h2"), EndHeaders: true})
	f.WriteData(1, true, []byte("hello"))
	return sent.String()
}()

func h2Block(method, path string) []byte {
	var block bytes.Buffer
	e := hpack.NewEncoder(&block)
	for _, f := range [][2]string{{":method", method}, {":scheme", "http"}, {":path", path}, {":authority", "app.test"}} {
		e.WriteField(hpack.HeaderField{Name: f[0], Value: f[1]})
	}
	return block.Bytes()
}

// h2Client is Go's own, over TLS or with prior knowledge.
func h2Client(s *stage) (*http.Client, string) {
	var protocols http.Protocols
	protocols.SetHTTP2(s.authority != nil)
	protocols.SetUnencryptedHTTP2(s.authority == nil)
	transport := &http.Transport{Protocols: &protocols}
	s.t.Cleanup(transport.CloseIdleConnections)
	if s.authority == nil {
		return &http.Client{Transport: transport}, "http://" + s.at.String()
	}
	transport.TLSClientConfig = &tls.Config{RootCAs: rootsOf(s.t, s.authority)}
	return &http.Client{Transport: transport}, "https://" + s.at.String()
}

func h2Do(t *testing.T, s *stage, client *http.Client, method, url, kind string, body io.Reader) (*http.Response, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	r, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	got, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != 200 || r.ProtoMajor != 2 {
		t.Fatalf("the peer got %v %d, %q, %v", r.Proto, r.StatusCode, got, err)
	}
	return r, string(got)
}

func TestHTTP2IsSpokenToAClientOfGos(t *testing.T) {
	for name, s := range map[string]*stage{"": play(t, "serve", nil), "tls": play(t, "serve", newAuthority(t))} {
		client, url := h2Client(s)
		for _, ask := range []struct {
			method, kind, told, got string
			body                    int
		}{
			{"GET", "text/plain", "http/2", script.Page, 0},
			{"HEAD", "text/plain", "http/2", "", 0},
			{"POST", "text/plain", "http/2", script.Page, 1 << 20}, // more than any window that is not given back
			{"POST", "application/grpc+proto", "grpc", "\x00\x00\x00\x00\x3c" + script.Page, 5},
		} {
			r, got := h2Do(t, s, client, ask.method, url+"/h2", ask.kind, strings.NewReader(strings.Repeat("x", ask.body)))
			if got != ask.got || ask.told == "grpc" && r.Trailer.Get("grpc-status") != "0" {
				t.Errorf("%s%s %s: the peer got %q, trailers %v; want %q", ask.told, name, ask.method, got, r.Trailer, ask.got)
			}
			if told, want := s.request(), ask.told+name+` "`+ask.method+` /h2" `+strconv.Itoa(ask.body); told != want {
				t.Errorf("the history tells of %s, want %s", told, want)
			}
		}
		if len(s.told) > 0 {
			t.Errorf("more is told: %+v", <-s.told) // such as a second connection
		}
	}
}

// h2Peer speaks frame by frame, and ends at the first that it cannot read.
type h2Peer struct {
	t *testing.T
	*http2.Framer
}

func (s *stage) h2Peer() h2Peer {
	conn := s.dial()
	io.WriteString(conn, http2.ClientPreface)
	return h2Peer{s.t, http2.NewFramer(conn, conn)}
}

// next is the next frame of that type.
func (p h2Peer) next(kind http2.FrameType) http2.Frame {
	p.t.Helper()
	for {
		f, err := p.ReadFrame()
		if err != nil {
			p.t.Fatalf("waiting for %v: %v", kind, err)
		}
		if f.Header().Type == kind {
			return f
		}
	}
}

// settings are the next ones, of which only the head is kept.
func (p h2Peer) settings() http2.FrameHeader { return p.next(http2.FrameSettings).Header() }

func (p h2Peer) ask(id uint32, path string) {
	p.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: h2Block("GET", path), EndHeaders: true, EndStream: true})
}

func TestHTTP2WaitsForRoom(t *testing.T) {
	s := play(t, "serve", nil)
	p := s.h2Peer()
	p.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 10})
	if own, ack := p.settings(), p.settings(); own.Flags.Has(http2.FlagSettingsAck) || !ack.Flags.Has(http2.FlagSettingsAck) {
		t.Errorf("settings are answered by %v and %v", own, ack)
	}
	p.ask(1, "/narrow")
	p.next(http2.FrameHeaders)
	p.WritePing(false, [8]byte{7})
	if f := p.next(http2.FramePing).(*http2.PingFrame); !f.IsAck() || f.Data[0] != 7 {
		t.Errorf("a ping is answered by %v", f)
	}
	p.WriteWindowUpdate(1, uint32(len(script.Page)-10))
	if f := p.next(http2.FrameData).(*http2.DataFrame); string(f.Data()) != script.Page || !f.StreamEnded() {
		t.Errorf("the data is %v %q", f, f.Data())
	}
	p.ask(3, "/taken-back")
	p.next(http2.FrameHeaders)
	p.WriteRSTStream(3, http2.ErrCodeCancel)
	p.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 100})
	p.ask(5, "/wide")
	if f := p.next(http2.FrameData); f.Header().StreamID != 5 {
		t.Errorf("the data is of stream %d", f.Header().StreamID)
	}
}

// A peer that keeps no table must be sent nothing that is to be put there: its decoder
// insists on being told first (RFC 7541 section 4.2).
func TestHTTP2CompressesAsThePeerCan(t *testing.T) {
	p := play(t, "serve", nil).h2Peer()
	p.WriteSettings(http2.Setting{ID: http2.SettingHeaderTableSize, Val: 0})
	p.ask(1, "/")
	const toZero = 0x20 // an update of the table's size (RFC 7541 section 6.3)
	if f := p.next(http2.FrameHeaders).(*http2.HeadersFrame); f.HeaderBlockFragment()[0] != toZero {
		t.Errorf("the fields begin with %#x", f.HeaderBlockFragment())
	}
}

func TestHTTP2ThatEndsWithinARequestIsSaidSo(t *testing.T) {
	for sent, want := range map[string]string{h2Opening[:len(h2Opening)-len("hello")-9]: "unexpected EOF", h2Opening[:len(http2.ClientPreface)+9]: "EOF"} {
		_, err := newHTTP2(strings.NewReader(sent), io.Discard).read()
		if err == nil || err.Error() != want {
			t.Errorf("%q ends with %v, want %s", sent, err, want)
		}
	}
}

func TestHTTP2TellsAPeerWhatIsWrong(t *testing.T) {
	s := play(t, "serve", nil)
	p := s.h2Peer()
	p.WriteSettings()
	for id := uint32(1); id <= 2*mostStreams+1; id += 2 { // one more than may be open
		p.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: h2Block("POST", "/open"), EndHeaders: true})
	}
	if f := p.next(http2.FrameRSTStream).(*http2.RSTStreamFrame); f.StreamID != 2*mostStreams+1 || f.ErrCode != http2.ErrCodeRefusedStream {
		t.Errorf("a stream too many is answered by %v", f)
	}
	p.WriteData(1, true, nil)
	p.next(http2.FrameData)
	p.ask(2, "/even")
	if f := p.next(http2.FrameGoAway).(*http2.GoAwayFrame); f.ErrCode != http2.ErrCodeProtocol || f.LastStreamID != 2*mostStreams+1 {
		t.Errorf("a stream of a server's number is answered by %v", f)
	}
}
