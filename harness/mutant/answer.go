package mutant

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/badgateway/badgateway/harness"
)

// field is one header line.
type field struct{ name, value string }

// answer is the head of an upstream's answer, as strictly read as RFC 9112 asks of a
// proxy.
type answer struct {
	line    string // the status line, without its end
	minor   byte   // of the version: '0' or '1'
	status  int
	fields  []field
	framing framing
	raw     []byte // leniency.noHTTP: there is no head; the bytes that were read of the body
}

// answerReader reads one answer of an upstream. Its errors are *failure.
type answerReader struct {
	in      *bufio.Reader
	limit   int // bytes of a header section
	lenient leniency
	strict  pedantry
	section int    // bytes of the current header section
	seen    []byte // the bytes of the status line so far
	begun   bool
}

func newAnswerReader(in io.Reader, limit int, lenient leniency) *answerReader {
	return &answerReader{in: bufio.NewReader(in), limit: limit, lenient: lenient}
}

// head reads up to the end of the header section, and finds how the body is delimited
// in the answer to that method.
func (r *answerReader) head(method string) (*answer, error) {
	a, err := r.statusLine()
	if err != nil {
		if r.lenient.noHTTP && isMalformed(err) {
			return &answer{raw: r.seen, framing: framing{byEnd: true}}, nil
		}
		return nil, err
	}
	if a.fields, err = r.fields(headerTooLarge); err != nil {
		return nil, err
	}
	a.framing, err = framingOf(a, method, r.lenient)
	return a, err
}

func isMalformed(err error) bool {
	f, ok := err.(*failure)
	return ok && f.kind == protocolError
}

// statusLine reads HTTP-version SP status-code SP [reason-phrase] (RFC 9112 4). What
// cannot become one is refused at its first wrong byte: an upstream of another protocol
// may say no more and wait.
func (r *answerReader) statusLine() (*answer, error) {
	r.section, r.seen = 0, nil
	if r.lenient.anyStatus {
		return r.looseStatusLine()
	}
	const version = "HTTP/1."
	for i := range len(version) {
		b, err := r.byte(headerTooLarge)
		if err != nil {
			return nil, err
		}
		if r.seen = append(r.seen, b); b != version[i] {
			return nil, malformed(harness.PhaseHeader, "no HTTP/1 answer: it begins with %q", r.seen)
		}
	}
	rest, err := r.line(headerTooLarge)
	r.seen = append(r.seen, rest...)
	if err != nil {
		return nil, err
	}
	a := &answer{line: version + rest}
	wrong := malformed(harness.PhaseHeader, "no status line: %q", a.line)
	if len(rest) < 5 || rest[0] != '0' && rest[0] != '1' || rest[1] != ' ' || len(rest) > 5 && rest[5] != ' ' {
		return nil, wrong
	}
	a.minor = rest[0]
	for _, digit := range []byte(rest[2:5]) {
		if digit < '0' || digit > '9' {
			return nil, wrong
		}
		a.status = 10*a.status + int(digit-'0')
	}
	if a.status < 100 || a.status > 599 { // RFC 9110 15: all others are invalid
		return nil, wrong
	}
	return a, nil
}

// looseStatusLine takes whatever has a version and a number.
func (r *answerReader) looseStatusLine() (*answer, error) {
	line, err := r.line(headerTooLarge)
	r.seen = append(r.seen, line...)
	if err != nil {
		return nil, err
	}
	version, rest, _ := strings.Cut(line, " ")
	code, _, _ := strings.Cut(rest, " ")
	status, err := strconv.Atoi(code)
	if err != nil || !strings.HasPrefix(version, "HTTP/") {
		return nil, malformed(harness.PhaseHeader, "no status line: %q", line)
	}
	return &answer{line: "HTTP/1.1 " + rest, minor: '1', status: status}, nil
}

// fields reads field lines up to the empty one.
func (r *answerReader) fields(tooLarge string) (fields []field, err error) {
	for {
		line, err := r.line(tooLarge)
		if err != nil {
			return nil, err
		}
		if line == "" {
			return fields, nil
		}
		f, ok := parseField(line)
		if r.lenient.anyLine {
			f.name, _, _ = strings.Cut(line, ":")
		} else if !ok {
			return nil, malformed(harness.PhaseHeader, "no header line: %q", line)
		}
		if r.strict.repetition && len(listed(fields, f.name)) > 0 {
			return nil, malformed(harness.PhaseHeader, "%s is said twice", f.name)
		}
		fields = append(fields, f)
	}
}

// parseField reads a field line. White space before the colon is not taken from an
// upstream's answer but removed (RFC 9112 5.1); a line that continues the one before
// it is refused (5.2).
func parseField(line string) (field, bool) {
	name, value, ok := strings.Cut(line, ":")
	name = strings.TrimRight(name, " \t")
	return field{name, strings.Trim(value, " \t")}, ok && isToken(name)
}

// isToken knows RFC 9110 5.6.2.
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (c < '0' || c > '9') && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(c)) {
			return false
		}
	}
	return s != ""
}

// line reads up to LF or CRLF (RFC 9112 2.2) and returns the line without it. With an
// error it returns what there was. Control bytes, and CR within a line, are refused (RFC 9110
// 5.5): who reads after us may act on them.
func (r *answerReader) line(tooLarge string) (string, error) {
	var line []byte
	for {
		b, err := r.byte(tooLarge)
		if err != nil {
			return string(line), err
		}
		cr := len(line) > 0 && line[len(line)-1] == '\r'
		switch {
		case b == '\n' && cr:
			return string(line[:len(line)-1]), nil
		case b == '\n' && !r.strict.bareLF:
			return string(line), nil
		}
		line = append(line, b)
		if !r.takes(b, cr) {
			return string(line), malformed(harness.PhaseHeader, "a byte that no header may hold: %q", line)
		}
	}
}

// takes says whether a header line may hold that byte.
func (r *answerReader) takes(b byte, afterCR bool) bool {
	switch {
	case b == 0:
		return r.lenient.nul
	case b == '\t', b == '\r' && !afterCR: // what comes after a CR says what it was
		return true
	case afterCR, b < ' ', b == 0x7f:
		return r.lenient.control
	}
	return true
}

// byte reads one byte of a header section and keeps to its limit.
func (r *answerReader) byte(tooLarge string) (byte, error) {
	b, err := r.in.ReadByte()
	if err != nil {
		return 0, readFailure(r.phase(), err)
	}
	r.begun = true
	if r.section++; r.section > r.limit && !r.lenient.anySize {
		return 0, &failure{r.phase(), tooLarge, fmt.Sprintf("more than %d bytes of header", r.limit)}
	}
	return b, nil
}

// phase is where in the exchange reading a header is.
func (r *answerReader) phase() harness.Phase {
	if !r.begun {
		return harness.PhaseWait
	}
	return harness.PhaseHeader
}
