package provision

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness"
)

func content(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestOnceFillsOnceForManyAtATime(t *testing.T) {
	dest := filepath.Join(t.TempDir(), "thing")
	var fills atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			err := once(t.Context(), dest, func(string) {}, func(_, made string) error {
				fills.Add(1)
				return os.WriteFile(made, []byte("whole"), 0o644)
			})
			if text, _ := os.ReadFile(dest); err != nil || string(text) != "whole" {
				t.Errorf("got %q, %v", text, err)
			}
		})
	}
	all.Wait()
	if fills.Load() != 1 {
		t.Errorf("filled %d times", fills.Load())
	}
}

func TestOnceLeavesNothingHalfMade(t *testing.T) {
	dir := t.TempDir()
	dest := filepath.Join(dir, "thing")
	failure := errors.New("half way")
	ctx, cancel := context.WithCancel(t.Context())
	for want, run := range map[error]func(made string) error{
		failure:          func(made string) error { os.WriteFile(made, nil, 0o644); return failure },
		context.Canceled: func(made string) error { cancel(); return os.WriteFile(made, nil, 0o644) },
	} {
		err := once(ctx, dest, func(string) {}, func(_, made string) error { return run(made) })
		// Whichever comes second in a cancelled context may end with either.
		if !errors.Is(err, want) && !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want %v", err, want)
		}
		if got := content(t, dir); len(got) != 1 || got[0] != "thing.lock" {
			t.Errorf("after %v the cache holds %q", want, got)
		}
	}
}

func TestOnceRemovesWhatADeadRunLeft(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, ".making-thing-123/deep/file"), "x")
	write(t, filepath.Join(dir, ".making-other-123/file"), "x")
	err := once(t.Context(), filepath.Join(dir, "thing"), func(string) {}, func(_, made string) error {
		return os.Mkdir(made, 0o755)
	})
	got := content(t, dir)
	if err != nil || len(got) != 3 || got[0] != ".making-other-123" || got[1] != "thing" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestWhatNobodyUsedForLongIsDropped(t *testing.T) {
	dir := t.TempDir()
	long := time.Now().Add(-2 * keep)
	write(t, filepath.Join(dir, "old/file"), "x")
	write(t, filepath.Join(dir, "used/file"), "x")
	write(t, filepath.Join(dir, "old.lock"), "")
	for _, name := range []string{"old", "used", "old.lock"} {
		if err := os.Chtimes(filepath.Join(dir, name), long, long); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"used", "new"} {
		err := once(t.Context(), filepath.Join(dir, name), func(string) {}, func(_, made string) error {
			return os.Mkdir(made, 0o755)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(content(t, dir), " "); got != "new new.lock old.lock used" {
		t.Errorf("left: %s", got)
	}
}

func TestWaitingForALockCanBeCancelledAndGivesItBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "thing.lock")
	unlock, err := lock(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var heard told
	_, err = lock(ctx, path, func(line string) { heard.say(line); cancel() })
	if !errors.Is(err, context.Canceled) || len(heard.all()) != 1 {
		t.Errorf("got %v, heard %q", err, heard.all())
	}
	unlock()
	// The abandoned wait may get the lock first, and has to give it back.
	again, err := lock(t.Context(), path, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	again()
}

func TestACacheThatCannotBeWrittenSaysWhatToDo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "in the way")
	t.Setenv("BADGATEWAY_CACHE", file)
	if _, err := room("agent"); harness.Hint(err) == "" {
		t.Errorf("got %v without a hint", err)
	}
}
