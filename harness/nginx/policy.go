package nginx

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	crossplane "github.com/nginxinc/nginx-go-crossplane"

	"github.com/badgateway/badgateway/harness"
)

// policyOf reads the policy that NGINX applies to a request. file is how a report calls
// the main file.
func policyOf(files []harness.File, file string, at request) (harness.Policy, error) {
	payload, err := parse(files)
	if err != nil {
		return harness.Policy{}, err
	}
	scope, err := scopeOf(payload, file, at)
	if err != nil {
		return harness.Policy{}, err
	}
	var p harness.Policy
	for _, s := range []struct {
		to        *harness.Setting
		directive string
		missing   time.Duration // NGINX's default
	}{
		{&p.Connect, "proxy_connect_timeout", 60 * time.Second},
		{&p.Send, "proxy_send_timeout", 60 * time.Second},
		{&p.Read, "proxy_read_timeout", 60 * time.Second},
		{&p.Resolve, "resolver_timeout", 30 * time.Second},
	} {
		if *s.to, err = scope.duration(s.directive, s.missing); err != nil {
			return p, err
		}
	}
	if p.Pass, _ = scope.innermost("proxy_pass"); p.Pass.File == "" {
		return p, &harness.Problem{Blame: harness.Usage, What: fmt.Sprintf("%s: no proxy_pass serves %s%s", file, at.host, at.path),
			Hint: "only what NGINX passes on by proxy_pass can be tested so far"}
	}
	header, args := scope.find("proxy_buffer_size")
	p.Header, p.HeaderBytes = header, 4<<10 // the default is a page of memory
	if len(args) > 0 {
		if p.HeaderBytes, err = size(args[0]); err != nil {
			return p, unreadable(header, err)
		}
	}
	return p, nil
}

// unreadable is the problem of a value that NGINX would not take either.
func unreadable(s harness.Setting, err error) error {
	return &harness.Problem{Blame: harness.Usage, What: fmt.Sprintf("%s:%d: %s", s.File, s.Line, s.Directive), Err: err}
}

// parse reads a configuration that is in memory.
func parse(files []harness.File) (*crossplane.Payload, error) {
	payload, err := crossplane.Parse(Path, &crossplane.ParseOptions{
		StopParsingOnError: true,
		SingleFile:         true, // what it includes is the image's own
		Open: func(p string) (io.ReadCloser, error) {
			i := slices.IndexFunc(files, func(f harness.File) bool { return f.Path == p })
			if i < 0 {
				return nil, &os.PathError{Op: "open", Path: p, Err: os.ErrNotExist}
			}
			return io.NopCloser(bytes.NewReader(files[i].Text)), nil
		},
	})
	if err != nil {
		return nil, &harness.Problem{Blame: harness.Usage, What: "the configuration cannot be read", Err: err,
			Hint: "`nginx -t` says more"}
	}
	return payload, nil
}

// units are those of NGINX's time values (nginx.org, "Configuration file measurement
// units"); a number without one counts seconds.
var units = map[string]time.Duration{
	"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour,
	"w": 7 * 24 * time.Hour, "M": 30 * 24 * time.Hour, "y": 365 * 24 * time.Hour, "": time.Second,
}

// duration reads a value such as 60, 500ms or 1h30m.
func duration(text string) (total time.Duration, err error) {
	for rest := text; rest != ""; {
		digits := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
		if digits < 0 {
			digits = len(rest)
		}
		n, err := strconv.ParseInt(rest[:digits], 10, 32)
		if err != nil {
			return 0, fmt.Errorf("%q is no time", text)
		}
		rest = strings.TrimLeft(rest[digits:], " ")
		letters := strings.IndexFunc(rest, func(r rune) bool { return r >= '0' && r <= '9' || r == ' ' })
		if letters < 0 {
			letters = len(rest)
		}
		unit, ok := units[rest[:letters]]
		if !ok {
			return 0, fmt.Errorf("%q is no time: no unit %q", text, rest[:letters])
		}
		total += time.Duration(n) * unit
		rest = strings.TrimLeft(rest[letters:], " ")
	}
	if text == "" {
		return 0, fmt.Errorf("an empty time")
	}
	return total, nil
}

// size reads a value such as 4k or 1m.
func size(text string) (int, error) {
	number, factor := text, 1
	switch {
	case strings.HasSuffix(strings.ToLower(text), "k"):
		number, factor = text[:len(text)-1], 1<<10
	case strings.HasSuffix(strings.ToLower(text), "m"):
		number, factor = text[:len(text)-1], 1<<20
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%q is no size", text)
	}
	return n * factor, nil
}
