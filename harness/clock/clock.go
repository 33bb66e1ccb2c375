// Package clock is what time it is in a lab. Everything in the agent that waits or
// takes a time does it through one Clock, so that a lab has one history on one axis.
// It never looks at a calendar: a Clock counts from the moment it was made.
package clock

import (
	"context"
	"time"
)

// A Clock tells the time since its lab began and waits in that time.
type Clock interface {
	// Now is the time since the clock was made. It never goes back.
	Now() time.Duration
	// Sleep waits for d, or until ctx ends and then returns its error.
	Sleep(ctx context.Context, d time.Duration) error
}

type monotonic struct{ began time.Time }

// Real is the machine's monotonic clock, counting from now.
func Real() Clock { return monotonic{time.Now()} }

func (c monotonic) Now() time.Duration { return time.Since(c.began) }

func (c monotonic) Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
