package settings

import (
	"slices"
	"strings"
)

// The words that select faults and are no IDs.
const (
	All       = "all"
	Canonical = "canonical" // the few that stand for all
)

// Plays says whether a fault is selected; canonical says whether it is one of those.
func (s *Settings) Plays(fault string, canonical bool) bool {
	return canonical && slices.Contains(s.Faults, Canonical) || anyMatches(s.Faults, fault)
}

// Skipped says whether a fault is to be left out on a route, and the first reason for it.
func (s *Settings) Skipped(route, fault string) (reason string, skipped bool) {
	for _, skip := range s.Skip {
		if onRoute(skip.Route, route) && underFault(skip.Fault, fault) {
			return skip.Reason, true
		}
	}
	return "", false
}

// Expected are the expectations of a route under a fault, in the file's order. All of them
// are to be met: a later one takes nothing back.
func (s *Settings) Expected(route, fault string) (found []Expectation) {
	for _, e := range s.Expect {
		if onRoute(e.Route, route) && underFault(e.Fault, fault) {
			found = append(found, e)
		}
	}
	return found
}

func onRoute(glob, route string) bool { return glob == "" || matches(glob, route) }

func underFault(words []string, fault string) bool {
	return len(words) == 0 || anyMatches(words, fault)
}

func anyMatches(words []string, fault string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return word == All || matches(word, fault) })
}

// matches knows one special character: * is anything, slashes too. The others that globs
// have are of the routes themselves: a ? begins a query, and [ an IPv6 address.
func matches(glob, s string) bool {
	first, rest, is := strings.Cut(glob, "*")
	if !is {
		return glob == s
	}
	if !strings.HasPrefix(s, first) {
		return false
	}
	s = s[len(first):]
	parts := strings.Split(rest, "*")
	last := len(parts) - 1
	for _, part := range parts[:last] {
		_, after, found := strings.Cut(s, part)
		if !found {
			return false
		}
		s = after
	}
	return strings.HasSuffix(s, parts[last])
}
