package main

import (
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/report"
)

// tick lets the shown time go on until stop is called.
func tick(p progress) (stop func()) {
	const often = 100 * time.Millisecond // smooth to the eye, nothing to the machine
	ticker, done := time.NewTicker(often), make(chan struct{})
	go func() {
		for {
			select {
			case <-ticker.C:
				p.Tick()
			case <-done:
				return
			}
		}
	}()
	return func() { ticker.Stop(); close(done) }
}

// progress is report.Progress, or nobody who listens.
type progress interface {
	Say(string)
	Cell(harness.Cell)
	Expect(total int)
	Tick()
	Clear()
}

type deaf struct{}

func (deaf) Say(string)        {}
func (deaf) Cell(harness.Cell) {}
func (deaf) Expect(int)        {}
func (deaf) Tick()             {}
func (deaf) Clear()            {}

func (a *app) progress(f runFlags, total int) progress {
	if f.quiet {
		return deaf{}
	}
	tty, width := terminalOf(a.stderr)
	style := report.Style{Color: a.color(f.color, tty), Width: width}
	if tty && !a.dumb() {
		return report.NewRegion(a.stderr, style, total, time.Now)
	}
	return report.NewLines(a.stderr, style, total)
}
