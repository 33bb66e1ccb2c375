//go:build linux

package server

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
)

// A root file system is laid out on a new tmpfs, then the calling thread's mount namespace
// moves into it and lets go of the old one. Only what was bound or copied until then, and
// what is written after, can be seen in it.

// systemFolders are where a distribution keeps programs and libraries. Where they are
// links (merged /usr) they stay links.
var systemFolders = []string{"usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32"}

// devices are those that programs take for granted. They cannot be made in a user
// namespace, so the machine's own are bound.
var devices = []string{"null", "zero", "full", "random", "urandom"}

// private keeps every mount of this namespace from any other.
func private() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("making the mounts private: %w", err)
	}
	return nil
}

// layRoot mounts a tmpfs on dir and lays out what the root has of its system.
func layRoot(dir string, r agent.Root) error {
	if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_NOSUID, "mode=0755,size=512m"); err != nil {
		return fmt.Errorf("mounting a tmpfs: %w", err)
	}
	for _, name := range systemFolders {
		if err := show(filepath.Join(r.System, name), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	for _, name := range r.Fresh {
		if err := fresh(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	for _, name := range r.Bind {
		if err := show(filepath.Join(r.System, name), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	for _, at := range closed(r) {
		if err := opened(filepath.Join(r.System, at), filepath.Join(dir, at)); err != nil {
			return err
		}
	}
	for _, name := range r.Copy {
		if err := copied(filepath.Join(r.System, name), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// fresh lets a folder be empty and writable, where it is not yet as well.
func fresh(at string) error {
	if err := os.MkdirAll(at, 0o755); err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", at, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=0755,size=512m"); err != nil {
		return fmt.Errorf("emptying %s: %w", at, err)
	}
	return nil
}

// closed are the folders of the system in which something is to be put, by their path in the
// root, the outer ones first: they are read-only.
func closed(r agent.Root) (found []string) {
	for _, e := range r.Entries {
		if at := deepest(r, filepath.Dir(e.Path)); at != "" && !slices.Contains(found, at) {
			found = append(found, at)
		}
	}
	slices.Sort(found)
	return found
}

// deepest is the part of a path that the system has, "" where that is none of its folders
// that are shown. A path of links is followed no further than they are.
func deepest(r agent.Root, path string) string {
	shown := slices.ContainsFunc(append(slices.Clone(systemFolders), r.Bind...), func(name string) bool {
		return strings.HasPrefix(path+"/", "/"+name+"/")
	})
	for ; shown && path != "/"; path = filepath.Dir(path) {
		if real, err := filepath.EvalSymlinks(filepath.Join(r.System, path)); err == nil {
			if info, err := os.Stat(real); err == nil && info.IsDir() {
				return strings.TrimPrefix(real, strings.TrimSuffix(r.System, "/"))
			}
		}
	}
	return ""
}

// opened lets a folder of the system be written to: what is in it is shown in a new one.
func opened(from, at string) error {
	names, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	if err := fresh(at); err != nil {
		return err
	}
	for _, name := range names {
		if err := show(filepath.Join(from, name.Name()), filepath.Join(at, name.Name())); err != nil {
			return err
		}
	}
	return nil
}

// show lets a file or folder be seen at another place, read-only. A link stays one; what
// is not there, or may not be seen, or is there already, is left out.
func show(from, to string) error {
	info, err := os.Lstat(from)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := os.Lstat(to); err == nil {
		return nil
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		target, err := os.Readlink(from)
		if err != nil {
			return err
		}
		return errors.Join(os.MkdirAll(filepath.Dir(to), 0o755), os.Symlink(target, to))
	}
	return mounted(from, to, info.IsDir())
}

// mounted is show for what is known to be there.
func mounted(from, to string, dir bool) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	if err := place(to, dir); err != nil {
		return err
	}
	if err := unix.Mount(from, to, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("showing %s: %w", from, err)
	}
	return readOnly(to)
}

// place makes something to mount on.
func place(at string, dir bool) error {
	if dir {
		return os.Mkdir(at, 0o755)
	}
	return os.WriteFile(at, nil, 0o644)
}

// readOnly forbids writes, set-user-ID programs and devices on a mount and those below it.
func readOnly(at string) error {
	return restrict(at, unix.MOUNT_ATTR_RDONLY|unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NODEV)
}

// restrict adds attributes to a mount and those below it (mount_setattr(2), Linux 5.12).
func restrict(at string, attributes uint64) error {
	attr := unix.MountAttr{Attr_set: attributes}
	if err := unix.MountSetattr(unix.AT_FDCWD, at, unix.AT_RECURSIVE, &attr); err != nil {
		return fmt.Errorf("making %s read-only: %w", at, err)
	}
	return nil
}

// copied copies a folder, or a file, if it is there. One that this user may not see is none
// to him: /etc/nginx can be locked.
func copied(from, to string) error {
	if _, err := os.Lstat(from); errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		at := filepath.Join(to, strings.TrimPrefix(path, from))
		switch {
		case d.IsDir():
			return os.MkdirAll(at, 0o755)
		case d.Type()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			return os.Symlink(target, at)
		case !d.Type().IsRegular():
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			return err
		}
		return os.WriteFile(at, text, 0o644)
	})
}

// layDevices makes dir/dev with the devices there are.
func layDevices(dir string, more ...string) error {
	for _, name := range append(devices, more...) {
		from, to := "/dev/"+name, filepath.Join(dir, "dev", name)
		if _, err := os.Stat(from); err != nil {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := place(to, false); err != nil {
			return err
		}
		if err := unix.Mount(from, to, "", unix.MS_BIND, ""); err != nil {
			return fmt.Errorf("showing %s: %w", from, err)
		}
		// A device is written to on a read-only mount too, and keeps its owner, mode and times:
		// root of the lab may be root of the machine, to whom they belong.
		if err := restrict(to, unix.MOUNT_ATTR_RDONLY|unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NOEXEC); err != nil {
			return err
		}
	}
	for name, target := range map[string]string{
		"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2",
	} {
		if err := os.Symlink(target, filepath.Join(dir, "dev", name)); err != nil {
			return err
		}
	}
	return layFolder(filepath.Join(dir, "dev/shm"), 0o777|fs.ModeSticky)
}

// layFolder makes a folder of that mode, whatever the umask is.
func layFolder(at string, mode fs.FileMode) error {
	return errors.Join(os.MkdirAll(at, mode), os.Chmod(at, mode))
}

// layProc mounts the processes of this namespace on dir/proc. It has to come before the
// old root is let go: the kernel lets only those mount it who see all of another.
func layProc(dir string) error {
	at := filepath.Join(dir, "proc")
	if err := os.Mkdir(at, 0o555); err != nil {
		return err
	}
	if err := unix.Mount("proc", at, "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("mounting /proc: %w", err)
	}
	return nil
}

// sealed are the parts of /proc that are the whole machine's, as container engines keep
// them: read-only, or out of sight.
var (
	sealedFolders = []string{"sys", "irq", "bus", "fs"}
	hiddenFiles   = []string{"sysrq-trigger", "kcore", "keys", "timer_list", "latency_stats", "kmsg"}
)

// sealProc takes from dir/proc what could reach the machine: root of the machine stays
// that in a user namespace which maps it.
func sealProc(dir string) error {
	for _, name := range sealedFolders {
		at := filepath.Join(dir, "proc", name)
		if _, err := os.Stat(at); err != nil {
			continue
		}
		if err := unix.Mount(at, at, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
			return fmt.Errorf("sealing %s: %w", at, err)
		}
		if err := readOnly(at); err != nil {
			return err
		}
	}
	for _, name := range hiddenFiles {
		at := filepath.Join(dir, "proc", name)
		if _, err := os.Stat(at); err != nil {
			continue
		}
		if err := unix.Mount("/dev/null", at, "", unix.MS_BIND, ""); err != nil {
			return fmt.Errorf("hiding %s: %w", at, err)
		}
	}
	return nil
}

// enterRoot makes dir the root of the mount namespace and lets go of the old one.
// pivot_root(2) explains the two dots.
func enterRoot(dir string) error {
	if err := unix.Chdir(dir); err != nil {
		return err
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("pivot_root: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("letting go of the old root: %w", err)
	}
	return unix.Chdir("/")
}

// put writes an entry into the root that the thread is in. What is there at its place is
// replaced, unless it is a folder that is wanted.
func put(e agent.Entry) error {
	if err := os.MkdirAll(filepath.Dir(e.Path), 0o755); err != nil {
		return err
	}
	if e.Dir {
		if err := os.MkdirAll(e.Path, 0o755); err != nil {
			return err
		}
		return unix.Chmod(e.Path, e.Mode)
	}
	if err := os.Remove(e.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if e.Link != "" {
		return os.Symlink(e.Link, e.Path)
	}
	if err := os.WriteFile(e.Path, e.Text, 0o600); err != nil {
		return err
	}
	return unix.Chmod(e.Path, e.Mode)
}
