package harness

import (
	"context"
	"slices"
	"strings"
	"time"
)

// logWithin is how long a line of the log may take to arrive.
const logWithin = time.Second

// readLog collects what the gateway logged about the visitor. The log comes by another
// way than the answer: where something went wrong it is given a moment to arrive.
func (k *bracket) readLog(ctx context.Context) {
	if k.evidence.Outcome == "" {
		return // nobody asked
	}
	e := &k.evidence
	smooth := !e.Started || !k.logs && e.Outcome == Answered && e.Exchange.Response.Status/100 != 5
	enough := func(lines []string) bool {
		e.Log = k.about(k.bay.visitor().String(), lines[k.logged:])
		return smooth || len(e.Log) > 0
	}
	k.bay.lab.untilLogged(ctx, logWithin, enough)
	e.Log = append(e.Log, k.about("", e.Startup)...)
	if k.bay.Site.World.Alone {
		lines := k.bay.lab.Gateway.Log().Lines()
		e.Others = k.linesOf(lines[k.logged:], func(client string) bool { return client != k.bay.visitor().String() })
	}
	slices.SortStableFunc(e.Log, func(a, b LogLine) int { return telling(b) - telling(a) })
}

// untilLogged waits until the log has enough, or for as long. That is the lab's time where it can
// be: a virtual clock goes on only when nobody in the lab has anything left to say.
func (l *Lab) untilLogged(ctx context.Context, most time.Duration, enough func(lines []string) bool) {
	if l.clock == VirtualClock && l.LogByAgent {
		if !enough(l.Gateway.Log().Lines()) && l.pause(ctx, most) == nil {
			enough(l.Gateway.Log().Lines())
		}
		return
	}
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	l.Gateway.Log().Until(ctx, enough)
}

// crashed says whether the gateway, or a process of it, ended while the fault was there.
func (k *bracket) crashed() bool {
	if k.bay.Site.World.Restart {
		return false // its end is what is looked at
	}
	lines := k.bay.lab.Gateway.Log().Lines()
	return k.bay.lab.starts.Load() != k.starts || slices.ContainsFunc(lines[min(k.logged, len(lines)):], func(line string) bool {
		l, ok := k.bay.gateway.Read(line)
		return ok && l.Crash
	})
}

// about picks the lines that tell of a client's exchange, "" for those of no client.
func (k *bracket) about(client string, lines []string) (found []LogLine) {
	if client != "" { // most are about others, and it takes long to read a line
		lines = slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return !strings.Contains(l, client) })
	}
	return k.linesOf(lines, func(c string) bool { return c == client })
}

func (k *bracket) linesOf(lines []string, wanted func(client string) bool) (found []LogLine) {
	for _, line := range lines {
		if l, ok := k.bay.gateway.Read(line); ok && wanted(l.Client) {
			found = append(found, l)
		}
	}
	return found
}

// telling puts the lines that name a cause first.
func telling(l LogLine) int {
	if l.ErrorType != "" {
		return 1
	}
	return 0
}
