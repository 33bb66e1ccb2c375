package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// openTerminal makes a pseudo-terminal (pts(4)) of that width: what a program writes
// into tty comes out of screen.
func openTerminal(t *testing.T, width uint16) (screen, tty *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	t.Cleanup(func() { screen.Close() })
	fd := int(screen.Fd())
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: width}); err != nil {
		t.Fatal(err)
	}
	if tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	return screen, tty
}

// onTerminal plays the program with one of its streams on a terminal and returns what
// that shows.
func onTerminal(t *testing.T, env map[string]string, streams func(tty io.Writer) (stdout, stderr io.Writer), args ...string) string {
	t.Helper()
	screen, tty := openTerminal(t, 60)
	shown := make(chan string)
	go func() {
		text, _ := io.ReadAll(screen) // EIO is how a terminal ends (pts(4))
		shown <- string(text)
	}()
	getenv := func(name string) string { return env[name] }
	stdout, stderr := streams(tty)
	newApp(pretended(getenv), getenv, stdout, stderr).main(args)
	tty.Close()
	return strings.ReplaceAll(<-shown, "\r\n", "\n")
}

func asStdout(tty io.Writer) (stdout, stderr io.Writer) { return tty, io.Discard }
func asStderr(tty io.Writer) (stdout, stderr io.Writer) { return io.Discard, tty }

func TestResultsOnATerminal(t *testing.T) {
	text := onTerminal(t, nil, asStdout, "run", "crash/pass")
	if !strings.Contains(text, "\x1b[32mpass\x1b[0m") {
		t.Errorf("there is no colour: %q", text)
	}
	for line := range strings.Lines(text) {
		if line = strings.NewReplacer("\x1b[32m", "", "\x1b[0m", "", "\n", "").Replace(line); len(line) > 60 {
			t.Errorf("%q is wider than the terminal", line)
		}
	}
	for _, env := range []map[string]string{{"NO_COLOR": "1"}, {"TERM": "dumb"}} {
		if text := onTerminal(t, env, asStdout, "run", "crash/pass"); strings.Contains(text, "\x1b") {
			t.Errorf("%v: there are escape sequences: %q", env, text)
		}
	}
}

// Lists, pages, tables and blocks, on a terminal of 60 columns.
func TestEverythingFitsTheTerminal(t *testing.T) {
	for _, args := range [][]string{{"list"}, {"explain", "overload/unsupported"}, {"explain", "dns/fail"}, {"run", "-v", "--color=never"}} {
		text := onTerminal(t, nil, asStdout, args...)
		for line := range strings.Lines(text) {
			if line = strings.TrimSuffix(line, "\n"); len(line) > 60 {
				t.Errorf("%v: %q is wider than the terminal", args, line)
			}
		}
	}
}

func TestProgressOnATerminal(t *testing.T) {
	text := onTerminal(t, nil, asStderr, "run", "crash/pass", "slow/warn")
	if strings.Contains(text, "[1/2]") || !strings.Contains(text, "2 of 2 cells") || !strings.Contains(text, "\x1b[2F\x1b[J") {
		t.Errorf("it is not redrawn: %q", text)
	}
	if !strings.HasSuffix(text, "\x1b[2F\x1b[J") {
		t.Errorf("it is not taken away: %q", text)
	}
	if text := onTerminal(t, map[string]string{"TERM": "dumb"}, asStderr, "run", "crash/pass"); !strings.Contains(text, "[1/1]") || strings.Contains(text, "\x1b") {
		t.Errorf("a dumb terminal gets %q", text)
	}
	if text := onTerminal(t, nil, asStderr, "run", "-q", "crash/pass"); text != "" {
		t.Errorf("quiet shows %q", text)
	}
}
