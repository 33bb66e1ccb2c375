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

// Announced proves that the client sent the whole head of a request that says so large a body.
// A gateway may refuse that by the head alone (RFC 9110 15.5.14), before any of the body is out.
func Announced(body int) Proof {
	return func(e *Evidence) (string, error) {
		if e.Exchange.Head == 0 || e.Exchange.Sent < e.Exchange.Head {
			return "", errors.New("the client did not send the head of its request")
		}
		return fmt.Sprintf("the client said that it sends %d bytes", body), nil
	}
}

// Departed proves that it did, and then went away.
func Departed(e *Evidence) (string, error) {
	if e.Exchange.End != agent.EndLeft {
		return "", fmt.Errorf("the client did not go away (%s)", e.Exchange.End)
	}
	said, err := Offered(e)
	return said + " and went away", err
}
