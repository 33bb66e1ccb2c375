package own

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/document"
	"github.com/badgateway/badgateway/harness/script"
)

// hostKeys are what can be ordered of an upstream host.
func (r *reader) hostKeys(o, way *order) []key {
	return []key{
		{"script", "What its connections do, in the language of harness/script.", matching(`\S`, "read-request; wait 5s; serve", `3 x reset, then serve`), r.script(o)},
		{"process", "What befalls its process.", among(namesIn(fates)), r.pick(o, fates)},
		{"machine", "What befalls the machine: it leaves the network, or has another address, and its name follows.", among(namesIn(moves)), r.pick(o, moves)},
		{"busy", "What others use up: its workers, its accept queue, its core, or its file descriptors.", among(namesIn(crowds)), r.pick(o, crowds)},
		{"link", "The link between the gateway and it.", object(r.linkKeys(&agent.Link{})), r.link(way)},
		{"route", "The gateway's route to it.", among(namesIn(ways)), r.pick(way, ways)},
	}
}

// worded is an order that a word stands for.
type worded struct {
	word string
	order
}

// What befalls a host, by the word for it.
var (
	fates = []worded{
		{"killed", order{says: "the upstream's process is killed", verb: (*harness.Bay).Kill, cause: harness.Crash, phase: harness.PhaseConnect, takes: harness.World{Process: true}}},
		{"frozen", order{says: "the upstream's process is frozen", verb: (*harness.Bay).Freeze, cause: harness.Slow, phase: harness.PhaseWait, takes: harness.World{Process: true}}},
	}
	moves = []worded{
		{"gone", order{says: "the upstream's host has left the network", verb: (*harness.Bay).GoAway, kernel: harness.ByARP, cause: harness.Network, phase: harness.PhaseConnect}},
		{"moved", order{says: "the upstream has moved to another address", verb: (*harness.Bay).Move, kernel: harness.ByARP, cause: harness.Network, phase: harness.PhaseConnect}},
	}
	crowds = []worded{
		{"workers", order{says: "all the upstream's workers are busy", verb: (*harness.Bay).Occupy, cause: harness.Overload, phase: harness.PhaseWait}},
		{"backlog", order{says: "the upstream's accept queue is full", verb: (*harness.Bay).FillBacklog, cause: harness.Overload, phase: harness.PhaseConnect, kernel: harness.BySYN}},
		{"core", order{says: "the upstream is starved of CPU", verb: (*harness.Bay).Starve, cause: harness.Overload, phase: harness.PhaseWait, takes: harness.World{Process: true}, kernel: harness.ByScheduler}},
		{"descriptors", order{says: "the upstream has no file descriptors left", verb: (*harness.Bay).UseUpDescriptors, cause: harness.Overload, phase: harness.PhaseWait, takes: harness.World{Process: true}}},
	}
	ways = []worded{
		{"missing", order{says: "the gateway has no route to the upstream", verb: (*harness.Bay).LoseRoute, cause: harness.Network, phase: harness.PhaseConnect, takes: harness.World{Alone: true}}},
		{"prohibited", order{says: "a route prohibits the upstream", verb: (*harness.Bay).ProhibitRoute, cause: harness.Network, phase: harness.PhaseConnect, takes: harness.World{Alone: true}}},
	}
)

func namesIn(of []worded) (names []string) {
	for _, w := range of {
		names = append(names, w.word)
	}
	return names
}

// pick reads the word for an order.
func (r *reader) pick(o *order, of []worded) func(*yaml.Node) {
	return r.OneOf(namesIn(of), func(word string) {
		*o = of[slices.IndexFunc(of, func(w worded) bool { return w.word == word })].order
	})
}

func (r *reader) script(o *order) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if !document.IsText(n) {
			r.Wants(n, "a script such as 'read-request; wait 5s; serve'")
			return
		}
		s, err := script.Parse(n.Value)
		if wrong := (*script.Error)(nil); errors.As(err, &wrong) {
			r.Wrong(within(n, wrong.Column), "docs/scenarios.md lists the steps", "this is no script: %s (column %d of it)", wrong.Reason, wrong.Column)
			return
		}
		if s.String() == script.Healthy.String() {
			r.Wrong(n, "write what it is to do instead, such as 'read-request; hold'", "an upstream that serves is a healthy one")
			return
		}
		*o = played(s)
	}
}

// within is the place in a text that is written in one line, as it is: what stands in the file
// at another column than it seems is only told with its node's.
func within(n *yaml.Node, column int) *yaml.Node {
	at := *n
	switch plain := !strings.ContainsAny(n.Value, "\n\\\"'"); {
	case n.Style == 0 && plain:
		at.Column += column - 1
	case n.Style == yaml.SingleQuotedStyle && !strings.ContainsAny(n.Value, "\n'"), n.Style == yaml.DoubleQuotedStyle && plain:
		at.Column += column
	}
	return &at
}

