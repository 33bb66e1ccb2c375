package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// interruption is the signal that ends a run, as the cause of its context's end.
type interruption struct{ signal os.Signal }

func (i *interruption) Error() string { return fmt.Sprintf("interrupted (%s)", i.name()) }

func (i *interruption) name() string {
	if i.signal == syscall.SIGTERM {
		return "SIGTERM"
	}
	return "SIGINT"
}

// code is what a shell makes of a program that the signal ended.
func (i *interruption) code() int {
	if i.signal == syscall.SIGTERM {
		return 128 + int(syscall.SIGTERM)
	}
	return 128 + int(syscall.SIGINT)
}

// interruptionOf returns what interrupted ctx, nil if nothing did.
func interruptionOf(ctx context.Context) *interruption {
	var i *interruption
	errors.As(context.Cause(ctx), &i)
	return i
}

// heed ends ctx at the first SIGINT or SIGTERM, so that everything is reverted, and the
// process at the second: a lab ends with its harness in any case.
func (a *app) heed(ctx context.Context, say func(string)) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	heard, done := make(chan os.Signal, 2), make(chan struct{})
	a.signals(heard, os.Interrupt, syscall.SIGTERM)
	go func() {
		var first time.Time
		var last *interruption
		bound := time.NewTimer(0)
		bound.Stop()
		for {
			select {
			case s := <-heard:
				i := &interruption{s}
				switch {
				case first.IsZero():
					first = time.Now()
					say(i.Error() + ": reverting and closing the lab; once more leaves at once")
					cancel(i)
					last = i
					bound.Reset(patience)
				case time.Since(first) > echo:
					a.exit(i.code())
				}
			case <-bound.C:
				a.exit(last.code())
			case <-done:
				bound.Stop()
				return
			}
		}
	}()
	return ctx, func() { signal.Stop(heard); close(done); cancel(nil) }
}

// patience is how long reverting and closing may take in all: an engine that no longer
// answers must not keep anyone. What is left then the watcher removes.
const patience = 30 * time.Second

// echo is how long one wish to end may go on arriving: timeout(1) signals its child and
// then its child's group, and a shell or a wrapper may pass on what the terminal sent to
// all. People take longer to press a key twice.
const echo = 100 * time.Millisecond
