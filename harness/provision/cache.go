package provision

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// room returns a directory of the cache, made if need be: below $BADGATEWAY_CACHE, else below the user's own
// cache directory.
func room(name string) (string, error) {
	dir := os.Getenv("BADGATEWAY_CACHE")
	if dir == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return "", cacheTrouble("finding a cache directory", err)
		}
		dir = filepath.Join(user, "badgateway")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", cacheTrouble("finding a cache directory", err)
	}
	dir = filepath.Join(dir, name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", cacheTrouble("making the cache directory", err)
	}
	return dir, nil
}

// once makes the file or directory dest, unless it is there. fill makes it under the name made, in a scratch
// directory of its own; only then does it become dest, so that dest is whole or absent whatever happens.
// One harness at a time fills; the others wait for it and take what it made.
func once(ctx context.Context, dest string, say func(string), fill func(scratch, made string) error) error {
	if exists(dest) {
		touch(dest)
		return nil
	}
	unlock, err := lock(ctx, dest+".lock", say)
	if err != nil {
		return err
	}
	defer unlock()
	if exists(dest) {
		return nil
	}
	// Scratch directories are only made under the lock, so those that are there belong to the dead.
	dir, prefix := filepath.Dir(dest), ".making-"+filepath.Base(dest)+"-"
	if err := removeAll(dir, prefix); err != nil {
		return cacheTrouble("removing what an interrupted run left", err)
	}
	dropOld(dir)
	scratch, err := os.MkdirTemp(dir, prefix)
	if err != nil {
		return cacheTrouble("making a scratch directory", err)
	}
	defer os.RemoveAll(scratch)
	made := filepath.Join(scratch, "made")
	if err := fill(scratch, made); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := os.Rename(made, dest); err != nil {
		return cacheTrouble("putting it into the cache", err)
	}
	return nil
}

func removeAll(dir, prefix string) error {
	entries, err := os.ReadDir(dir)
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), prefix) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, entry.Name())))
		}
	}
	return err
}

// keep is how long a thing in the cache outlives its last use. Each edit of the agent makes a new one of
// some 10 MB; a week spans a holiday on one branch.
const keep = 7 * 24 * time.Hour

// touch marks path as in use. Nothing but a fetch to come is lost where that is refused.
func touch(path string) {
	now := time.Now()
	os.Chtimes(path, now, now)
}

// dropOld removes what nobody has used for long, except locks, which are empty. Each goes out of sight at once,
// so that nobody finds half of it.
func dropOld(dir string) {
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || info.Size() == 0 || time.Since(info.ModTime()) < keep {
			continue
		}
		aside := filepath.Join(dir, ".making-"+entry.Name()+"-old")
		if os.Rename(filepath.Join(dir, entry.Name()), aside) == nil {
			os.RemoveAll(aside)
		}
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// lock holds path exclusively among all processes until the function it returns is called; the kernel
// releases it when the process dies. The file stays: removing it would let two hold it at once.
func lock(ctx context.Context, path string, say func(string)) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, cacheTrouble("opening a lock", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		say("waiting for another badgateway that is making " + strings.TrimSuffix(filepath.Base(path), ".lock"))
		return lockBlocking(ctx, f)
	}
	if err != nil {
		f.Close()
		return nil, cacheTrouble("locking "+path, err)
	}
	return func() { f.Close() }, nil
}

// lockBlocking waits in a goroutine, because flock(2) knows no cancellation: one that was given up
// releases the lock as soon as it gets it.
func lockBlocking(ctx context.Context, f *os.File) (unlock func(), err error) {
	locked := make(chan error, 1)
	go func() {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		for errors.Is(err, syscall.EINTR) {
			err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		}
		locked <- err
	}()
	select {
	case err := <-locked:
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("locking %s: %w", f.Name(), err)
		}
		return func() { f.Close() }, nil
	case <-ctx.Done():
		go func() { <-locked; f.Close() }()
		return nil, context.Cause(ctx)
	}
}