// played is the order to play a script.
func played(s script.Script) order {
	o := order{says: "the upstream plays: " + abridged(s.String()), verb: func(b *harness.Bay, ctx context.Context) error { return b.Play(ctx, s) }}
	o.cause, o.phase = meaning(s[0])
	for _, step := range s[0].Steps {
		o.http = o.http || strings.Contains(step.Text, "HTTP/1")
		switch step.Verb {
		case script.Die, script.ExhaustMemory:
			o.takes.Process = true
			o.verb = func(b *harness.Bay, ctx context.Context) error { return b.PlayAndDie(ctx, s) }
		}
		switch step.Verb {
		case script.Work:
			o.takes.Process, o.kernel = true, harness.ByScheduler
		case script.ExhaustMemory:
			o.takes.Alone, o.takes.Needs, o.kernel = true, harness.LimitedMemory, harness.ByMemory
		}
	}
	return o
}

// abridged is as much of a script as a title has room for.
func abridged(text string) string {
	const most = 80
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "..."
	}
	return text
}

// meaning is what of causes and phases a clause comes to: by its first step that takes its time,
// or else by its last one, and by how much of an answer is out before that.
func meaning(c script.Clause) (harness.Cause, harness.Phase) {
	cause, phase := harness.Crash, harness.PhaseConnect
	for _, step := range c.Steps {
		switch step.Verb {
		case script.ReadRequest:
			phase = harness.PhaseWait
		case script.Wait, script.Work, script.Hold, script.Drip:
			return harness.Slow, phase
		case script.Write:
			cause, phase = harness.Malformed, harness.PhaseHeader
			if strings.Contains(step.Text, "\r\n\r\n") {
				phase = harness.PhaseBody
			}
		case script.ExhaustMemory:
			cause = harness.Overload
		}
	}
	return cause, phase
}

func (r *reader) linkKeys(l *agent.Link) []key {
	return []key{
		{"down", "It is cut.", truth, r.Bool(&l.Down)},
		{"rate", "How many bytes a second the upstream can send.", count(), r.Count(&l.Rate, "a number of bytes")},
		{"delay", "How late each frame is, in each direction.", duration, r.lateness(&l.Delay)},
		{"jitter", "How much later than that it is at most.", duration, r.lateness(&l.Jitter)},
		{"seed", "What the jitter follows from.", count(), r.Count(&l.Seed, "a number")},
	}
}

// lateness reads a delay of frames, of which both together have a limit.
func (r *reader) lateness(into *time.Duration) func(*yaml.Node) {
	const most = agent.LatestFrame / 2
	return func(n *yaml.Node) {
		if r.Duration(into)(n); *into > most {
			r.Wrong(n, fmt.Sprintf("write %v at most", most), "no frame is that late")
		}
	}
}

func (r *reader) link(o *order) func(*yaml.Node) {
	return func(n *yaml.Node) {
		l, said := agent.Link{}, r.Mistakes()
		if r.keys(n, r.linkKeys(&l)); r.Mistakes() > said {
			return
		}
		switch {
		case l.Delay == 0 && (l.Jitter != 0 || l.Seed != 0):
			r.Wrong(n, "write delay: too", "what is not late has no jitter and no seed")
			return
		case howMany(l.Down, l.Rate > 0, l.Delay > 0) != 1:
			r.Wrong(n, "write one of down: true, rate and delay", "a link is down, narrow or late")
			return
		}
		*o = linked(l)
	}
}

func linked(l agent.Link) order {
	o := order{cause: harness.Network, phase: harness.PhaseConnect}
	switch {
	case l.Down:
		o.says, o.verb, o.kernel = "the upstream's link is down", (*harness.Bay).CutLink, harness.ByARP
	case l.Rate > 0:
		o.says, o.phase, o.takes.Needs = fmt.Sprintf("the upstream's link carries %d bytes a second", l.Rate), harness.PhaseBody, harness.Bandwidth
		o.kernel = harness.ByQueue
		o.verb = func(b *harness.Bay, ctx context.Context) error { return b.Narrow(ctx, l.Rate) }
	default:
		o.says, o.takes.Needs = fmt.Sprintf("each frame is late by %v", l.Delay), harness.Latency
		o.verb = func(b *harness.Bay, ctx context.Context) error { return b.Delay(ctx, l.Delay, l.Jitter, l.Seed) }
	}
	return o
}
