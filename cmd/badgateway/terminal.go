package main

import (
	"io"
	"os"

	"github.com/moby/term"
)

var colorModes = []string{"auto", "always", "never"}

// terminalOf says whether w is a terminal, and how wide, 0 if that is unknown.
func terminalOf(w io.Writer) (is bool, width int) {
	if over, ok := w.(interface{ Under() io.Writer }); ok {
		w = over.Under()
	}
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(f.Fd()) {
		return false, 0
	}
	size, err := term.GetWinsize(f.Fd())
	if err != nil {
		return true, 0
	}
	return true, int(size.Width)
}

// columns are those that a text on w is folded to.
func columns(w io.Writer) int {
	const (
		unknown = 80  // what terminals had when none could be asked
		noTTY   = 120 // what a CI's log shows without scrolling
	)
	is, width := terminalOf(w)
	switch {
	case !is:
		return noTTY
	case width == 0:
		return unknown
	}
	return width
}

// dumb says that the terminal obeys no escape sequences.
func (a *app) dumb() bool { return a.env("TERM") == "dumb" }

// color decides by the flag, by NO_COLOR (no-color.org) and by the terminal.
func (a *app) color(mode string, tty bool) bool {
	if mode != "auto" {
		return mode == "always"
	}
	return tty && !a.dumb() && a.env("NO_COLOR") == ""
}
