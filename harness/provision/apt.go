package provision

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// apt is an apt-get of our own: the host's configuration, proxies and keys, but private lists, cache
// and state, and an empty list of installed packages, so that it fetches everything that a package needs.
type apt struct {
	dir  string // all it writes is below
	log  bytes.Buffer
	conf string
}

// newApt prepares dir for the sources, of which arch is the one architecture (in Debian's terms).
func newApt(dir, arch string, sources []source) (*apt, error) {
	a := &apt{dir: dir, conf: filepath.Join(dir, "apt.conf")}
	var stanzas []string
	for _, s := range sources {
		stanzas = append(stanzas, s.stanza(arch))
	}
	for _, sub := range []string{"state/lists/partial", "cache/archives/partial"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return nil, cacheTrouble("preparing apt's directories", err)
		}
	}
	for name, text := range map[string]string{
		"status": "", "suite.sources": strings.Join(stanzas, "\n"), "apt.conf": aptConf(dir, arch),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return nil, cacheTrouble("preparing apt's directories", err)
		}
	}
	return a, nil
}

// aptConf is read after the host's own configuration. It clears every hook: those of Debian's container images
// delete from the host's cache after each update, others call services, and none may run as an ordinary
// user. The sandbox user goes, because it could not read the user's cache directory.
func aptConf(dir, arch string) string {
	return fmt.Sprintf(`#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear DPkg::Pre-Install-Pkgs;
#clear AptCli::Hooks;
#clear Acquire::Languages;
#clear APT::Architectures;
Acquire::Languages "none";
Acquire::Retries "2";
APT::Architecture "%[2]s";
APT::Architectures { "%[2]s"; };
APT::Sandbox::User "root";
APT::Default-Release "";
APT::Install-Recommends "false";
APT::Install-Suggests "false";
APT::Get::Assume-Yes "true";
APT::Get::Download-Only "true";
Dir::State "%[1]s/state/";
Dir::State::lists "lists/";
Dir::State::extended_states "extended_states";
Dir::State::status "%[1]s/status";
Dir::Cache "%[1]s/cache/";
Dir::Cache::archives "archives/";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Dir::Log "%[1]s/log/";
Dir::Etc::sourcelist "%[1]s/suite.sources";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
`, dir, arch)
}

// fetch downloads packages with all they depend on and returns the files, relative to dir. It installs nothing.
func (a *apt) fetch(ctx context.Context, names []string, say func(string)) ([]string, error) {
	say("fetching the package index")
	// An index that cannot be had is a warning to apt; if it mattered, the second step fails and the
	// log has both.
	if err := a.run(ctx, "apt-get", "-c", a.conf, "-qq", "update"); err != nil {
		return nil, err
	}
	needs := "what it needs"
	if len(names) > 1 {
		needs = "what they need"
	}
	say("fetching " + strings.Join(names, ", ") + " and " + needs)
	if err := a.run(ctx, "apt-get", append([]string{"-c", a.conf, "-qq", "install"}, names...)...); err != nil {
		return nil, err
	}
	debs, err := fs.Glob(os.DirFS(a.dir), "cache/archives/*.deb")
	if err == nil && len(debs) == 0 {
		err = errors.New("apt-get fetched nothing")
	}
	return debs, err
}

// unpack lays the packages' files out below root, without running anything of theirs.
func (a *apt) unpack(ctx context.Context, debs []string, root string) error {
	if err := os.MkdirAll(root, 0o755); err != nil {
		return cacheTrouble("unpacking", err)
	}
	for _, deb := range debs {
		if err := a.run(ctx, "dpkg-deb", "-x", filepath.Join(a.dir, deb), root); err != nil {
			return err
		}
	}
	return errors.Join(merged(root), trusted(root))
}

// authorities is whom this machine trusts, in the one file that configurations name for it.
const authorities = "etc/ssl/certs/ca-certificates.crt"

// trusted adds the machine's authorities, which the package ca-certificates would make when it is installed. A
// machine without them goes without.
func trusted(root string) error {
	text, err := os.ReadFile("/" + authorities)
	if err != nil {
		return nil
	}
	at := filepath.Join(root, authorities)
	if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, text, 0o644)); err != nil {
		return cacheTrouble("unpacking", err)
	}
	return nil
}

// merged adds the links that the package base-files would bring: from trixie on, packages hold files below
// usr alone, while programs still name /lib64.
func merged(root string) error {
	for _, name := range []string{"bin", "sbin", "lib", "lib64"} {
		if exists(filepath.Join(root, name)) || !exists(filepath.Join(root, "usr", name)) {
			continue
		}
		if err := os.Symlink("usr/"+name, filepath.Join(root, name)); err != nil {
			return cacheTrouble("unpacking", err)
		}
	}
	return nil
}

// run runs one tool to its end. Cancelling ends its whole process group: apt-get's methods are processes too.
func (a *apt) run(ctx context.Context, tool string, args ...string) error {
	cmd := exec.CommandContext(ctx, tool, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive", "TMPDIR="+a.dir)
	cmd.Stdout, cmd.Stderr = &a.log, &a.log
	endTogether(cmd)
	err := cmd.Run()
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, exec.ErrNotFound):
		return noPackages(tool+" is not installed", err)
	}
	return fmt.Errorf("%s: %w: %s", tool, err, tail(a.log.String(), 4))
}

// endTogether gives cmd a process group and has cancelling kill all of it.
func endTogether(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithUs(cmd.SysProcAttr)
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	// A grandchild that left the group may hold the output open; after this we stop listening.
	cmd.WaitDelay = 2 * time.Second
}
