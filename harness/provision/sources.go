package provision

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// source is one entry of sources.list(5), in either form.
type source struct {
	uris, suites, components []string
	// options are the remaining fields as they stand: Signed-By, Trusted, ... Names are in lower case; apt
	// does not care.
	options map[string]string
}

// readSources reads all enabled entries for binary packages below etc/apt.
func readSources(etc string) ([]source, error) {
	dir := os.DirFS(filepath.Join(etc, "apt"))
	var files []string
	for _, pattern := range []string{"sources.list", "sources.list.d/*.list", "sources.list.d/*.sources"} {
		found, err := fs.Glob(dir, pattern)
		if err != nil {
			return nil, err
		}
		files = append(files, found...)
	}
	var all []source
	for _, file := range files {
		text, err := fs.ReadFile(dir, file)
		if err != nil {
			return nil, fmt.Errorf("reading apt's sources: %w", err)
		}
		if strings.HasSuffix(file, ".sources") {
			all = append(all, parseStanzas(string(text))...)
		} else {
			all = append(all, parseLines(string(text))...)
		}
	}
	return all, nil
}

// parseLines reads the one-line form: deb [option=value ...] uri suite component ...
func parseLines(text string) []source {
	var all []source
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		rest, ok := strings.CutPrefix(strings.TrimSpace(strings.ReplaceAll(line, "\t", " ")), "deb ")
		if !ok {
			continue
		}
		options := map[string]string{}
		if rest = strings.TrimSpace(rest); strings.HasPrefix(rest, "[") {
			var list string
			list, rest, _ = strings.Cut(rest[1:], "]")
			for _, option := range strings.Fields(list) {
				key, value, _ := strings.Cut(option, "=")
				options[strings.ToLower(key)] = value
			}
		}
		if words := strings.Fields(rest); len(words) >= 3 {
			all = append(all, source{words[:1], words[1:2], words[2:], settled(options)})
		}
	}
	return all
}

// parseStanzas reads the deb822 form.
func parseStanzas(text string) []source {
	var all []source
	fields, last := map[string]string{}, ""
	flush := func() {
		if s, ok := stanzaSource(fields); ok {
			all = append(all, s)
		}
		fields, last = map[string]string{}, ""
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \t\r\n")
		switch {
		case strings.HasPrefix(line, "#"):
		case line == "":
			flush()
		case line[0] == ' ' || line[0] == '\t':
			fields[last] += "\n" + line
		default:
			key, value, _ := strings.Cut(line, ":")
			last = strings.ToLower(key)
			fields[last] = strings.TrimSpace(value)
		}
	}
	flush()
	return all
}

func stanzaSource(fields map[string]string) (source, bool) {
	enabled := strings.ToLower(fields["enabled"])
	if slices.Contains([]string{"no", "false", "0", "off", "without", "disable"}, enabled) ||
		!slices.Contains(strings.Fields(fields["types"]), "deb") {
		return source{}, false
	}
	return source{
		uris:       strings.Fields(fields["uris"]),
		suites:     strings.Fields(fields["suites"]),
		components: strings.Fields(fields["components"]),
		options:    settled(fields),
	}, true
}

// settled keeps the options that say how to reach and trust a source, and leaves out which parts of it
// the host takes: those we choose.
func settled(options map[string]string) map[string]string {
	kept := maps.Clone(options)
	maps.DeleteFunc(kept, func(key, _ string) bool {
		switch key {
		case "types", "uris", "suites", "components", "enabled", "arch", "architectures", "lang", "languages",
			"target", "targets", "pdiffs":
			return true
		}
		return key == "" || strings.HasPrefix(key, "x-") || strings.HasSuffix(key, "+") || strings.HasSuffix(key, "-")
	})
	return kept
}

// stanza writes the source in the deb822 form, for its package index alone.
func (s source) stanza(arch string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Types: deb\nURIs: %s\nSuites: %s\nComponents: %s\nArchitectures: %s\nTargets: Packages\n",
		strings.Join(s.uris, " "), strings.Join(s.suites, " "), strings.Join(s.components, " "), arch)
	for _, key := range slices.Sorted(maps.Keys(s.options)) {
		fmt.Fprintf(&b, "%s: %s\n", key, s.options[key])
	}
	return b.String()
}
