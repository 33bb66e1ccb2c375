package config

import (
	"bytes"
	"regexp"
)

// A marker is where a template has something to be put in.
type marker struct {
	span
	name string // what a value may be given for, "" where a value will not do
	// part says that a template's own language decides there about more than a value.
	part bool
}

// A notation is one way to write a marker. What its expression takes apart is the name.
type notation struct {
	begins string
	ends   string // the end has to be near, "" for one that is a single word
	is     *regexp.Regexp
	part   bool
	// environment says that it looks like a variable of NGINX's too.
	environment bool
	// apart says that it is none within a word, bare that it is none in quotes either.
	apart, bare bool
}

// notations are those of Jinja and ERB, Go's templates and Handlebars, envsubst, autoconf and
// the like, and of documentation. NGINX's own variables are written in lower case.
var notations = []notation{
	{begins: "{%", ends: "%}", is: regexp.MustCompile(`^\{%`), part: true},
	{begins: "<%", ends: "%>", is: regexp.MustCompile(`^<%`), part: true},
	{begins: "{{", ends: "}}", is: regexp.MustCompile(`^\{\{\{?[-~]?\s*(?:(?:end|else|if|range|with|define|template|block|break|continue)\b|[#/^!>])`), part: true},
	{begins: "{{", ends: "}}", is: regexp.MustCompile(`^\{\{\{?[-~]?\s*\.?([A-Za-z_][\w.-]*?)\s*[-~]?\}?\}\}`)},
	{begins: "{{", ends: "}}", is: regexp.MustCompile(`^\{\{`)},
	{begins: "${", is: regexp.MustCompile(`^\$\{([A-Z][A-Z0-9_]*)\}`), environment: true},
	{begins: "$", is: regexp.MustCompile(`^\$([A-Z][A-Z0-9_]{2,})\b`), environment: true},
	{begins: "@", is: regexp.MustCompile(`^@([A-Z][A-Z0-9_]+)@`)},
	{begins: "__", is: regexp.MustCompile(`^__([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)__`), apart: true},
	{begins: "{", is: regexp.MustCompile(`^\{([A-Z][A-Z0-9_]{2,})\}`), apart: true},
	{begins: "%", is: regexp.MustCompile(`^%([A-Z][A-Z_]{2,})%`)},
	{begins: "<", is: regexp.MustCompile(`^<([A-Za-z][\w-]*(?: [\w-]+){0,5})>`), apart: true, bare: true},
}

// maxMarker is how long a marker is at most.
const maxMarker = 1000

// match returns how long the marker is that a text begins with, 0 for none, and its name.
func (n notation) match(text []byte) (length int, name string) {
	text = text[:min(len(text), maxMarker)]
	if !bytes.HasPrefix(text, []byte(n.begins)) || n.ends == "" && !n.nameBegins(text[len(n.begins):]) {
		return 0, ""
	}
	end := 0
	if n.ends != "" {
		i := bytes.Index(text, []byte(n.ends))
		if i < 0 {
			return 0, ""
		}
		end = i + len(n.ends)
	}
	is := n.is.FindSubmatchIndex(text)
	if is == nil {
		return 0, ""
	}
	if len(is) > 2 {
		name = string(text[is[2]:is[3]])
	}
	return max(end, is[1]), name
}

// nameBegins says whether a letter that a name begins with is next, without asking an
// expression at every variable.
func (n notation) nameBegins(text []byte) bool {
	return len(text) > 0 && ('A' <= text[0] && text[0] <= 'Z' || n.bare && 'a' <= text[0] && text[0] <= 'z')
}
