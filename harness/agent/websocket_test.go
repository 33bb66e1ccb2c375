package agent

import (
	"bytes"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/badgateway/badgateway/harness/script"
	"github.com/badgateway/badgateway/harness/speech"
)

// conn hears a text and keeps what is said.
type conn struct {
	io.Reader
	said bytes.Buffer
}

func (c *conn) Write(p []byte) (int, error) { return c.said.Write(p) }

func TestAskWebSocket(t *testing.T) {
	page, bye := speech.Frame(speech.Text, script.Page), speech.Frame(speech.Close, "")
	long := strings.Repeat("x", 1<<16)
	for _, c := range []struct {
		name, text string
		then       error
		status     int
		body       string
		end        End
		problem    string
	}{
		{"a message and an end", speech.Accepted + page + bye, io.EOF, 101, script.Page, EndComplete, ""},
		{"an end at once", speech.Accepted + bye, syscall.ECONNRESET, 101, "", EndComplete, ""},
		{"a longer message", speech.Accepted + speech.Frame(speech.Text, long[:300]) + bye, io.EOF, 101, long[:300], EndComplete, ""},
		{"no end", speech.Accepted + page, io.EOF, 101, script.Page, EndFIN, "the connection was closed"},
		{"a reset", speech.Accepted + page[:20], syscall.ECONNRESET, 101, script.Page[:18], EndReset, "the connection was reset"},
		{"half a head", speech.Accepted + page[:1], io.EOF, 101, "", EndFIN, "the connection was closed"},
		{"silence", speech.Accepted, os.ErrDeadlineExceeded, 101, "", EndPatience, "nothing more came"},
		{"a mask of a server's", speech.Accepted + speech.Masked(speech.Text, "a"), io.EOF, 101, "", EndFIN, "a frame that breaks WebSocket"},
		{"an extension's bit", speech.Accepted + "\xc1\x01a", io.EOF, 101, "", EndFIN, "a frame that breaks WebSocket"},
		{"a refusal", "HTTP/1.1 400 No\r\nContent-Length: 2\r\n\r\nno", io.EOF, 400, "no", EndComplete, ""},
		{"nothing", "", io.EOF, 0, "", EndFIN, "the connection was closed"},
	} {
		peer := &conn{Reader: stream(c.text, c.then)}
		r, end, err := AskWebSocket(peer)
		if r.Status != c.status || string(r.Tail) != c.body || end != c.end || r.Problem != c.problem || r.Whole != (c.problem == "") || err != nil {
			t.Errorf("%s: %d, %.30q, whole %v, %s, %q, %v", c.name, r.Status, r.Tail, r.Whole, end, r.Problem, err)
		}
		if said := peer.said.String(); (said != "") != (c.status == 101) || said != "" && !strings.HasSuffix(said, speech.Masked(speech.Close, "")) {
			t.Errorf("%s: the client says %.60q", c.name, said)
		}
	}
	r, _, _ := AskWebSocket(&conn{Reader: stream(speech.Accepted+speech.Frame(speech.Text, long)+bye, io.EOF)})
	if r.Body != len(long) || !r.Whole {
		t.Errorf("of a message of %d bytes %d came, whole %v", len(long), r.Body, r.Whole)
	}
}
