package harness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
)

// The verbs of a bay that give its visitor bad manners. Nobody else has them.

// LeaveAfter lets the visitor go away when it has waited for that long.
func (b *Bay) LeaveAfter(ctx context.Context, d time.Duration) error {
	left := func(e *Evidence) (string, error) {
		if e.Exchange.End != agent.EndPatience {
			return "", fmt.Errorf("the visitor did not have to leave: it saw %s", e.Saw())
		}
		return fmt.Sprintf("the visitor left after %v", milliseconds(e.Exchange.Ended)), nil
	}
	return b.behave(ctx, fmt.Sprintf("lets the visitor leave after %v", d), left, func(a *agent.Ask) { a.Patience = d })
}

// SendHalf lets the visitor send no more than half of its request's header.
func (b *Bay) SendHalf(ctx context.Context) error {
	half := func(request []byte) int { return bytes.Index(request, []byte("\r\n\r\n")) / 2 }
	stuck := func(e *Evidence) (string, error) {
		if want := half(b.visit().Ask(b.visitor(), Traffic{}).Request); e.Exchange.Sent != want {
			return "", fmt.Errorf("the visitor sent %d bytes of its request, not %d", e.Exchange.Sent, want)
		}
		if n := e.Attempts(); n > 0 {
			return "", fmt.Errorf("%s came to the upstream's host", plural(n, "SYN"))
		}
		return "the visitor sent half of a header, and no SYN left", nil
	}
	return b.behave(ctx, "lets the visitor send half of a header", stuck, func(a *agent.Ask) {
		a.Request = a.Request[:half(a.Request)]
	})
}

// ReadLate lets the visitor read nothing of its answer for that long.
func (b *Bay) ReadLate(ctx context.Context, d time.Duration) error {
	late := func(e *Evidence) (string, error) {
		if e.Exchange.Ended < d {
			return "", fmt.Errorf("the visitor was done after %v", milliseconds(e.Exchange.Ended))
		}
		return fmt.Sprintf("the visitor read nothing for %v", d), nil
	}
	return b.behave(ctx, fmt.Sprintf("lets the visitor read nothing for %v", d), late, func(a *agent.Ask) { a.Dawdle = d })
}

func (b *Bay) behave(ctx context.Context, what string, proof Proof, alter func(*agent.Ask)) error {
	return b.Apply(ctx, Change{
		What:      what,
		Apply:     func(context.Context) error { b.astray = alter; return nil },
		Confirm:   inForce,
		Revert:    func(context.Context) error { b.astray = nil; return nil },
		Delivered: proof,
	})
}

// farewell looks at the far side once more after a visitor has left, when the gateway has had
// a moment to leave too.
func (k *bracket) farewell(ctx context.Context, since time.Duration) error {
	if k.evidence.Exchange.End != agent.EndPatience || k.bay.astray == nil {
		return nil
	}
	for late := time.After(tolerable); ; {
		v, err := k.bay.look(ctx, since)
		if err != nil {
			return err
		}
		if k.evidence.After = v; k.evidence.released() > 0 {
			return nil
		}
		select {
		case <-late:
			return nil
		default:
		}
		if err := k.bay.lab.pause(ctx, between); err != nil {
			return err
		}
	}
}

// released is how long after the visitor's request the gateway ended its connection to the
// upstream, 0 where it did not.
func (e *Evidence) released() time.Duration {
	ev := e.event(agent.Gone, e.fromGateway)
	if ev == nil {
		return 0
	}
	return max(ev.At-e.Exchange.Began, 1)
}

// FreesUpstream: the gateway ends its connection to the upstream when the visitor has left.
func FreesUpstream() Check {
	return Check{Title: "lets go of the upstream when its client has left", Judge: func(_ Policy, e *Evidence) error {
		switch released, left := e.released(), e.Exchange.Ended; {
		case released == 0:
			return errors.New("it kept the connection")
		case released < left-earlyBy:
			return fmt.Errorf("it did so after %v, and the client left after %v", milliseconds(released), milliseconds(left))
		}
		return nil
	}}
}

// KeepsUpstream: it does not.
func KeepsUpstream() Check {
	return Check{Title: "keeps the upstream at work when its client has left", Judge: func(p Policy, e *Evidence) error {
		switch released := e.released(); {
		case p.Read.Value > 0 && released >= p.Read.Value: // the upstream was late, and not the client's leaving is the reason
			return Doubt(fmt.Sprintf("it ended the connection after %v, when its read timeout was over too", milliseconds(released)))
		case released > 0:
			return fmt.Errorf("it ended the connection after %v", milliseconds(released))
		}
		return nil
	}}
}
