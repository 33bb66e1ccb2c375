package config

import "bytes"

// lua passes over the block of a *_by_lua_block, whose braces are Lua's.
func (s *scanner) lua(in *statement) *fault {
	end := luaEnd(s.text, in.open)
	if end < 0 {
		return &fault{in.words[0].from, "the file ends within this block of Lua", "a } is missing"}
	}
	in.lua = span{in.open + 1, end - 1}
	in.open, in.end, s.at = -1, end, end
	return nil
}

// luaEnd returns where the block of Lua that opens at from has ended, -1 where it does not.
// Braces in its comments and strings do not count.
func luaEnd(text []byte, from int) int {
	depth := 0
	for i := from; i >= 0 && i < len(text); {
		switch c := text[i]; {
		case c == '"' || c == '\'':
			i = quoted(text, i)
		case c == '[':
			i = long(text, i)
		case c == '-' && bytes.HasPrefix(text[i:], []byte("--[")) && long(text, i+2) != i+3:
			i = long(text, i+2)
		case c == '-' && bytes.HasPrefix(text[i:], []byte("--")):
			i = endOfLine(text, i)
		case c == '{':
			depth++
			i++
		case c == '}' && depth == 1:
			return i + 1
		case c == '}':
			depth--
			i++
		default:
			i++
		}
	}
	return -1
}

// long returns where a long bracket, [[...]] or [=[...]=], has ended, -1 where it does not. A
// bracket that is not long is a byte.
func long(text []byte, from int) int {
	i := from + 1
	for i < len(text) && text[i] == '=' {
		i++
	}
	if i == len(text) || text[i] != '[' {
		return from + 1
	}
	closing := append(append([]byte{']'}, text[from+1:i]...), ']')
	n := bytes.Index(text[i:], closing)
	if n < 0 {
		return -1
	}
	return i + n + len(closing)
}
