package faults_test

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/badgateway/badgateway/faults"
	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

// ofHeaders are what an upstream can do wrong in its header.
var ofHeaders = map[string]harness.Fault{
	"HeaderWithoutColon": faults.HeaderWithoutColon, "SpaceBeforeColon": faults.SpaceBeforeColon, "FoldedHeader": faults.FoldedHeader,
	"CRInHeader": faults.CRInHeader, "ControlInHeader": faults.ControlInHeader, "LengthAndChunks": faults.LengthAndChunks,
	"NegativeLength": faults.NegativeLength, "LengthOfLetters": faults.LengthOfLetters, "UnknownCoding": faults.UnknownCoding,
	"Status99": faults.Status99, "Status999": faults.Status999, "StatusLineOfHTTP2": faults.StatusLineOfHTTP2,
	"EmptyStatusLine": faults.EmptyStatusLine, "OnlyContinue": faults.OnlyContinue, "UnaskedSwitch": faults.UnaskedSwitch,
	"ManyHints": faults.ManyHints, "SaidTwice": faults.SaidTwice, "BareLF": faults.BareLF, "HeaderOfManyLines": faults.HeaderOfManyLines,
}

// What is wrong with a header is there on the wire, and nothing else is.
func TestWhatHeadersSay(t *testing.T) {
	for name, c := range map[string]struct {
		raw    string // among the first bytes
		status int
		whole  bool
	}{
		"HeaderWithoutColon": {"\r\nX-Trace\r\n", 200, true},
		"SpaceBeforeColon":   {"\r\nX-Trace : abc\r\n", 200, true},
		"FoldedHeader":       {"\r\nX-Trace: abc\r\n def\r\n", 200, true},
		"CRInHeader":         {"\r\nX-Trace: abc\rX-Role: admin\r\n", 200, true},
		"ControlInHeader":    {"\r\nX-Trace: abc\x1bdef\r\n", 200, true},
		"LengthAndChunks":    {"\r\nContent-Length: 10\r\nTransfer-Encoding: chunked\r\n", 200, true},
		"NegativeLength":     {"\r\nContent-Length: -5\r\n", 200, false},
		"LengthOfLetters":    {"\r\nContent-Length: 6o\r\n", 200, false},
		"UnknownCoding":      {"\r\nTransfer-Encoding: snappy\r\n", 200, false},
		"Status99":           {"HTTP/1.1 99 Odd\r\n", 0, false},
		"Status999":          {"HTTP/1.1 999 Odd\r\n", 999, true},
		"StatusLineOfHTTP2":  {"HTTP/2.0 200 OK\r\n", 0, false},
		"EmptyStatusLine":    {"\r\nHTTP/1.1 200 OK\r\n", 0, false},
		"OnlyContinue":       {"HTTP/1.1 100 Continue\r\n\r\n", 100, false},
		"UnaskedSwitch":      {"HTTP/1.1 101 Switching Protocols\r\n", 101, true},
		"ManyHints":          {"HTTP/1.1 103 Early Hints\r\n", 200, true},
		"SaidTwice":          {"\r\nServer: app\r\nDate: ", 200, true},
		"BareLF":             {"HTTP/1.1 200 OK\nContent-Length: ", 200, true},
		"HeaderOfManyLines":  {"\r\nSet-Cookie: ", 200, true},
	} {
		t.Run(name, func(t *testing.T) {
			with, _ := ordered(t, all[name], policyOf(2*time.Second))
			text, _, _, end := played(t, with.host.Script)
			r, _ := agent.ReadResponse(io.MultiReader(strings.NewReader(text), iotest.ErrReader(end)), "GET")
			if r.Status != c.status || r.Whole != c.whole || !strings.Contains(string(r.Raw), c.raw) {
				t.Errorf("a client finds %d, whole %v (%s): %q", r.Status, r.Whole, r.Problem, r.Raw)
			}
			if hasPage := strings.HasSuffix(text, script.Page) || strings.HasSuffix(text, script.Page+"\r\n0\r\n\r\n"); hasPage != (name != "OnlyContinue") {
				t.Errorf("it says %q", text)
			}
		})
	}
}

// All lines of a header count together, none of them alone.
func TestNoLineOfManyIsLong(t *testing.T) {
	with, _ := ordered(t, faults.HeaderOfManyLines, policyOf(2*time.Second))
	text, _, _, _ := played(t, with.host.Script)
	header, _, _ := strings.Cut(text, "\r\n\r\n")
	if most := policyOf(0).HeaderBytes; len(header) < most*3/2 {
		t.Errorf("a header of %d bytes, and the gateway takes %d", len(header), most)
	}
	for line := range strings.Lines(header) {
		if len(line) > 100 {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
}
