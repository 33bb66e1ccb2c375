package harness

import (
	"context"
	"errors"
	"fmt"

	"github.com/badgateway/badgateway/harness/agent"
)

// The verb of a bay that breaks what the gateway is asked.

// Misbehave lets the bay's visitor ask otherwise than its traffic says. The prober goes on
// asking as a client should.
func (b *Bay) Misbehave(ctx context.Context, what string, proof Proof, alter func(*Traffic)) error {
	return b.Apply(ctx, Change{
		What:      what,
		Apply:     func(context.Context) error { b.visits = alter; return nil },
		Confirm:   inForce,
		Revert:    func(context.Context) error { b.visits = nil; return nil },
		Delivered: proof,
	})
}

// visiting is what the visitor asks for.
func (b *Bay) visiting(t Traffic) Traffic {
	if b.visits != nil {
		b.visits(&t)
	}
	return t
}

// Offered proves that the client sent the head of its request and more.
func Offered(e *Evidence) (string, error) {
	if e.Exchange.Sent <= e.Exchange.Head {
		return "", errors.New("the client sent nothing of its body")
	}
	return fmt.Sprintf("the client sent %d bytes of its body", e.Exchange.Sent-e.Exchange.Head), nil
}

// Departed proves that it did, and then went away.
func Departed(e *Evidence) (string, error) {
	if e.Exchange.End != agent.EndLeft {
		return "", fmt.Errorf("the client did not go away (%s)", e.Exchange.End)
	}
	said, err := Offered(e)
	return said + " and went away", err
}
