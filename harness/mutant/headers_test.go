package mutant

import (
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// headers are what an upstream can do wrong in its header, and who takes it. An honest proxy
// refuses it with that error type, or puts it right.
var headers = map[string]struct {
	says, kind string
	takenBy    string
	seen       string // what the client of whoever takes it finds among the first bytes
}{
	"no colon":         {ok + "X-Trace\r\n" + withPage, protocolError, "takes-any-line", "\r\nX-Trace: \r\n"},
	"space":            {ok + "X-Trace : abc\r\n" + withPage, "", "takes-any-line", "\r\nX-Trace : abc\r\n"},
	"fold":             {ok + "X-Trace: abc\r\n def\r\n" + withPage, protocolError, "takes-any-line", "\r\nX-Trace: abc\r\n def: \r\n"},
	"bare CR":          {ok + "X-Trace: abc\rX: y\r\n" + withPage, protocolError, "takes-control", "\r\nX-Trace: abc\rX: y\r\n"},
	"escape":           {ok + "X-Trace: a\x1bc\r\n" + withPage, protocolError, "takes-control", "\r\nX-Trace: a\x1bc\r\n"},
	"delete":           {ok + "X-Trace: a\x7fc\r\n" + withPage, protocolError, "takes-control", "\r\nX-Trace: a\x7fc\r\n"},
	"negative length":  {ok + "Content-Length: -5\r\n\r\n" + half, protocolError, "takes-any-number", half},
	"letters":          {ok + "Content-Length: 6o\r\n\r\n" + half, protocolError, "takes-any-number", half},
	"both ends":        {ok + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n" + half + "\r\n" + lastChunk, protocolError, "prefers-length", "\r\n\r\n10\r\n"},
	"unknown coding":   {ok + "Transfer-Encoding: snappy\r\n\r\n" + half, badTransferCoding, "takes-any-coding", half},
	"status of two":    {"HTTP/1.1 99 Odd\r\n" + withPage, protocolError, "takes-any-status", "HTTP/1.1 99 Odd\r\n"},
	"status of nobody": {"HTTP/1.1 999 Odd\r\n" + withPage, protocolError, "takes-any-status", "HTTP/1.1 999 Odd\r\n"},
	"version":          {"HTTP/2.0 200 OK\r\n" + withPage, protocolError, "takes-any-status", "HTTP/1.1 200 OK\r\n"},
	"no status line":   {"\r\n" + ok + withPage, protocolError, "leaks", "\r"},
	"only 100":         {"HTTP/1.1 100 Continue\r\n\r\n", incomplete, "takes-interim", "HTTP/1.1 100 Continue\r\nConnection: close\r\n"},
	"unasked 101":      {"HTTP/1.1 101 Switching Protocols\r\n\r\n", protocolError, "takes-interim", "HTTP/1.1 101 Switching Protocols\r\n"},
	"hints":            {strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", maxInterim) + ok + withPage, protocolError, "takes-interim", "HTTP/1.1 103 Early Hints\r\nConnection: close\r\n"},
}

// withPage is the rest of a healthy answer, after its status line.
var withPage = strings.TrimPrefix(healthy, ok)

func TestHonestAndHeaders(t *testing.T) {
	t.Parallel()
	for name, h := range headers {
		x := bed(t, Honest, upstream(t, says(h.says)).addr).get()
		if h.kind == "" {
			if x.Response.Status != 200 || x.Response.Get("X-Trace") != "abc" {
				t.Errorf("%s: the client saw %q", name, x.Response.Raw)
			}
		} else if own := x.Response.Get("Proxy-Status"); harness.OutcomeOf(x) != harness.Answered || x.Response.Status != 502 || own != "mutant; error="+h.kind {
			t.Errorf("%s: the client saw %q, expected a 502 that says %s", name, x.Response.Raw, h.kind)
		}
	}
}

func TestWhoTakesBrokenHeaders(t *testing.T) {
	t.Parallel()
	for name, h := range headers {
		for _, v := range Variants() {
			if !strings.HasPrefix(v.Name, "takes-") && v.Name != h.takenBy {
				continue
			}
			x := bed(t, v.Name, upstream(t, says(h.says)).addr).get()
			took := strings.Contains(string(x.Response.Raw), h.seen) && !strings.Contains(string(x.Response.Raw), " 502 ")
			if took != (v.Name == h.takenBy) {
				t.Errorf("%s: the client of %s saw %q", name, v.Name, x.Response.Raw)
			}
		}
	}
}

func TestWhoMindsHarmlessHeaders(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"refuses-twice": ok + "Date: now\r\ndate: now\r\n" + withPage,
		"wants-crlf":    strings.Replace(healthy, "\r\n", "\n", 1),
	} {
		for _, who := range []string{Honest, "refuses-twice", "wants-crlf"} {
			want := 200
			if who == name {
				want = 502
			}
			if x := bed(t, who, upstream(t, says(text)).addr).get(); x.Response.Status != want {
				t.Errorf("%q: the client of %s saw %q", text, who, x.Response.Raw)
			}
		}
	}
}

func TestWhoPassesOnWhatIsNoBody(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		says, takenBy string
		status        int
	}{
		{healthy + "more", "takes-extra", 200},
		{"HTTP/1.1 204 No Content\r\n" + withPage, "takes-any-body", 204},
		{"HTTP/1.1 304 Not Modified\r\n" + withPage, "takes-any-body", 304},
	} {
		for _, who := range []string{Honest, "takes-extra", "takes-any-body"} {
			b := bed(t, who, upstream(t, says(c.says)).addr)
			conn := b.dial()
			conn.Write(visit)
			all, err := io.ReadAll(conn)
			if err != nil || !strings.HasPrefix(string(all), "HTTP/1.1 "+strconv.Itoa(c.status)) {
				t.Fatalf("%q: the client of %s saw %q, %v", c.says, who, all, err)
			}
			_, body, _ := strings.Cut(string(all), "\r\n\r\n")
			honest := map[int]string{200: script.Page}[c.status]
			if took := body != honest; took != (who == c.takenBy) {
				t.Errorf("%q: the client of %s saw the body %q", c.says, who, body)
			}
		}
	}
}
