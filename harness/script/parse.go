package script

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Limits of what Parse takes, so that a script cannot be a bomb.
const (
	MaxBytes = 16 << 20       // what one write may write
	MaxWait  = 24 * time.Hour // the longest wait or drip interval
	maxCount = 1 << 20
)

// An Error says where in the text a script cannot be read. Column counts bytes from 1.
type Error struct {
	Column int
	Reason string
}

func (e *Error) Error() string { return fmt.Sprintf("column %d: %s", e.Column, e.Reason) }

// Parse reads the text form.
func Parse(text string) (Script, error) {
	p := &parser{rest: text, text: text}
	s, err := p.script()
	if err != nil {
		return nil, &Error{Column: len(text) - len(p.rest) + 1, Reason: err.Error()}
	}
	return s, nil
}

// MustParse is Parse for scripts that are written in Go. It panics on an error.
func MustParse(text string) Script {
	s, err := Parse(text)
	if err != nil {
		panic(fmt.Sprintf("script %q: %v", text, err))
	}
	return s
}

type parser struct{ text, rest string }

func (p *parser) script() (Script, error) {
	var s Script
	for {
		c, err := p.clause()
		if err != nil {
			return nil, err
		}
		s = append(s, c)
		p.space()
		if p.rest == "" {
			return s, nil
		}
		if c.Count == 0 {
			return nil, errors.New("a clause without a count plays for ever, nothing can follow it")
		}
		if !p.take(",") || !p.word("then") {
			return nil, fmt.Errorf("expected \", then\" or the end, found %s", p.next())
		}
	}
}

func (p *parser) clause() (Clause, error) {
	var c Clause
	p.space()
	if p.rest != "" && p.rest[0] >= '0' && p.rest[0] <= '9' {
		n, err := p.number()
		if err != nil {
			return c, err
		}
		if !p.word("x") {
			return c, fmt.Errorf("expected \"x\" after the count, found %s", p.next())
		}
		c.Count = n
	}
	for {
		s, err := p.step()
		if err != nil {
			return c, err
		}
		c.Steps = append(c.Steps, s)
		if !p.take(";") {
			return c, nil
		}
	}
}

func (p *parser) step() (s Step, err error) {
	p.space()
	s.Verb = Verb(p.ident())
	switch s.Verb {
	case ReadRequest, ReadHead, Hear, ReadHello, Handshake, Serve, Hold, Close, Reset, Die, ExhaustMemory:
		p.rest = p.rest[len(s.Verb):]
		return s, nil
	case Wait, Work:
		p.rest = p.rest[len(s.Verb):]
		s.Every, err = p.duration()
		return s, err
	case Drip:
		return p.drip()
	case Write:
		return p.write()
	}
	return s, fmt.Errorf("expected a step, found %s", p.next())
}

func (p *parser) write() (s Step, err error) {
	s.Verb, p.rest = Write, p.rest[len(Write):]
	if s.Text, err = p.quoted(); err != nil {
		return s, err
	}
	total := len(s.Text)
	if p.word("x") {
		if s.Times, err = p.number(); err != nil {
			return s, err
		}
		total *= s.Times
		if s.Times == 1 {
			s.Times = 0 // the zero value is once
		}
	}
	if total > MaxBytes {
		return s, fmt.Errorf("a write of %d bytes, the most is %d", total, MaxBytes)
	}
	return s, nil
}

func (p *parser) drip() (s Step, err error) {
	s.Verb, p.rest = Drip, p.rest[len(Drip):]
	if s.Text, err = p.quoted(); err != nil {
		return s, err
	}
	if !p.word("every") {
		return s, fmt.Errorf("expected \"every\" and a duration, found %s", p.next())
	}
	s.Every, err = p.duration()
	return s, err
}

func (p *parser) space() { p.rest = strings.TrimLeft(p.rest, " \t\n") }

// ident is the run of letters and dashes that comes next; it is not consumed.
func (p *parser) ident() string {
	i := strings.IndexFunc(p.rest, func(r rune) bool { return (r < 'a' || r > 'z') && r != '-' })
	if i < 0 {
		return p.rest
	}
	return p.rest[:i]
}

func (p *parser) take(token string) bool {
	p.space()
	rest, ok := strings.CutPrefix(p.rest, token)
	p.rest = rest
	return ok
}

func (p *parser) word(w string) bool {
	p.space()
	return p.ident() == w && p.take(w)
}

func (p *parser) number() (int, error) {
	p.space()
	i := 0
	for i < len(p.rest) && p.rest[i] >= '0' && p.rest[i] <= '9' {
		i++
	}
	n, err := strconv.Atoi(p.rest[:i])
	if err != nil || n < 1 || n > maxCount {
		return 0, fmt.Errorf("expected a number from 1 to %d, found %s", maxCount, p.next())
	}
	p.rest = p.rest[i:]
	return n, nil
}

func (p *parser) quoted() (string, error) {
	p.space()
	q, err := strconv.QuotedPrefix(p.rest)
	if err != nil || q[0] != '"' {
		return "", fmt.Errorf("expected a \"quoted\" text, found %s", p.next())
	}
	s, err := strconv.Unquote(q)
	if err != nil {
		return "", fmt.Errorf("the quoted text: %w", err)
	}
	p.rest = p.rest[len(q):]
	return s, nil
}

func (p *parser) duration() (time.Duration, error) {
	p.space()
	i := strings.IndexAny(p.rest, " \t\n;,")
	if i < 0 {
		i = len(p.rest)
	}
	d, err := time.ParseDuration(p.rest[:i])
	if err != nil || d < 0 || d > MaxWait {
		return 0, fmt.Errorf("expected a duration such as 1.5s, at most %v, found %s", MaxWait, p.next())
	}
	p.rest = p.rest[i:]
	return d, nil
}

// next describes what stands where something else was expected.
func (p *parser) next() string {
	p.space()
	if p.rest == "" {
		return "the end"
	}
	return strconv.Quote(p.rest[:min(len(p.rest), 20)])
}
