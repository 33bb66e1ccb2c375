package settings

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// RuleText is what a first file says of a rule.
type RuleText struct {
	Name  string
	Title string // completes "the gateway ..."
	Cite  string // what it rests on, "" for nothing
}

// Initial is a first file: it changes nothing of what holds without one, and shows what can be
// said. The same arguments give the same bytes.
func Initial(routes []string, rules []RuleText, c Configuration) []byte {
	w := &writer{}
	w.head()
	w.rules(rules)
	w.examples(routes)
	w.configuration(c)
	return w.Bytes()
}

type writer struct{ bytes.Buffer }

func (w *writer) line(format string, args ...any) {
	fmt.Fprintf(w, format, args...)
	w.WriteByte('\n')
}

func (w *writer) head() {
	d := Default()
	w.line("# What badgateway holds this configuration to: `badgateway check` reads it.")
	w.line("version: %d", version)
	w.line("")
	w.line("budgets:")
	w.line("  client: %-6s # how long a client waits before it gives up", short(d.Budgets.Client))
	w.line("  cdn: %-9s # how long what stands in front of the gateway waits", short(d.Budgets.CDN))
	w.line("")
	w.line("# The faults that are played: IDs and patterns such as [canonical, 'slow/*', crash/killed], or all.")
	w.line("faults: %s", strings.Join(d.Faults, ", "))
	w.line("# How long a gateway is waited for at most, whatever its timeouts are.")
	w.line("max_wait: %s", short(d.MaxWait))
}

func (w *writer) rules(rules []RuleText) {
	w.line("")
	w.line("# fail: we have adopted it. warn: not yet. Off wants a reason: {level: off, reason: \"...\"}")
	w.line("rules:")
	for _, r := range rules {
		says := "The gateway " + strings.TrimSuffix(r.Title, ".")
		if r.Cite != "" {
			says += " (" + r.Cite + ")"
		}
		w.line("  # %s.", oneLine(says))
		w.line("  %s: %s", scalar(r.Name), Warn)
	}
}

// examples are comments, so that nobody adopts what nobody wrote.
func (w *writer) examples(routes []string) {
	w.line("")
	w.line("# What clients shall see. In a route * is anything, slashes too; what is left out is not judged.")
	w.line("expect:")
	if len(routes) == 0 {
		routes = []string{"GET https://shop.test/api/*"}
	}
	for _, route := range routes {
		w.line("  # - {route: %s, fault: slow/never, status: 504, within: 60s}", quoted(route))
	}
	w.line("")
	w.line("# What is not to be played.")
	w.line("skip:")
	w.line(`  # - {route: %s, fault: "firewall/*", reason: "why"}`, quoted(routes[0]))
}

func (w *writer) configuration(c Configuration) {
	w.line("")
	w.line("# What is checked where the command line names no configuration.")
	w.line("configuration:")
	w.key(c.Path != "", "path", quoted(c.Path), "deploy/nginx", "as seen from this file")
	w.key(c.At != "", "at", quoted(c.At), "/etc/nginx", "where it is installed")
	var set []string
	for _, name := range slices.Sorted(maps.Keys(c.Set)) {
		set = append(set, quoted(name)+": "+quoted(c.Set[name]))
	}
	w.key(set != nil, "set", "{"+strings.Join(set, ", ")+"}", "{DOMAIN: shop.test}", "values of a template's placeholders")
	var without []string
	for _, module := range c.WithoutModules {
		without = append(without, quoted(module))
	}
	w.key(without != nil, "without_modules", "["+strings.Join(without, ", ")+"]", "[brotli]", "whose directives are left out")
	w.key(c.Gateway != "", "gateway", quoted(c.Gateway), "nginx@1.26", "the NGINX to check it on")
}

// key writes a value, or in a comment how one would be written.
func (w *writer) key(has bool, key, value, example, why string) {
	if has {
		w.line("  %s: %s # %s", key, value, why)
		return
	}
	w.line("  # %s: %s # %s", key, example, why)
}

// quoted is a text as YAML reads it, whatever is in it: Go's escapes are all YAML's too, as
// long as they are of characters.
func quoted(s string) string { return strconv.Quote(strings.ToValidUTF8(s, "\uFFFD")) }

// scalar leaves the quotes out where a text is a plain name.
func scalar(s string) string {
	plain := s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz-") == "" && !slices.Contains([]string{"true", "false", "null"}, s)
	if plain && s[0] != '-' {
		return s
	}
	return quoted(s)
}

// oneLine keeps a comment one: what follows a line's end would be read.
func oneLine(s string) string {
	printable := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(printable), " ")
}

// short writes 30s and 1m30s, and not 1m0s.
func short(d fmt.Stringer) string {
	s := strings.TrimSuffix(d.String(), "0s")
	if strings.HasSuffix(s, "m") {
		return s
	}
	return d.String()
}
