package mutant

import (
	"fmt"
	"sync"

	"github.com/badgateway/badgateway/harness"
)

// What one failure leads to, and the ways to get that wrong. An honest proxy forgets it.

// again says whether the exchange is tried once more.
func (c conduct) again(f *failure) bool {
	switch f.phase {
	case harness.PhaseResolve:
		return false
	case harness.PhaseConnect:
		return c.knocks && f.kind == connectionRefused
	}
	return c.repeats // there was a connection: nobody knows what became of the request
}

// resent lets the site's upstream never be tried again.
func (x *exchange) resent(f *failure) {
	if x.site == nil || f.phase != harness.PhaseConnect {
		return
	}
	x.site.mu.Lock()
	defer x.site.mu.Unlock()
	x.site.grudge = &failure{f.phase, destinationDown, "it could once not be reached"}
}

// resents returns why the site's upstream is not tried, nil if it is.
func (s *site) resents() *failure {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.grudge
}

// crash ends the process by way of serve.
type crash struct {
	once sync.Once
	is   chan struct{} // closed once it has
	why  error
}

func (c *crash) because(f *failure) {
	c.once.Do(func() {
		c.why = fmt.Errorf("panic: %w", f)
		close(c.is)
	})
}
