package diagnosis_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/diagnosis"
	"github.com/badgateway/badgateway/harness/nginx"
)

var interpreter = nginx.Reference("nginx").(harness.Interpreter)

// refusal and timeout are lines of NGINX's.
func refusal(second int, upstream string) string {
	return fmt.Sprintf(`2026/11/23 07:02:%02d [error] 7#7: *31 connect() failed (111: Connection refused) while connecting to upstream, client: 198.19.0.1, server: a, request: "GET /?token=hush HTTP/1.1", upstream: "http://%s/?token=hush", host: "a"`+"\n", second, upstream)
}

const (
	timeout = `2026/11/23 07:03:00 [error] 7#7: *31 upstream timed out (110: Connection timed out) while reading upstream, client: 198.19.0.1, server: a, request: "GET / HTTP/1.1", upstream: "http://10.0.0.9:80/", host: "a"` + "\n"
	notice  = "2026/11/23 07:03:00 [notice] 7#7: start worker process 8\n"
)

func read(t *testing.T, log string) *diagnosis.Diagnosis {
	t.Helper()
	d, err := diagnosis.Read(strings.NewReader(log), interpreter)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestSymptomsAreGathered(t *testing.T) {
	d := read(t, "\n"+timeout+notice+refusal(30, "10.0.0.1:80")+"\r\n"+refusal(10, "10.0.0.2:80")+"who is that\nand password=hush\n"+refusal(20, "10.0.0.2:80"))
	if d.Lines != 7 || d.Sound != 1 || d.Unknown != 2 || d.Access {
		t.Errorf("counted %+v", d)
	}
	if d.Stranger != (diagnosis.Stranger{Line: 7, Text: "who is that"}) {
		t.Errorf("the first that nobody understands is %+v", d.Stranger)
	}
	if len(d.Findings) != 2 {
		t.Fatalf("found %d symptoms", len(d.Findings))
	}
	first, second := d.Findings[0], d.Findings[1]
	if first.Count != 3 || first.Line != 4 || first.First != "2026/11/23 07:02:10" || first.Last != "2026/11/23 07:02:30" || first.Symptom.ErrorType != "connection_refused" {
		t.Errorf("the refusals are told as %+v", first)
	}
	if got := fmt.Sprint(first.Upstreams); got != "[{http://10.0.0.2:80 2} {http://10.0.0.1:80 1}]" {
		t.Errorf("the upstreams are %s", got)
	}
	if second.Count != 1 || second.Line != 2 || second.First != second.Last {
		t.Errorf("the timeout is told as %+v", second)
	}
}

func TestAStrangerIsMaskedAndCut(t *testing.T) {
	d := read(t, "password=hush "+strings.Repeat("x ", 1000))
	if strings.Contains(d.Stranger.Text, "hush") || len(d.Stranger.Text) > 500 {
		t.Errorf("it is shown as %q", d.Stranger.Text)
	}
}

func TestManyUpstreamsAreNotKeptApart(t *testing.T) {
	var log strings.Builder
	for i := range 100 {
		log.WriteString(refusal(1, fmt.Sprintf("10.0.1.%d:80", i)))
	}
	f := read(t, log.String()).Findings[0]
	if len(f.Upstreams)+f.Others != 100 || len(f.Upstreams) > 10 {
		t.Errorf("%d are kept, and %d others", len(f.Upstreams), f.Others)
	}
}

func TestACompressedLogIsRead(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	io.WriteString(z, timeout)
	z.Close()
	whole := packed.String()
	if d := read(t, whole); len(d.Findings) != 1 {
		t.Errorf("found %+v", d)
	}
	if _, err := diagnosis.Read(strings.NewReader(whole[:len(whole)-9]), interpreter); err == nil {
		t.Error("one that is cut short is taken for whole")
	}
}

func TestALogThatCannotBeReadToItsEnd(t *testing.T) {
	trouble := errors.New("the disk is gone")
	for _, before := range []string{"", timeout, "half a line"} {
		_, err := diagnosis.Read(io.MultiReader(strings.NewReader(before), iotest.ErrReader(trouble)), interpreter)
		if !errors.Is(err, trouble) {
			t.Errorf("after %q it is %v", before, err)
		}
	}
}

// endless is a log of that many bytes, which looks at the memory while it is read.
type endless struct {
	line  func() string
	rest  string
	left  int
	since int
	peak  uint64
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	if e.rest == "" {
		e.rest = e.line()
	}
	n := copy(p, e.rest)
	e.rest, e.left, e.since = e.rest[n:], e.left-n, e.since+n
	if e.since > 1<<20 {
		e.since = 0
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		e.peak = max(e.peak, m.HeapAlloc)
	}
	return n, nil
}

// A log of gigabytes takes no more memory than a short one: not by its lines, not by how many
// different ones there are, not by how long one is.
func TestMemoryIsBounded(t *testing.T) {
	n := 0
	for name, line := range map[string]func() string{
		"different upstreams": func() string { n++; return refusal(n%60, fmt.Sprintf("10.%d.%d.%d:80", n>>16, n>>8&255, n&255)) },
		"different strangers": func() string { n++; return fmt.Sprintf("stranger %d\n", n) },
		"one line":            func() string { return strings.Repeat("\x00\x1b[2J", 1000) },
		"no line":             func() string { return strings.Repeat("\n", 1000) },
	} {
		e := &endless{line: line, left: 4 << 20}
		var before runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		if _, err := diagnosis.Read(e, interpreter); err != nil {
			t.Fatal(err)
		}
		const bound = 1 << 20
		if e.peak > before.HeapAlloc+bound {
			t.Errorf("%s: %d bytes more are held", name, e.peak-before.HeapAlloc)
		}
	}
}

func BenchmarkErrorLog(b *testing.B) {
	log := strings.Repeat(refusal(1, "10.0.0.1:80")+notice+timeout, 1000)
	b.SetBytes(int64(len(log)))
	for b.Loop() {
		if _, err := diagnosis.Read(strings.NewReader(log), interpreter); err != nil {
			b.Fatal(err)
		}
	}
}
