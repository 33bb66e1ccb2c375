package config

import (
	"slices"
	"testing"
)

func TestADirectiveIsAltered(t *testing.T) {
	const text = "http {\n  a 1; proxy_read_timeout\n    \"60 s\" 'x'; # proxy_read_timeout 5s;\n  location / { b; }\n}\n"
	for _, c := range []struct {
		line, column int
		to           []string
		want         string
	}{
		{2, 3, []string{"a", "2"}, "http {\n  a 2; proxy_read_timeout\n    \"60 s\" 'x'; # proxy_read_timeout 5s;\n  location / { b; }\n}\n"},
		{2, 8, []string{"proxy_read_timeout", "5s"}, "http {\n  a 1; proxy_read_timeout 5s;\n # proxy_read_timeout 5s;\n  location / { b; }\n}\n"},
		{4, 16, nil, "http {\n  a 1; proxy_read_timeout\n    \"60 s\" 'x'; # proxy_read_timeout 5s;\n  location / {  }\n}\n"},
	} {
		var was []string
		got, ok := Alter([]byte(text), c.line, c.column, func(words []string) []string { was = words; return c.to })
		if !ok || string(got) != c.want {
			t.Errorf("%d:%d becomes %q, %v", c.line, c.column, got, ok)
		}
		if c.line == 2 && c.column == 8 && !slices.Equal(was, []string{"proxy_read_timeout", `"60 s"`, "'x'"}) {
			t.Errorf("its words are %q", was)
		}
	}
	for _, at := range [][2]int{{1, 1}, {3, 3}, {9, 1}, {4, 3}} { // a block, none, no line, a block
		if got, ok := Alter([]byte(text), at[0], at[1], func([]string) []string { return nil }); ok {
			t.Errorf("at %v it becomes %q", at, got)
		}
	}
}
