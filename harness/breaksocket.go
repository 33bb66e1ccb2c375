package harness

import (
	"context"
	"fmt"

	"github.com/badgateway/badgateway/harness/agent"
)

// The verbs of a bay that break the unix socket of its upstream. Nothing that passes by there
// can be counted: what proves them is the condition of the socket before and after, and the
// gateway's word that it could not connect.

// RemoveSocket ends who listens and takes the socket's file away.
func (b *Bay) RemoveSocket(ctx context.Context) error {
	return b.alterSocket(ctx, "takes the upstream's socket away", agent.SocketMissing, func(h *agent.Host) {
		h.SocketIs = agent.SocketMissing
	})
}

// LockSocket lets nobody connect to the socket.
func (b *Bay) LockSocket(ctx context.Context) error {
	return b.alterSocket(ctx, "forbids everyone the upstream's socket", agent.SocketForbidden, func(h *agent.Host) {
		h.SocketIs = agent.SocketForbidden
	})
}

// FillSocket lets others take every place in the socket's queue while nobody accepts. A queue
// of n has n+1 places.
func (b *Bay) FillSocket(ctx context.Context) error {
	const backlog = 4
	return b.alterSocket(ctx, "fills the queue of the upstream's socket", agent.SocketFull, func(h *agent.Host) {
		h.Backlog, h.Workers, h.Crowd = backlog, agent.NoWorkers, backlog+1
	})
}

func (b *Bay) alterSocket(ctx context.Context, what string, state agent.SocketState, alter func(*agent.Host)) error {
	if !b.Site.World.Socket {
		return &Problem{Blame: Usage, What: "the bay's upstream is at no unix socket", Hint: "open it with World{Socket: true}"}
	}
	return b.alterHost(ctx, what, and(socketWas(state), notConnected), alter)
}

// socketWas: the socket was in that condition, before and after.
func socketWas(wanted agent.SocketState) Proof {
	return func(e *Evidence) (string, error) {
		for _, v := range []agent.HostView{e.before(), e.after()} {
			if v.SocketIs != wanted {
				return "", fmt.Errorf("the upstream's socket was not %s (but %q)", wanted, v.SocketIs)
			}
		}
		return fmt.Sprintf("the upstream's socket was %s", wanted), nil
	}
}
