package holder

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// journal is a lab's history in one order: what its gateway logs, what happens at its upstreams,
// and what was done by hand. What the agent tells is dated by how long ago it
// was when it told it.
type journal struct {
	mu      sync.Mutex
	waiting []Entry
	entries []Entry
	more    chan struct{} // closed by the next entry
	dropped int
	looks   chan chan struct{} // wishes to look now, each to be closed once that was done
	hide    func(string) string
}

// mostEntries bounds what is kept: the last of them.
const mostEntries = 10_000

// add notes what happens now. It is told with what the next look finds, so that all stands in
// the order in which it happened.
func (j *journal) add(from, text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.waiting = append(j.waiting, Entry{time.Now(), from, text})
}

// note tells what was found, and what has waited.
func (j *journal) note(found []Entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	found, j.waiting = append(found, j.waiting...), nil
	if len(found) == 0 {
		return
	}
	slices.SortStableFunc(found, func(a, b Entry) int { return a.At.Compare(b.At) })
	for _, e := range found {
		if j.hide != nil {
			e.Text = j.hide(e.Text)
		}
		j.entries = append(j.entries, e)
	}
	if over := len(j.entries) - mostEntries; over > 0 {
		j.entries = slices.Delete(j.entries, 0, over)
		j.dropped += over
	}
	if j.more != nil {
		close(j.more)
		j.more = nil
	}
}

// from are the entries from that number on, the number of the next one, and what is closed when
// it comes.
func (j *journal) from(n int) (entries []Entry, next int, more <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.more == nil {
		j.more = make(chan struct{})
	}
	return slices.Clone(j.entries[max(0, n-j.dropped):]), j.dropped + len(j.entries), j.more
}

// often is how often the lab is looked at: as smooth as people read.
const often = 200 * time.Millisecond

// follow notes what happens, until ctx ends.
func (j *journal) follow(ctx context.Context, lab Held, bay *harness.Bay) {
	go j.listen(ctx, lab.OpenLab.Gateway.Log())
	var since time.Duration
	for tick := time.NewTicker(often); ; {
		var wish chan struct{}
		select {
		case <-ctx.Done():
			tick.Stop()
			return
		case <-tick.C:
		case wish = <-j.looks:
		}
		view, err := bay.Seen(ctx, since)
		if err != nil {
			return // the lab is gone
		}
		now := time.Now()
		var found []Entry
		for _, e := range view.Events {
			since = e.At + 1
			if said := told(e); said != "" {
				found = append(found, Entry{now.Add(e.At - view.At), "lab", said})
			}
		}
		j.note(found)
		if wish != nil {
			close(wish)
		}
	}
}

// listen notes what the gateway logs as it comes.
func (j *journal) listen(ctx context.Context, log *harness.Log) {
	heard := 0
	log.Until(ctx, func(lines []string) bool {
		for _, line := range lines[heard:] {
			j.add("gateway", line)
		}
		heard = len(lines)
		return false
	})
}

// told is an event in a few words, "" for one that tells nothing by itself.
func told(e agent.Event) string {
	who := fmt.Sprintf("upstream %d", e.Host+1)
	if e.Host == agent.Elsewhere {
		who = "elsewhere"
		if e.To.IsValid() {
			who += fmt.Sprintf(" (%s%v)", e.Name, e.To)
		}
	}
	switch e.Kind {
	case agent.Accepted:
		return fmt.Sprintf("%s accepted connection %d", who, e.Conn)
	case agent.Began:
		return fmt.Sprintf("%s, connection %d: %s", who, e.Conn, e.Verb)
	case agent.Request:
		return fmt.Sprintf("%s, connection %d: it got %s", who, e.Conn, e.Text)
	case agent.Sent:
		return fmt.Sprintf("%s, connection %d: it sent %d bytes", who, e.Conn, e.N)
	case agent.Gone:
		return fmt.Sprintf("%s, connection %d: the gateway ended it (%s)", who, e.Conn, e.Text)
	case agent.Trouble:
		return fmt.Sprintf("%s: %s", who, e.Text)
	case agent.Exited:
		return fmt.Sprintf("%s: its process ended (%s)", who, e.Text)
	case agent.Answered:
		return fmt.Sprintf("the resolver was asked for %s and said: %s", e.Name, e.Text)
	}
	return ""
}

// logs tells the history so far, and where it is followed what comes.
func (k *keeper) logs(ctx context.Context, follow bool, tell func(Entry) error) error {
	if err := k.told.caughtUp(ctx); err != nil {
		return err
	}
	for n := 0; ; {
		entries, next, more := k.told.from(n)
		for _, e := range entries {
			if err := tell(e); err != nil {
				return nil // who asked is gone
			}
		}
		if n = next; !follow {
			return nil
		}
		select {
		case <-more:
			k.wanted()
		case <-ctx.Done():
			return nil
		}
	}
}

// caughtUp waits until what has happened by now was looked at.
func (j *journal) caughtUp(ctx context.Context) error {
	looked := make(chan struct{})
	for wish := j.looks; ; wish = nil {
		select {
		case wish <- looked:
		case <-looked:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
