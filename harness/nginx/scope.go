package nginx

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	crossplane "github.com/nginxinc/nginx-go-crossplane"

	"github.com/badgateway/badgateway/harness"
)

// request is what decides which blocks of a configuration apply.
type request struct {
	host string
	port uint16
	path string // with its query
}

// scope is the blocks around a request, the innermost first: a directive that is
// missing in one is inherited from the next (the rule of all directives read here).
type scope struct {
	file   string
	blocks []crossplane.Directives
}

func scopeOf(payload *crossplane.Payload, file string, at request) (scope, error) {
	for _, config := range payload.Config {
		for _, http := range blocks(config.Parsed, "http") {
			server := serverOf(blocks(http, "server"), at)
			if server == nil {
				continue
			}
			inner, _, err := locationsOf(server, strings.SplitN(at.path, "?", 2)[0])
			if err != nil {
				return scope{}, &harness.Problem{Blame: harness.Usage, What: file + ": the locations", Err: err}
			}
			return scope{file: file, blocks: append(inner, server, http)}, nil
		}
	}
	return scope{}, &harness.Problem{Blame: harness.Usage,
		What: fmt.Sprintf("%s: no server{} in it listens on port %d", file, at.port),
		Hint: "files that it includes are not read yet: name the one that holds the server"}
}

func blocks(in crossplane.Directives, name string) (found []crossplane.Directives) {
	for _, d := range in {
		if d.Directive == name {
			found = append(found, d.Block)
		}
	}
	return found
}

// serverOf chooses as NGINX does (nginx.org, "How nginx processes a request"): among
// those that listen on the port the one with the name, else the default one.
func serverOf(servers []crossplane.Directives, at request) (chosen crossplane.Directives) {
	byDefault := false
	for _, s := range servers {
		listens, isDefault := listensOn(s, at.port)
		switch {
		case !listens:
		case named(s, at.host):
			return s
		case chosen == nil || isDefault && !byDefault:
			chosen, byDefault = s, isDefault
		}
	}
	return chosen
}

// listensOn reads the listen directives: an address with or without a port, or a port.
func listensOn(server crossplane.Directives, port uint16) (listens, isDefault bool) {
	written := false
	for _, d := range server {
		if d.Directive != "listen" || len(d.Args) == 0 {
			continue
		}
		written = true
		number := d.Args[0][strings.LastIndexAny(d.Args[0], ":]")+1:]
		n, err := strconv.ParseUint(number, 10, 16)
		if err != nil {
			n = 80 // an address alone
		}
		if uint16(n) == port {
			return true, slices.Contains(d.Args, "default_server")
		}
	}
	return !written && port == 80, false
}

func named(server crossplane.Directives, name string) bool {
	return slices.ContainsFunc(server, func(d *crossplane.Directive) bool {
		return d.Directive == "server_name" && slices.Contains(d.Args, name)
	})
}

// locationsOf chooses the locations around a path as NGINX does (ngx_http_core_module,
// location): an exact one; else the longest prefix and what is nested in it, unless that
// is not marked ^~ and one by regular expression matches. The innermost comes first.
// final says that no regular expression further out may take the path away.
func locationsOf(in crossplane.Directives, path string) (found []crossplane.Directives, final bool, err error) {
	var prefix *crossplane.Directive
	for _, d := range in {
		if d.Directive != "location" {
			continue
		}
		kind, text := locationKind(d)
		if kind == "=" && text == path {
			return []crossplane.Directives{d.Block}, true, nil
		}
		if (kind == "" || kind == "^~") && strings.HasPrefix(path, text) && (prefix == nil || len(text) > len(last(prefix.Args))) {
			prefix = d
		}
	}
	if prefix != nil {
		if found, final, err = locationsOf(prefix.Block, path); err != nil {
			return nil, false, err
		}
		found = append(found, prefix.Block)
		if kind, _ := locationKind(prefix); final || kind == "^~" {
			return found, final, nil
		}
	}
	byRegexp, err := regexpLocation(in, path)
	if byRegexp != nil || err != nil {
		return []crossplane.Directives{byRegexp}, true, err
	}
	return found, false, nil
}

// regexpLocation is the first location whose regular expression matches.
func regexpLocation(in crossplane.Directives, path string) (crossplane.Directives, error) {
	for _, d := range in {
		kind, text := locationKind(d)
		if d.Directive != "location" || kind != "~" && kind != "~*" {
			continue
		}
		if kind == "~*" {
			text = "(?i)" + text
		}
		re, err := regexp.Compile(text)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("line %d cannot be judged", d.Line), err)
		}
		if re.MatchString(path) {
			return d.Block, nil
		}
	}
	return nil, nil
}

// locationKind takes a location's modifier from its text.
func locationKind(d *crossplane.Directive) (kind, text string) {
	if len(d.Args) == 2 {
		return d.Args[0], d.Args[1]
	}
	return "", strings.Join(d.Args, "")
}

func last(args []string) string { return args[len(args)-1] }

// innermost returns where a directive is written that is not inherited.
func (s scope) innermost(directive string) (harness.Setting, []string) {
	return scope{file: s.file, blocks: s.blocks[:1]}.find(directive)
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
