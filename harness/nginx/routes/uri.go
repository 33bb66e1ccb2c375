package routes

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/badgateway/badgateway/harness/nginx/config"
)

// kindOf takes a location's modifier from its text: "=", "^~", "~", "~*" or "".
func kindOf(location *config.Directive) (kind, text string) {
	if len(location.Args) == 2 {
		return location.Arg(0), location.Arg(1)
	}
	text = location.Arg(0)
	for _, kind := range []string{"~*", "^~", "~", "="} {
		if rest, ok := strings.CutPrefix(text, kind); ok {
			return kind, rest
		}
	}
	return "", text
}

// isNamed says whether it is one of those to which only NGINX itself leads.
func isNamed(location *config.Directive) bool { return strings.HasPrefix(location.Arg(0), "@") }

// samples are paths that may lead to a location, the likeliest first. Which really do,
// Select tells.
func samples(location *config.Directive, script bool) []string {
	kind, text := kindOf(location)
	if kind == "~" || kind == "~*" {
		outer := around(location)
		return below(outer, regexpSamples(kind, text, outer, script))
	}
	found := []string{text}
	if script && strings.HasSuffix(text, "/") && kind != "=" {
		found = []string{text + "index.php", text}
	}
	if kind != "=" {
		found = append(found, strings.TrimSuffix(text, "/")+"/badgateway", text+"badgateway")
	}
	return once(slices.DeleteFunc(found, func(p string) bool { return !strings.HasPrefix(p, "/") }))
}

// once leaves out what was there before.
func once(paths []string) (found []string) {
	for _, p := range paths {
		if !slices.Contains(found, p) {
			found = append(found, p)
		}
	}
	return found
}

// around is what the location asks for that another stands in, "" where none does.
func around(location *config.Directive) string {
	outer := locationOf(location)
	if outer == nil {
		return ""
	}
	kind, text := kindOf(outer)
	if kind == "~" || kind == "~*" {
		text, _ = sample(text, 1)
	}
	return text
}

// below puts paths below the location that one by regular expression stands in, or before
// the end that this one asks for, where they are not yet.
func below(outer string, paths []string) (found []string) {
	for _, p := range paths {
		switch {
		case strings.HasPrefix(p, outer):
			found = append(found, p)
		case strings.HasPrefix(outer, "/"):
			found = append(found, strings.TrimSuffix(outer, "/")+p)
		default:
			found = append(found, p+outer)
		}
	}
	return once(append(found, paths...))
}

// scripts are paths that application servers know.
var scripts = []string{"/index.php", "/badgateway.php", "/index.php/badgateway"}

// regexpSamples are paths that an expression matches, as far as Go can read it.
func regexpSamples(kind, text, outer string, script bool) (found []string) {
	re, err := compile(kind, text)
	if script && err == nil {
		for _, s := range scripts {
			found = append(found, strings.TrimSuffix(outer, "/")+s, s)
		}
	}
	for _, more := range []int{1, 0, 2} {
		if s, err := sample(text, more); err == nil {
			found = append(found, s, "/"+s, "/badgateway"+s, "/badgateway"+s+"/badgateway")
		}
	}
	return once(slices.DeleteFunc(found, func(p string) bool {
		return !strings.HasPrefix(p, "/") || err == nil && !re.MatchString(p)
	}))
}

// compile reads a regular expression of NGINX's (PCRE). Go's know no look-around.
func compile(kind, text string) (*regexp.Regexp, error) {
	if kind == "~*" {
		text = "(?i)" + text
	}
	return regexp.Compile(text)
}

// sample is a text that a regular expression matches; what may be repeated is, up to more
// times. Look-around is left out: then it may be none.
func sample(text string, more int) (string, error) {
	tree, err := syntax.Parse(lookAround.ReplaceAllString(text, ""), syntax.Perl)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	write(&b, tree, more)
	return b.String(), nil
}

var lookAround = regexp.MustCompile(`\(\?<?[=!][^()]*(\([^()]*\)[^()]*)*\)`)

func write(b *strings.Builder, re *syntax.Regexp, more int) {
	times := func(least, most int) {
		if most < 0 {
			most = max(least, more)
		}
		for range min(max(least, more), most) {
			write(b, re.Sub[0], more)
		}
	}
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		b.WriteRune(pick(re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte('x')
	case syntax.OpCapture:
		write(b, re.Sub[0], more)
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			write(b, sub, more)
		}
	case syntax.OpAlternate:
		write(b, re.Sub[0], more)
	case syntax.OpStar:
		times(0, -1)
	case syntax.OpPlus:
		times(1, -1)
	case syntax.OpQuest:
		times(0, 1)
	case syntax.OpRepeat:
		times(re.Min, re.Max)
	}
}

// pick is a character of a class that is usual in a path, if there is one.
func pick(ranges []rune) rune {
	for _, r := range "x1a0A9_-" {
		for i := 0; i+1 < len(ranges); i += 2 {
			if r >= ranges[i] && r <= ranges[i+1] {
				return r
			}
		}
	}
	if len(ranges) > 0 {
		return ranges[0]
	}
	return 'x'
}
