//go:build linux

package check_test

import (
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

func compared(t *testing.T, dir string, args ...string) told {
	t.Helper()
	return run(t, command(t, dir, append([]string{"compare", "--runtime", "local"}, args...)...))
}

// committed makes a repository of a folder, with all that is in it.
func committed(t *testing.T, dir string) {
	t.Helper()
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}, {"commit", "-q", "-m", "as it was"}} {
		cmd := exec.Command("git", append([]string{"-c", "user.name=tester", "-c", "user.email=tester@example.test"}, args...)...)
		cmd.Dir = dir
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, said)
		}
	}
}

// The files of a revision go with the comparison that they were for, even if that is killed.
func TestNothingOfARevisionIsLeft(t *testing.T) {
	t.Parallel()
	needsLabs(t)
	dir := lay(t, guarded)
	committed(t, dir)
	cmd := command(t, dir, "compare", "--runtime", "local", "HEAD:nginx.conf", "nginx.conf")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for began := time.Now(); len(left(cmd)) == 0; time.Sleep(time.Millisecond) {
		if time.Since(began) > patience {
			t.Fatal("there are no files of the revision")
		}
	}
	b := brood{}
	b.grow(cmd.Process.Pid)
	cmd.Process.Kill()
	cmd.Wait()
	nothingLeft(t, cmd, b)
}

// Two configurations, and one with what it was in a revision.
func TestConfigurationsAreCompared(t *testing.T) {
	t.Parallel()
	needsLabs(t)
	dir := lay(t, guarded)
	committed(t, dir)
	before := textOf(t, filepath.Join(dir, "nginx.conf"))
	amended(t, dir, "location /api/pay {", "location /api/pay { proxy_next_upstream error timeout non_idempotent;", "45s", "40s")
	s := compared(t, dir, "HEAD:nginx.conf", "nginx.conf", "--report", "md=comment.md")
	s.exits(t, 1)
	says(t, s.stdout, `^selection HEAD:nginx.conf -> nginx.conf\n\nworse      slow/never@POST http://shop.test/api/pay\n +1 attempt at a POST became 2\n`)
	says(t, s.stdout, `better     slow/never@GET http://shop.test/\n +90.000 s \(proxy_read_timeout x 2 tries = 1m30s\) became 80.000 s`)
	says(t, textOf(t, filepath.Join(dir, "comment.md")), `\| ✗ worse \| <code>slow/never&#64;POST http&#58;//shop.test/api/pay</code> \|`)
	write(t, filepath.Join(dir, "old.conf"), before)
	compared(t, dir, "old.conf", "HEAD:nginx.conf", "--faults", "slow/never,crash/killed").exits(t, 0)
	for operand, said := range map[string]string{
		"never:nginx.conf": `no revision is called "never"`,
		"HEAD:other.conf":  `other.conf`,
		"nginx@1.22":       `which configuration is to be checked`,
		"gone.conf":        `gone.conf: no such file`,
	} {
		s := compared(t, dir, operand, "nginx.conf")
		s.exits(t, 2)
		says(t, s.stderr, said)
	}
}

// One configuration in two versions.
func TestVersionsAreCompared(t *testing.T) {
	t.Parallel()
	needsLabs(t)
	dir := lay(t, guarded)
	s := compared(t, dir, "nginx@1.22", "nginx@1.30", "--of", "nginx.conf")
	s.exits(t, 0)
	says(t, s.stdout, `^nginx 1\.22\.\d+ -> 1\.30\.\d+; source `)
	says(t, s.stdout, `\d+ cells in both runs: 0 worse, 0 otherwise, 0 better, \d+ unchanged`)
}
