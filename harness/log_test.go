package harness

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestALogIsSplitIntoItsLines(t *testing.T) {
	long := strings.Repeat("x", maxLogLine)
	for name, c := range map[string]struct{ written, want []string }{
		"nothing":         {nil, nil},
		"one":             {[]string{"a\n"}, []string{"a"}},
		"many":            {[]string{"a\nb\r\n\nc\n"}, []string{"a", "b", "", "c"}},
		"split":           {[]string{"a", "b", "", "c\nd", "\n"}, []string{"abc", "d"}},
		"no end yet":      {[]string{"a\nb"}, []string{"a"}},
		"just not long":   {[]string{long + "\n"}, []string{long}},
		"too long":        {[]string{long + "y\nz\n"}, []string{long, "y", "z"}},
		"too long, split": {[]string{long[1:], "y", "z\n"}, []string{long[1:] + "y", "z"}},
		"for ever":        {[]string{long + long + long + "y"}, []string{long, long, long}},
	} {
		var l Log
		for _, w := range c.written {
			if n, err := l.Write([]byte(w)); n != len(w) || err != nil {
				t.Errorf("%s: writing %d bytes: %d, %v", name, len(w), n, err)
			}
		}
		if got := l.Lines(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %.60q, want %.60q", name, got, c.want)
		}
	}
}

func TestALogKeepsNothingOfItsWriter(t *testing.T) {
	var l Log
	piece := []byte("abc\nde")
	l.Write(piece)
	copy(piece, "zzzzzz")
	l.Write([]byte("f\n"))
	lines := l.Lines()
	if !slices.Equal(lines, []string{"abc", "def"}) {
		t.Errorf("the lines are %q", lines)
	}
	lines[0] = "changed"
	if l.Lines()[0] != "abc" {
		t.Error("a reader changed the log")
	}
}

func TestUntilWaitsForItsLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l Log
		has := func(want string) func([]string) bool {
			return func(lines []string) bool { return slices.Contains(lines, want) }
		}
		began := time.Now()
		go func() {
			for _, piece := range []string{"a\n", "wan", "ted\n", "b\n"} {
				time.Sleep(time.Second)
				l.Write([]byte(piece))
			}
		}()
		l.Until(t.Context(), has("wanted"))
		if d := time.Since(began); d != 3*time.Second {
			t.Errorf("it came after 3s and was seen after %v", d)
		}
		l.Until(t.Context(), has("wanted")) // is there already
		if d := time.Since(began); d != 3*time.Second {
			t.Errorf("what was there was waited for until %v", d)
		}
		ctx, cancel := context.WithTimeoutCause(t.Context(), 5*time.Second, errors.New("enough"))
		defer cancel()
		l.Until(ctx, has("never"))
		if d := time.Since(began); d != 8*time.Second {
			t.Errorf("the end of the patience was after 8s, it returned after %v", d)
		}
	})
}

func TestALogIsForMany(t *testing.T) {
	const writers, each = 4, 300
	var l Log
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				fmt.Fprintf(&l, "%d %d\n", w, i)
			}
		})
		wg.Go(func() {
			l.Until(t.Context(), func(lines []string) bool { return len(lines) == writers*each })
		})
	}
	wg.Wait()
	next := make([]int, writers)
	for _, line := range l.Lines() {
		var w, i int
		if _, err := fmt.Sscanf(line, "%d %d", &w, &i); err != nil || next[w] != i {
			t.Fatalf("%q is torn or out of order: %v", line, err)
		}
		next[w]++
	}
}
