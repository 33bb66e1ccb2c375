// Package clock is what time it is in a lab. Scripts wait by a Clock and the history is
// kept by it, so that everything that a lab tells lies on one axis. (What waits for the
// kernel or the machine, and not for the time to pass, does so by itself.)
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
