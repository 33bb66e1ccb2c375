package config

import (
	"regexp"

	"github.com/badgateway/badgateway/harness/visible"
)

// Mask takes out of a line of some log what is a secret by how it is called or by what it
// looks like, and of each URL the query. It is for a line of which nothing is known, so it
// rather takes too much.
func Mask(line string) string {
	line = credentials.ReplaceAllString(line, "${1}"+visible.Hidden)
	line = query.ReplaceAllString(line, "?"+visible.Hidden)
	line = named.ReplaceAllStringFunc(line, func(pair string) string {
		at := named.FindStringSubmatchIndex(pair)
		if !secretName.MatchString(pair[at[2]:at[3]]) {
			return pair
		}
		return pair[:at[4]] + visible.Hidden
	})
	line = lengthy.ReplaceAllStringFunc(line, func(word string) string {
		if noWord(word) {
			return visible.Hidden
		}
		return word
	})
	var s secrets
	s.text(line)
	return visible.NewHider(s.found...).Text(line)
}

var (
	// credentials are fields all of whose values are secret, to the end of the line: they hold
	// quotes, blanks and semicolons.
	credentials = regexp.MustCompile(`(?i)((?:cookie|authorization)\w*["']?\s*[:=]).*$`)
	query       = regexp.MustCompile(`\?[^\s"']+`)
	// named is a name and its value.
	named = regexp.MustCompile(`([\w.-]+)["']?\s*[:=]\s*("(?:[^"\\]|\\.)*"?|[^\s",;&]+)`)
	// lengthy is what no name of a thing is as long as.
	lengthy = regexp.MustCompile(`[\w+=~-]{24,}`)
)
