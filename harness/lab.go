package harness

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/badgateway/badgateway/harness/agent"
)

// Lab is one gateway, its upstreams, a resolver, a firewall and clients, sealed off
// from the host. A Runtime makes it.
type Lab struct {
	Agent   *agent.Client
	Gateway Process
	// ICMPUnlimited is agent.Built's.
	ICMPUnlimited bool
	// Destroy ends everything in the lab. The runtime sets it.
	Destroy func() error

	front    uint16 // the port on which the gateway serves
	limited  bool   // its memory is
	starting sync.Mutex
	starts   atomic.Int32 // of the gateway
}

// Close destroys the lab.
func (l *Lab) Close() error {
	if l == nil || l.Destroy == nil {
		return nil
	}
	return l.Destroy()
}

// errGatewayEnded is what a lab's user meets where the gateway is not there.
var errGatewayEnded = errors.New("the gateway has ended")

// keepGateway starts the gateway again where it has ended.
func (l *Lab) keepGateway(ctx context.Context) error {
	l.starting.Lock()
	defer l.starting.Unlock()
	if l.gatewayRuns() {
		return nil
	}
	return l.startGateway(ctx)
}

// startGateway starts the gateway and waits until it listens. It returns
// errGatewayEnded where it ends instead, and errSilentGateway where it runs and does not.
func (l *Lab) startGateway(ctx context.Context) error {
	l.starts.Add(1)
	if err := l.Gateway.Start(ctx); err != nil {
		return err
	}
	listening := make(chan error, 1)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { listening <- l.Agent.Listening(ctx, l.front) }()
	select {
	case err := <-listening:
		if err != nil {
			return fmt.Errorf("%w: %w", errSilentGateway, err)
		}
		return nil
	case <-l.Gateway.Exited():
		return errGatewayEnded
	}
}

// gatewayRuns says whether the gateway's process is there.
func (l *Lab) gatewayRuns() bool {
	select {
	case <-l.Gateway.Exited():
		return false
	default:
		return true
	}
}
