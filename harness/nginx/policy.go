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

// policyOf reads the policy of the server with that name, at the location of the path.
// file is how a report calls the main file.
func policyOf(files []harness.File, file, server, at string) (harness.Policy, error) {
	payload, err := parse(files)
	if err != nil {
		return harness.Policy{}, err
	}
	scope, err := scopeOf(payload, file, server, at)
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
	p.Pass, _ = scope.find("proxy_pass")
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

// scope is the blocks around a request, the innermost first: a directive that is
// missing in one is inherited from the next (the rule of all directives read here).
type scope struct {
	file   string
	blocks []crossplane.Directives
}

func scopeOf(payload *crossplane.Payload, file, server, at string) (scope, error) {
	for _, config := range payload.Config {
		for _, http := range blocks(config.Parsed, "http") {
			if s := serverOf(blocks(http, "server"), server); s != nil {
				found := scope{file: file, blocks: []crossplane.Directives{s, http}}
				if l := locationOf(s, at); l != nil {
					found.blocks = append([]crossplane.Directives{l}, found.blocks...)
				}
				return found, nil
			}
		}
	}
	return scope{}, &harness.Problem{Blame: harness.Usage, What: file + ": there is no server{} in it"}
}

// serverOf is the server with that name, or NGINX's default: the one that says so, or
// the first.
func serverOf(servers []crossplane.Directives, name string) crossplane.Directives {
	if len(servers) == 0 {
		return nil
	}
	if i := slices.IndexFunc(servers, func(s crossplane.Directives) bool { return named(s, name) }); i >= 0 {
		return servers[i]
	}
	return servers[max(0, slices.IndexFunc(servers, isDefault))]
}

func isDefault(server crossplane.Directives) bool {
	return slices.ContainsFunc(server, func(d *crossplane.Directive) bool {
		return d.Directive == "listen" && slices.Contains(d.Args, "default_server")
	})
}

// locationOf is the location that is the path, or else the one with the longest prefix
// of it, nil if there is none. Regular expressions are not tried.
func locationOf(server crossplane.Directives, at string) (found crossplane.Directives) {
	at, _, _ = strings.Cut(at, "?")
	longest := 0
	for _, d := range server {
		if d.Directive != "location" || len(d.Args) == 0 {
			continue
		}
		how, prefix := strings.Join(d.Args[:len(d.Args)-1], " "), d.Args[len(d.Args)-1]
		switch {
		case how == "=" && prefix == at:
			return d.Block
		case (how == "" || how == "^~") && strings.HasPrefix(at, prefix) && len(prefix) > longest:
			found, longest = d.Block, len(prefix)
		}
	}
	return found
}

func blocks(in crossplane.Directives, name string) (found []crossplane.Directives) {
	for _, d := range in {
		if d.Directive == name {
			found = append(found, d.Block)
		}
	}
	return found
}

func named(server crossplane.Directives, name string) bool {
	return slices.ContainsFunc(server, func(d *crossplane.Directive) bool {
		return d.Directive == "server_name" && slices.Contains(d.Args, name)
	})
}

// find returns where a directive is written and its arguments.
func (s scope) find(directive string) (harness.Setting, []string) {
	for _, block := range s.blocks {
		for _, d := range block {
			if d.Directive == directive {
				return harness.Setting{Directive: directive, File: s.file, Line: d.Line}, d.Args
			}
		}
	}
	return harness.Setting{Directive: directive}, nil
}

func (s scope) duration(directive string, missing time.Duration) (harness.Setting, error) {
	set, args := s.find(directive)
	set.Value = missing
	if len(args) == 0 {
		return set, nil
	}
	d, err := duration(args[0])
	if err != nil {
		return set, unreadable(set, err)
	}
	set.Value = d
	return set, nil
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
