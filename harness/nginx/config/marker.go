package config

import (
	"bytes"
	"strings"
)

// markersIn finds them in a text. Those in comments and in Lua do not count, nor those that
// the configuration itself defines as variables.
func markersIn(text []byte, defined map[string]bool) []marker {
	m := markerScanner{text: text, defined: defined}
	for m.at < len(text) {
		m.step()
	}
	return m.found
}

type markerScanner struct {
	text    []byte
	at      int
	quote   byte // the one that is open
	broken  bool // some Lua does not end
	defined map[string]bool
	found   []marker
}

func (m *markerScanner) step() {
	c := m.text[m.at]
	begins := m.at == 0 || space(m.text[m.at-1]) || strings.IndexByte(";{}", m.text[m.at-1]) >= 0
	switch {
	case m.marker():
	case c == '\\':
		m.at += 2
	case m.quote != 0:
		if c == m.quote {
			m.quote = 0
		}
		m.at++
	case begins && c == '#':
		m.at = endOfLine(m.text, m.at)
	case begins && (c == '"' || c == '\''):
		m.quote = c
		m.at++
	case begins && !m.broken && m.lua():
	default:
		m.at++
	}
}

// lua passes over a block of Lua.
func (m *markerScanner) lua() bool {
	near := m.text[m.at:min(len(m.text), m.at+maxMarker)]
	word := bare(near, 0)
	if word < 0 || !bytes.HasSuffix(near[:word], []byte("_by_lua_block")) {
		return false
	}
	open := bytes.IndexAny(near, "{;")
	if open < 0 || near[open] != '{' {
		return false
	}
	end := luaEnd(m.text, m.at+open)
	if m.broken = end < 0; m.broken {
		return false
	}
	m.at = end
	return true
}

// marker passes over a marker, if one begins here.
func (m *markerScanner) marker() bool {
	if strings.IndexByte("{<$@_%", m.text[m.at]) < 0 {
		return false
	}
	for _, n := range notations {
		if n.apart && m.inWord() || n.bare && m.quote != 0 {
			continue
		}
		length, name := n.match(m.text[m.at:])
		if length == 0 || n.environment && (m.defined[strings.ToLower(name)] || builtin(name)) {
			continue
		}
		m.found = append(m.found, marker{span{m.at, m.at + length}, name, n.part})
		m.at += length
		return true
	}
	return false
}

// inWord says whether a letter, a digit, a $ or a backslash is before; or a question mark, as
// in a group of a regular expression that has a name.
func (m *markerScanner) inWord() bool {
	if m.at == 0 {
		return false
	}
	c := m.text[m.at-1]
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte(`_$\?`, c) >= 0
}

// withoutMarkers returns the text with words for its markers, so that what is around them can
// be made out, and white space for those that are more than a value or alone on their line.
func withoutMarkers(text []byte) []byte { return masked(text, markersIn(text, nil)) }

func masked(text []byte, found []marker) []byte {
	if len(found) == 0 {
		return text
	}
	out := bytes.Clone(text)
	for _, m := range found {
		blank(out[m.from:m.to])
		word := !m.part && !m.alone(text)
		for i := m.from; i < m.to && word; i++ {
			out[i] = 'x'
		}
	}
	return out
}

// alone says whether nothing else is on the marker's line.
func (m marker) alone(text []byte) bool {
	from, to := m.from, m.to
	for from > 0 && (text[from-1] == ' ' || text[from-1] == '\t') {
		from--
	}
	for to < len(text) && (text[to] == ' ' || text[to] == '\t' || text[to] == '\r') {
		to++
	}
	return (from == 0 || text[from-1] == '\n') && (to == len(text) || text[to] == '\n')
}
