package routes

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/badgateway/badgateway/harness/nginx/config"
)

// An origin is where a client comes in who is led on to another location.
type origin struct {
	location *config.Directive // nil is the server itself
	// by are the directives that lead on, from the last to the first.
	by []*config.Directive
}

// origins are the locations by which a client comes to one: itself, or those from where NGINX
// goes on to it, each once.
func (v visitor) origins(location *config.Directive) (found []origin, hindrance string) {
	for _, o := range v.before(origin{location: location}, map[*config.Directive]bool{}) {
		if !slices.ContainsFunc(found, func(f origin) bool { return f.location == o.location }) {
			found = append(found, o)
		}
	}
	if len(found) == 0 {
		hindrance = "it is internal, and no directive leads a client's request to it: an answer of an upstream may (X-Accel-Redirect)"
	}
	return found, hindrance
}

// before is origins, without the locations that were seen on the way.
func (v visitor) before(at origin, seen map[*config.Directive]bool) (found []origin) {
	if !isHidden(at.location) {
		return []origin{at}
	}
	seen[at.location] = true
	for d := range v.server.Walk() {
		by := occasion(d)
		if from := locationOf(by); !seen[from] && v.leads(d, at.location) {
			found = append(found, v.before(origin{from, append(slices.Clip(at.by), by)}, seen)...)
		}
	}
	return found
}

// isHidden says whether no request of a client comes to a location directly.
func isHidden(location *config.Directive) bool {
	return location != nil && (isNamed(location) || len(location.Find("internal")) > 0)
}

// locationOf is the location that a directive stands in, nil for the server itself.
func locationOf(d *config.Directive) *config.Directive {
	for p := range d.Up() {
		if p.Name == "location" {
			return p
		}
	}
	return nil
}

// leads says whether by that directive NGINX may go on to a location by itself.
func (v visitor) leads(d, location *config.Directive) bool {
	target := targetOf(d)
	if strings.HasPrefix(target, "@") {
		return target == location.Arg(0)
	}
	target, _, _ = strings.Cut(target, "?")
	for _, stands := range []string{"x", "/x"} { // what a variable may hold
		p := variable.ReplaceAllString(target, stands)
		if at, _ := Select(v.server, path.Clean(p)+trailing(p)); strings.HasPrefix(p, "/") && at == location {
			return true
		}
	}
	return false
}

// variable is one in a text, or what a regular expression captured.
var variable = regexp.MustCompile(`\$\{?\w+\}?`)

// targetOf is where NGINX may go on to from a directive, "" where it goes nowhere.
func targetOf(d *config.Directive) string {
	switch d.Name {
	case "try_files", "error_page":
		return d.Arg(len(d.Args) - 1)
	case "auth_request", "mirror":
		return d.Arg(0)
	case "rewrite":
		if flag := d.Arg(2); flag == "redirect" || flag == "permanent" || flag == "break" && locationOf(d) != nil {
			return "" // the client is sent away, or the location stays
		}
		return d.Arg(1)
	}
	return ""
}

// occasion is the directive on whose condition one leads on: of an error page it is what
// returns the error, where something does.
func occasion(d *config.Directive) *config.Directive {
	if d.Name == "error_page" && d.Parent != nil {
		for r := range d.Parent.Walk() {
			if r.Name == "return" && slices.Contains(d.Args, r.Arg(0)) {
				return r
			}
		}
	}
	return d
}
