package harness

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
)

// Lab is one gateway, its upstreams, a resolver, a firewall and clients, sealed off
// from the host. A Runtime makes it.
type Lab struct {
	Agent   *agent.Client
	Gateway Process
	// ICMPUnlimited is agent.Built's.
	ICMPUnlimited bool
	// LogByAgent says that what the gateway writes comes by the agent, in order with its answers.
	LogByAgent bool
	// Program is how the lab's agent starts an application of the packages of one of
	// LabSpec.Applications.
	Program func(Application) (agent.Program, error)
	// Destroy ends everything in the lab. The runtime sets it.
	Destroy func() error

	clock    Clock // "" is the real one
	front    Visit // by which it is known that the gateway serves
	limited  bool  // its memory is
	starting sync.Mutex
	starts   atomic.Int32 // of the gateway
	well     spans
}

// spans are when exchanges were that went well.
type spans struct {
	mu  sync.Mutex
	all []Span
}

func (s *spans) add(one Span) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, one)
}

// since are those that ended after that moment.
func (s *spans) since(at time.Duration) (found []Span) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.all {
		if one.Ended >= at {
			found = append(found, one)
		}
	}
	return found
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
	go func() { listening <- l.serves(ctx) }()
	select {
	case err := <-listening:
		return err
	case <-l.Gateway.Exited():
		return errGatewayEnded
	}
}

// serves waits until the gateway takes connections. It returns errSilentGateway where none are
// taken.
func (l *Lab) serves(ctx context.Context) error {
	if l.front.Socket == "" {
		if err := l.Agent.Listening(ctx, l.front.Address()); err != nil {
			return fmt.Errorf("%w: %w", errSilentGateway, err)
		}
		return nil
	}
	const within, moment = 10 * time.Second, 50 * time.Millisecond
	ctx, cancel := context.WithTimeoutCause(ctx, within, fmt.Errorf("nothing listens at unix:%s after %v", l.front.Socket, within))
	defer cancel()
	for ctx.Err() == nil {
		a := l.front.Ask(l.front.Client(0, 2), Traffic{})
		a.Patience = moment
		if x, err := l.Agent.Ask(ctx, a); err != nil || x.End != agent.EndRefused {
			return err
		}
	}
	return fmt.Errorf("%w: %w", errSilentGateway, context.Cause(ctx))
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
