package routes

import (
	"strings"

	"github.com/badgateway/badgateway/harness/nginx/config"
)

// Select chooses the location for a path as NGINX does (ngx_http_core_module, location): an
// exact one; else the longest prefix and what is nested in it, unless that is not marked ^~
// and one by regular expression matches. It returns nil where the server itself serves the
// path. known is false where that depends on a regular expression that Go cannot read.
func Select(server *config.Directive, path string) (location *config.Directive, known bool) {
	path, _, _ = strings.Cut(path, "?")
	found, _, known := choose(server, path)
	return found, known
}

// choose is Select for what is in a block. final says that no regular expression further out
// may take the path away: ^~ keeps off only those beside it (ngx_http_core_find_location).
func choose(in *config.Directive, path string) (found *config.Directive, final, known bool) {
	prefix, exact := literal(in, path)
	if exact {
		return prefix, true, true
	}
	if prefix != nil {
		if found, final, known = choose(prefix, path); found == nil {
			found = prefix
		}
		if kind, _ := kindOf(prefix); final || kind == "^~" || !known {
			return found, final, known
		}
	}
	byRegexp, readable := regexpLocation(in, path)
	if byRegexp == nil {
		return found, false, readable
	}
	if inner, _, known := choose(byRegexp, path); inner != nil || !known {
		return inner, true, known
	}
	return byRegexp, true, true
}

// literal is the location of a block that is exactly for the path, or else the one of the
// longest prefix.
func literal(in *config.Directive, path string) (found *config.Directive, exact bool) {
	longest := -1
	for _, d := range in.Find("location") {
		kind, text := kindOf(d)
		switch {
		case kind == "=" && text == path:
			return d, true
		case (kind == "" || kind == "^~") && strings.HasPrefix(path, text) && len(text) > longest:
			found, longest = d, len(text)
		}
	}
	return found, false
}

// regexpLocation is the first location whose regular expression matches.
func regexpLocation(in *config.Directive, path string) (found *config.Directive, readable bool) {
	for _, d := range in.Find("location") {
		kind, text := kindOf(d)
		if kind != "~" && kind != "~*" {
			continue
		}
		re, err := compile(kind, text)
		if err != nil {
			return nil, false
		}
		if re.MatchString(path) {
			return d, true
		}
	}
	return nil, true
}
