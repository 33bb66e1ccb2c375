package check

import (
	"slices"
	"strconv"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/nginx/config"
)

// An Alteration is one directive of a configuration changed in a copy of it.
type Alteration struct {
	Directive *config.Directive
	At        harness.Position
	To        string // what is written in its place, "" where it is left out
	words     []string
}

// alters are the ways in which directives are changed, by their names: whatever else a
// configuration says does not decide what clients get of a failure.
var alters = []struct {
	names func(name string) bool
	to    func(d *config.Directive) [][]string
}{
	{IsTimeout, scaled},
	{called("proxy_buffer_size", "fastcgi_buffer_size", "uwsgi_buffer_size", "scgi_buffer_size"), scaled},
	{suffixed("_next_upstream"), retried},
	{suffixed("_next_upstream_tries"), dropped},
	{suffixed("_buffering", "_intercept_errors", "_ignore_client_abort", "_request_buffering"), flipped},
	{called("server_tokens", "chunked_transfer_encoding"), flipped},
	{called("add_header"), unheaded},
	{called("error_page", "keepalive"), dropped},
	{called("server"), lonely},
}

func called(names ...string) func(string) bool {
	return func(name string) bool { return slices.Contains(names, name) }
}

// suffixed are the directives of all protocols to upstreams.
func suffixed(suffixes ...string) func(string) bool {
	return func(name string) bool {
		protocol, rest, _ := strings.Cut(name, "_")
		return slices.Contains([]string{"proxy", "fastcgi", "uwsgi", "scgi", "grpc", "memcached"}, protocol) && slices.Contains(suffixes, "_"+rest)
	}
}

// IsTimeout says whether a directive is a time to wait.
func IsTimeout(name string) bool { return strings.HasSuffix(name, "_timeout") }

// scaled are half and twice of what is written.
func scaled(d *config.Directive) (found [][]string) {
	number := strings.TrimRight(d.Arg(0), "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || len(d.Args) != 1 {
		return nil
	}
	unit := d.Arg(0)[len(number):]
	if n > 1 {
		found = append(found, []string{d.Name, strconv.Itoa(n/2) + unit})
	}
	return append(found, []string{d.Name, strconv.Itoa(2*n) + unit})
}

func dropped(*config.Directive) [][]string { return [][]string{nil} }

func flipped(d *config.Directive) [][]string {
	switch d.Arg(0) {
	case "on":
		return [][]string{{d.Name, "off"}}
	case "off":
		return [][]string{{d.Name, "on"}}
	}
	return [][]string{nil}
}

// retried leaves out what is written, and repeats what is not idempotent or no longer does.
func retried(d *config.Directive) [][]string {
	const post = "non_idempotent"
	words := append([]string{d.Name}, d.Args...)
	switch {
	case d.Arg(0) == "off":
		return [][]string{nil}
	case slices.Contains(d.Args, post):
		return [][]string{nil, slices.DeleteFunc(words, func(w string) bool { return w == post })}
	}
	return [][]string{nil, append(words, post), {d.Name, "off"}}
}

// unheaded leaves a field out, and always.
func unheaded(d *config.Directive) [][]string {
	if d.Arg(2) != "always" {
		return [][]string{nil}
	}
	return [][]string{nil, {d.Name, d.Arg(0), quotedWord(d.Arg(1))}}
}

func quotedWord(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// lonely leaves out what a server of a group is: a spare, or one that is borne a grudge.
func lonely(d *config.Directive) (found [][]string) {
	if d.Block != nil || d.Parent == nil || d.Parent.Name != "upstream" {
		return nil
	}
	for i, arg := range d.Args[1:] {
		if arg == "backup" || strings.HasPrefix(arg, "max_fails=") || strings.HasPrefix(arg, "fail_timeout=") {
			words := append([]string{d.Name}, d.Args...)
			found = append(found, slices.Delete(words, i+2, i+3))
		}
	}
	return found
}

// Alterations are all of the configuration, in its order: not those at places that have another text
// where it is booted, as what a template makes has.
func (s *Subject) Alterations() (found []Alteration) {
	c := s.Config
	for d := range c.Walk() {
		for _, a := range alters {
			if !a.names(d.Name) || d.Block != nil {
				continue
			}
			for _, words := range a.to(d) {
				one := Alteration{Directive: d, words: words, To: strings.Join(words, " ")}
				one.At = harness.Position{File: c.Show(d.File), Line: d.Line, Column: d.Column, Says: d.String()}
				if _, ok := one.on(s.Place.Boot); ok {
					found = append(found, one)
				}
			}
		}
	}
	return found
}

// on is how the configuration is booted with the alteration. ok is false where its file has other
// text at its place than it was read from.
func (a Alteration) on(boot harness.Boot) (harness.Boot, bool) {
	boot.Files = slices.Clone(boot.Files)
	for i, f := range boot.Files {
		if f.Path != a.Directive.File {
			continue
		}
		text, ok := config.Alter(f.Text, a.Directive.Line, a.Directive.Column, func(words []string) []string {
			if words[0] != a.Directive.Name {
				return words
			}
			return a.words
		})
		boot.Files[i].Text = text
		return boot, ok && string(text) != string(f.Text)
	}
	return boot, false
}
