package harness

import (
	"bytes"
	"context"
	"slices"
	"sync"
)

// Log collects a gateway's lines as they arrive. A runtime writes into it. The zero
// value is ready.
type Log struct {
	mu    sync.Mutex
	rest  []byte
	lines []string
	more  chan struct{} // closed by the next line
}

// maxLogLine bounds a line: a gateway that logs megabytes without an end of line is
// cut into pieces of that size.
const maxLogLine = 64 << 10

// Write takes in a piece of the stream.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest = append(l.rest, p...)
	before := len(l.lines)
	for {
		i := bytes.IndexByte(l.rest, '\n')
		if i < 0 && len(l.rest) <= maxLogLine {
			break
		}
		if i < 0 || i > maxLogLine {
			i = maxLogLine - 1
		}
		l.lines = append(l.lines, string(bytes.TrimRight(l.rest[:i+1], "\r\n")))
		l.rest = l.rest[i+1:]
	}
	if len(l.lines) > before && l.more != nil {
		close(l.more)
		l.more = nil
	}
	return len(p), nil
}

// Lines returns what was logged so far.
func (l *Log) Lines() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.lines)
}

// Until waits until the lines are enough, or ctx ends.
func (l *Log) Until(ctx context.Context, enough func(lines []string) bool) {
	for {
		l.mu.Lock()
		if l.more == nil {
			l.more = make(chan struct{})
		}
		more, lines := l.more, slices.Clone(l.lines)
		l.mu.Unlock()
		if enough(lines) {
			return
		}
		select {
		case <-more:
		case <-ctx.Done():
			return
		}
	}
}
