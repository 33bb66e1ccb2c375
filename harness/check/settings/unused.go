package settings

import (
	"fmt"
	"slices"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/document"
)

// Unused is an expectation or a skip that is of nothing.
type Unused struct {
	At         harness.Position
	What, Hint string
}

// Unused finds the expectations and skips that match no route of a configuration, so that a
// route which is renamed does not lose them in silence; and those of faults of which none is
// played. A list that is nil is not looked at.
func (s *Settings) Unused(routes, faults []string) (found []Unused) {
	look := func(kind, route string, words []string, at harness.Position) {
		if routes != nil && route != "" && !slices.ContainsFunc(routes, func(id string) bool { return onRoute(route, id) }) {
			found = append(found, Unused{at, fmt.Sprintf("no route is %s, so this %s is of nothing", route, kind), routeHint(route, routes)})
		} else if faults != nil && !slices.ContainsFunc(faults, func(id string) bool { return underFault(words, id) }) {
			found = append(found, Unused{at, "none of its faults is played, so this " + kind + " is of nothing", "name them in faults, or take it out"})
		}
	}
	for _, e := range s.Expect {
		look("expectation", e.Route, e.Fault, e.At)
	}
	for _, skip := range s.Skip {
		look("skip", skip.Route, skip.Fault, skip.At)
	}
	return found
}

func routeHint(glob string, routes []string) string {
	for _, whole := range []string{"* " + glob, glob + "*"} { // without its method; without the rest of its path
		if slices.ContainsFunc(routes, func(id string) bool { return matches(whole, id) }) {
			return fmt.Sprintf("did you mean %q?", whole)
		}
	}
	return document.Meant(glob, routes, "`badgateway check --routes` lists the routes")
}
