package main

import (
	"path"
	"slices"
	"strings"

	"github.com/badgateway/badgateway/harness/check"
)

// only keeps the cells that were asked for.
func (c *checking) only(plan check.Plan) check.Plan {
	if len(c.flags.only) == 0 {
		return plan
	}
	matches := func(f, r string) bool {
		return slices.ContainsFunc(c.flags.only, func(only string) bool {
			fault, route, _ := strings.Cut(only, "@")
			return matchesAll(fault, f) && matchesAll(route, r)
		})
	}
	kept := check.Plan{Left: plan.Left}
	for _, s := range plan.Play {
		if matches(s.ID, s.Route.ID) {
			kept.Play = append(kept.Play, s)
		}
	}
	for _, cell := range plan.Read {
		if matches(cell.ID, cell.Route) {
			kept.Read = append(kept.Read, cell)
		}
	}
	return kept
}

// matchesAll says whether a pattern matches, or is the text itself: a route has signs in it
// that a pattern knows.
func matchesAll(pattern, text string) bool {
	ok, err := path.Match(flat(pattern), flat(text))
	return pattern == text || ok && err == nil
}
