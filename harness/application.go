package harness

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
)

// Application is a server of the distribution's packages that is an upstream itself, in the
// place of the one that the agent plays: real php-fpm, real uWSGI. It runs as it does in earnest,
// with processes, files and a log of its own.
type Application struct {
	// Packages are its own, then those that add to it: php-fpm. They are unpacked into the
	// cache, and nothing is installed.
	Packages []string
	// Program is its path in them, or a pattern (path.Match) where it holds a version:
	// /usr/sbin/php-fpm*.
	Program string
	Args    []string
	// Files are what the application is made of, and its configuration. It has to stay in the
	// foreground, to listen where the gateway's configuration expects it, on any address, or at
	// agent.SocketFile where that is a unix socket, and to write its log to its standard error.
	Files []File
	// Ready is what it says once it serves, "" for one that does so once it listens.
	Ready string
	// Dies lets it be killed (SIGKILL), with all its processes, once it says that.
	Dies string
}

// install lets the application be the bay's upstream.
func (b *Bay) install(a Application) error {
	program, err := b.program(a)
	if err != nil {
		return err
	}
	for _, m := range b.machines {
		m.healthy.host.Script, m.healthy.host.Program = "", &program
		m.now = m.healthy
	}
	return nil
}

func (b *Bay) program(a Application) (agent.Program, error) {
	if b.lab.Program == nil {
		return agent.Program{}, &Problem{Blame: Usage, Lack: true, What: "labs of this runtime can have no application server",
			Hint: "ask Runtime.Supports for Applications first; --runtime local has them"}
	}
	return b.lab.Program(a)
}

func (b *Bay) isApplication() bool {
	return slices.ContainsFunc(b.machines, func(m *machine) bool { return m.healthy.host.Program != nil })
}

// isPlayed refuses what only the agent's own upstreams can do.
func (b *Bay) isPlayed() error {
	if !b.isApplication() {
		return nil
	}
	return &Problem{Blame: Usage, What: "the bay's upstream is an application, which plays no script", Hint: "Deploy one that does harm"}
}

// isReal refuses what only an application can do.
func (b *Bay) isReal() error {
	if b.isApplication() {
		return nil
	}
	return &Problem{Blame: Usage, What: "the bay's upstream is no application", Hint: "open it with Plot.Application"}
}

// said: the application said that word in the visitor's time.
func said(word string) Proof {
	return func(e *Evidence) (string, error) {
		lines := e.Said()
		for _, l := range e.Log {
			lines = append(lines, l.Text)
		}
		for _, line := range lines {
			if strings.Contains(line, word) {
				return fmt.Sprintf("the application said %q", word), nil
			}
		}
		return "", fmt.Errorf("the application did not say %q", word)
	}
}

// Deploy lets the upstream be another application of the same packages: other code, or another
// configuration. It is delivered once that said the word, to its own log or by way of the gateway to
// the gateway's, and where it is to die by that, once it was killed.
func (b *Bay) Deploy(ctx context.Context, a Application, word string) error {
	if err := b.isReal(); err != nil {
		return err
	}
	program, err := b.program(a)
	if err != nil {
		return err
	}
	proof := said(word)
	if a.Dies != "" {
		proof = and(proof, killed)
	}
	return b.alterHost(ctx, "deploys another application", proof, func(h *agent.Host) { h.Program = &program })
}

// Orphan kills the first process of the upstream's application, and none of those that it started.
func (b *Bay) Orphan(ctx context.Context) error {
	if err := b.isReal(); err != nil {
		return err
	}
	return b.alterHost(ctx, "kills the application's first process", killed, func(h *agent.Host) { h.Process = agent.Orphaned })
}

// Crowd is other clients that ask the gateway for what the visitor will ask for.
type Crowd struct {
	Busy   int    // how many of them the application works for
	Word   string // what it says each time that it begins to
	Queued int    // how many more wait to be accepted
	// Full says that there is no room for the visitor to wait with them.
	Full bool
}

// Gather lets the upstream be another application of the same packages, as Deploy does, and a crowd
// come to it. It returns once each of them is where it is wanted, and is delivered once the
// visitor's connection waits with theirs, or found no room.
func (b *Bay) Gather(ctx context.Context, a Application, c Crowd) error {
	if err := b.isReal(); err != nil {
		return err
	}
	program, err := b.program(a)
	if err != nil {
		return err
	}
	var asks sync.WaitGroup
	ask := b.Site.visit().Ask(b.prober(), Traffic{})
	ask.Patience = b.Policy.Patience()
	come := func(n int) {
		for range n {
			asks.Go(func() { b.lab.Agent.Ask(context.WithoutCancel(ctx), ask) }) // what becomes of them is nobody's affair
		}
	}
	return b.Apply(ctx, Change{
		What: "lets a crowd keep another application busy",
		Apply: func(ctx context.Context) error {
			err := b.each(func(m *machine) error {
				wanted := m.now.host
				wanted.Program = &program
				return b.order(ctx, m, wanted)
			})
			if err != nil {
				return err
			}
			now, err := b.look(ctx, 0)
			if err != nil {
				return err
			}
			come(c.Busy)
			err = b.lookUntil(ctx, now.At, func(v agent.View) bool { return c.begun(v) >= c.Busy })
			come(c.Queued)
			return err
		},
		Confirm: func(ctx context.Context) error {
			return b.lookUntil(ctx, 0, func(v agent.View) bool { return viewOf(v).Queue == c.Queued })
		},
		Revert: func(ctx context.Context) error {
			defer asks.Wait()
			return b.heal(ctx) // which ends what they wait for
		},
		Delivered: c.met,
	})
}

// begun is for how many of them the application began to work.
func (c Crowd) begun(v agent.View) (n int) {
	for _, ev := range v.Events {
		if ev.Kind == agent.Said && strings.Contains(ev.Text, c.Word) {
			n++
		}
	}
	return n
}

// met is the proof of a crowd.
func (c Crowd) met(e *Evidence) (string, error) {
	switch {
	case c.begun(e.After) > 0:
		return "", errors.New("the application began to work for the visitor")
	case !c.Full:
		return queued(e)
	case e.after().Socket != "": // nobody counts who is turned away there
		return and(queued, notConnected)(e)
	}
	return synsDropped(e)
}

// lookUntil looks at the bay's far side until it is as wanted.
func (b *Bay) lookUntil(ctx context.Context, since time.Duration, wanted func(agent.View) bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, feltWithin, fmt.Errorf("it cannot be felt after %v", feltWithin))
	defer cancel()
	for {
		v, err := b.look(ctx, since)
		if err != nil || wanted(v) {
			return err
		}
		select {
		case <-time.After(between):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
