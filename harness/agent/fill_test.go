package agent

import (
	"io"
	"net/http/httputil"
	"strings"
	"testing"
)

func TestWhatAClientMakesUp(t *testing.T) {
	for _, n := range []int{0, 1, piece - 1, piece, piece + 1, 3*piece + 5} {
		if got := string((Ask{Fill: n}).Body()); got != strings.Repeat(".", n) {
			t.Errorf("a body of %d bytes has %d", n, len(got))
		}
		if n == 0 {
			continue
		}
		chunked := string((Ask{Fill: n, Chunked: true}).Body())
		got, err := io.ReadAll(httputil.NewChunkedReader(strings.NewReader(chunked)))
		if err != nil || string(got) != strings.Repeat(".", n) || !strings.HasSuffix(chunked, "\r\n0\r\n\r\n") {
			t.Errorf("chunks of %d bytes hold %d, %v", n, len(got), err)
		}
	}
}

func TestInterimAnswersAreTold(t *testing.T) {
	r, _ := ReadResponse(strings.NewReader("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\nmore"), "GET")
	if len(r.Interim) != 2 || r.Interim[0] != 100 || r.Interim[1] != 103 || r.Status != 204 || r.Extra != len("more") {
		t.Errorf("it is read as %+v", r)
	}
}
