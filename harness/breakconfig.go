package harness

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/badgateway/badgateway/harness/agent"
)

// Mislead lets the bay's clients take the way that is configured wrongly. Nothing else is
// changed, so the proof is what that way is known by.
func (b *Bay) Mislead(ctx context.Context, proof Proof) error {
	if !b.Site.World.Misled {
		return &Problem{Blame: Usage, What: "the bay has no way that is configured wrongly", Hint: "open it with World{Misled: true} and a Setup"}
	}
	return b.Apply(ctx, Change{
		What: "lets clients take the way that is configured wrongly",
		Apply: func(context.Context) error {
			b.misled.Store(true)
			return nil
		},
		Confirm: inForce,
		Revert: func(context.Context) error {
			b.misled.Store(false)
			return nil
		},
		Delivered: proof,
	})
}

// MisleadAfter is Mislead once somebody else has taken that way.
func (b *Bay) MisleadAfter(ctx context.Context, proof Proof) error {
	if err := b.Mislead(ctx, proof); err != nil || b.sham {
		return err
	}
	_, err := b.ask(ctx, b.stranger(), Traffic{})
	return err
}

// Refused is the proof of a connection to where nothing listens: the host's reset.
func Refused(e *Evidence) (string, error) { return refused(e) }

// FailedIn is the proof of a request that came no further than a phase: the gateway's log says
// so of the visitor's own, and no connection to an upstream was begun.
func FailedIn(phase Phase) Proof {
	return func(e *Evidence) (string, error) {
		if n := e.Attempts(); n > 0 {
			return "", fmt.Errorf("%s came to the upstream's host", plural(n, "SYN"))
		}
		i := slices.IndexFunc(e.Log, func(l LogLine) bool { return l.Phase == phase })
		if i < 0 {
			return "", fmt.Errorf("the gateway's log has nothing of the phase %s for the visitor", phase)
		}
		return fmt.Sprintf("no SYN left, and the gateway's log has the visitor's request end in the phase %s", phase), nil
	}
}

// SpokenTo is the proof of a peer that was spoken to in what it does not speak: a connection
// of the gateway's was accepted, and nothing on it could be read as a request.
func SpokenTo(e *Evidence) (string, error) {
	if e.event(agent.Accepted, e.fromGateway) == nil {
		return "", errors.New("the upstream accepted no connection of the gateway's")
	}
	if e.Requests() > 0 {
		return "", errors.New("the upstream understood the request")
	}
	return "the upstream accepted the connection and could read no request on it", nil
}

// UsedUp is the proof of a gateway that has used itself up: it logs a failure of its own
// machine, of a request that it sent to itself, and no upstream was asked.
func UsedUp(e *Evidence) (string, error) {
	if n := e.Requests(); n > 0 {
		return "", errors.New("the request came to the upstream")
	}
	i := slices.IndexFunc(e.Others, func(l LogLine) bool { return l.Phase == PhaseLocal })
	if i < 0 {
		return "", errors.New("the gateway's log has no failure of its own")
	}
	return "no upstream was asked, and the gateway's log has a failure of its own: " + e.Others[i].Text, nil
}
