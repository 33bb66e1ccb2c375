package script

import (
	"errors"
	"strings"
	"testing"
)

func TestStringIsTheInverseOfParse(t *testing.T) {
	for _, text := range []string{
		`serve`,
		`reset`,
		`read-request; write "HTTP/1.1 200 OK\r\n\x00"; close`,
		`3 x reset, then serve`,
		`1 x read-request; die, then 2 x hold, then serve`,
		`read-request; drip "abc" every 100ms; hold`,
		`wait 1m30s; exhaust-memory`,
		`read-request; work 250ms; serve`,
		`read-head; write "HTTP/1.1 413 Too Large\r\n\r\n"; close`,
		`write "a" x 9000`,
		`hear; write "no"; close`,
		`read-hello; hold`,
		`1 x handshake; close, then serve`,
	} {
		s, err := Parse(text)
		if err != nil {
			t.Errorf("Parse(%q): %v", text, err)
			continue
		}
		if got := s.String(); got != text {
			t.Errorf("Parse(%q).String() = %q", text, got)
		}
	}
}

func TestHowManyRequestsAClauseReads(t *testing.T) {
	for text, want := range map[string]int{
		`serve`: 0, `read-request; close`: 1, `2 x read-request; write "read-request"; read-request; hold, then serve`: 2,
	} {
		if n := MustParse(text)[0].Reads(); n != want {
			t.Errorf("%s reads %d", text, n)
		}
	}
}

func TestParseSaysWhere(t *testing.T) {
	for text, want := range map[string]struct {
		column int
		reason string
	}{
		``:                                    {1, "expected a step, found the end"},
		`sevre`:                               {1, `expected a step, found "sevre"`},
		`read-request; explode`:               {15, `expected a step, found "explode"`},
		`0 x reset`:                           {1, "expected a number from 1"},
		`3 reset`:                             {3, `expected "x"`},
		`serve, then reset`:                   {6, "nothing can follow it"},
		`write hello`:                         {7, `expected a "quoted" text`},
		"write `raw`":                         {7, `expected a "quoted" text`},
		`write "open`:                         {7, `expected a "quoted" text`},
		`wait soon`:                           {6, "expected a duration"},
		`wait -1s`:                            {6, "expected a duration"},
		`wait 25h`:                            {6, "expected a duration"},
		`drip "a" 3s`:                         {10, `expected "every"`},
		`write "aaaaaaaaaaaaaaaaa" x 1048576`: {36, "the most is"},
		`serve serve`:                         {7, "nothing can follow it"},
		`2 x reset serve`:                     {11, `expected ", then"`},
	} {
		_, err := Parse(text)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("Parse(%q): %v, want an Error", text, err)
			continue
		}
		if e.Column != want.column || !strings.Contains(e.Reason, want.reason) {
			t.Errorf("Parse(%q): %v, want column %d: ...%s...", text, e, want.column, want.reason)
		}
	}
}

func TestEachConnectionPlaysItsClause(t *testing.T) {
	s := MustParse(`1 x reset, then 2 x hold, then serve`)
	for n, want := range []Verb{Reset, Hold, Hold, Serve, Serve} {
		if got := s.Clause(n).Steps[0].Verb; got != want {
			t.Errorf("connection %d plays %s, want %s", n, got, want)
		}
	}
	if c := MustParse(`2 x reset`).Clause(2); c != nil {
		t.Errorf("connection 2 of \"2 x reset\" plays %v, want nothing", c)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		`3 x read-request; drip "a\x00b" every 1ms, then serve`, `write "é" x 3; wait 2h`, `1 x die, then hold`, `write "\u2028"`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err != nil {
			return
		}
		once := s.String()
		again, err := Parse(once)
		if err != nil {
			t.Fatalf("Parse(%q) = %q, which does not parse: %v", text, once, err)
		}
		if twice := again.String(); twice != once {
			t.Fatalf("%q became %q became %q", text, once, twice)
		}
	})
}
