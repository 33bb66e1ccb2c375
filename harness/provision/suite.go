package provision

import (
	"slices"
	"strings"
)

// aliases are the names under which the sources of a host may call its own Debian release.
var aliases = []string{"stable", "testing", "sid", "unstable", "oldstable"}

// hostSuite returns the sources of the host's own release, with its updates and security fixes, and nothing
// of other vendors.
func hostSuite(all []source, host distribution) ([]source, string) {
	own := ofDistribution(all, host.id)
	for _, base := range append([]string{host.codename}, aliases...) {
		if found := renamed(own, base, base); len(found) > 0 {
			return found, base
		}
	}
	return nil, ""
}

// otherSuite returns the same mirror and keys with the name of another release.
func otherSuite(all []source, host distribution, suite string) []source {
	own, base := hostSuite(all, host)
	found := renamed(own, base, suite)
	for i := range found {
		found[i].components = []string{"main"}
	}
	return found
}

// ofDistribution keeps the entries that carry the distribution's own packages: component main, and its id somewhere
// in the address (a mirror list's file name too). Where no address has it, a mirror with a name of its own, all
// with main count. An entry of a third vendor that slips through costs a download; the host trusts it anyway.
func ofDistribution(all []source, id string) []source {
	main := slices.DeleteFunc(slices.Clone(all), func(s source) bool { return !slices.Contains(s.components, "main") })
	own := slices.DeleteFunc(slices.Clone(main), func(s source) bool {
		return !slices.ContainsFunc(s.uris, func(uri string) bool { return strings.Contains(uri, id) })
	})
	if len(own) == 0 {
		return main
	}
	return own
}

// renamed keeps the suites base, base-updates and base-security, called by their name in the release
// wanted. Debian's sid has no such companions.
func renamed(all []source, base, wanted string) []source {
	var found []source
	for _, s := range all {
		var suites []string
		for _, suite := range s.suites {
			companion, ok := strings.CutPrefix(suite, base)
			if !ok || !slices.Contains([]string{"", "-updates", "-security"}, companion) {
				continue
			}
			if companion == "" || wanted != "sid" {
				suites = append(suites, wanted+companion)
			}
		}
		if len(suites) > 0 {
			s.suites = suites
			found = append(found, s)
		}
	}
	return found
}
