package provision

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
)

// rootfs writes a root file system as a tar. Equal input gives equal bytes, so that the engine's build
// cache knows it again: no times, no owners of the host.
type rootfs struct {
	tar  *tar.Writer
	root string // of the unpacked packages
	has  map[string]bool
}

// gatewayRootfs collects what nginx needs from the unpacked packages at root: its closure, its own files, and the
// few of a system around it that its configurations take for granted.
func gatewayRootfs(root string) ([]byte, error) {
	var out bytes.Buffer
	r := &rootfs{tar: tar.NewWriter(&out), root: root, has: map[string]bool{}}
	modules, err := fs.Glob(os.DirFS(root), "usr/lib/nginx/modules/*.so")
	if err != nil {
		return nil, err
	}
	files, err := closure(root, append(modules, "usr/sbin/nginx")...)
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		if err := r.packaged(file); err != nil {
			return nil, err
		}
	}
	for _, dir := range append([]string{"etc/nginx", "etc/ssl", "usr/share/nginx", "var/www"}, scripts...) {
		if err := r.packagedBelow(dir); err != nil {
			return nil, err
		}
	}
	if err := r.surroundings(); err != nil {
		return nil, err
	}
	if err := r.tar.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// scripts is what modules read that run a language.
var scripts = []string{"usr/share/lua", "usr/share/luajit-2.1", "usr/share/perl", "usr/share/perl5", "usr/lib/x86_64-linux-gnu/perl", "usr/lib/x86_64-linux-gnu/perl5", "usr/lib/x86_64-linux-gnu/perl-base", "usr/lib/aarch64-linux-gnu/perl", "usr/lib/aarch64-linux-gnu/perl5"}

// surroundings writes the few of a system around the gateway.
func (r *rootfs) surroundings() error {
	for _, e := range Surroundings() {
		if err := r.entry(strings.TrimPrefix(e.Path, "/"), e); err != nil {
			return err
		}
	}
	return nil
}

func (r *rootfs) entry(name string, e agent.Entry) error {
	switch {
	case e.Dir:
		return r.dir(name, int64(e.Mode))
	case e.Link != "":
		return r.link(name, e.Link)
	}
	return r.file(name, int64(e.Mode), int64(len(e.Text)), bytes.NewReader(e.Text))
}

// packagedBelow copies a directory of the packages, if they have it.
func (r *rootfs) packagedBelow(dir string) error {
	if !exists(filepath.Join(r.root, dir)) {
		return nil
	}
	return fs.WalkDir(os.DirFS(r.root), dir, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return r.packaged(name)
	})
}

// packaged copies one directory, link or file of the packages to the same path.
func (r *rootfs) packaged(name string) error {
	at := filepath.Join(r.root, name)
	info, err := os.Lstat(at)
	if err != nil {
		return err
	}
	switch {
	case info.IsDir():
		return r.dir(name, int64(info.Mode().Perm()))
	case info.Mode()&os.ModeSymlink != 0:
		target, err := os.Readlink(at)
		if err != nil {
			return err
		}
		return r.link(name, target)
	case info.Mode().IsRegular():
		f, err := os.Open(at)
		if err != nil {
			return err
		}
		defer f.Close()
		return r.file(name, int64(info.Mode().Perm()), info.Size(), f)
	}
	return fmt.Errorf("packing %s: neither file, directory nor link", name)
}

func (r *rootfs) dir(name string, mode int64) error {
	return r.write(tar.Header{Typeflag: tar.TypeDir, Name: name, Mode: mode}, nil)
}

func (r *rootfs) link(name, target string) error {
	return r.write(tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target, Mode: 0o777}, nil)
}

func (r *rootfs) file(name string, mode, size int64, content io.Reader) error {
	return r.write(tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode, Size: size}, content)
}

// write adds an entry once, after the directories above it.
func (r *rootfs) write(h tar.Header, content io.Reader) error {
	if h.Name == "." || r.has[h.Name] {
		return nil
	}
	if err := r.dir(path.Dir(h.Name), 0o755); err != nil {
		return err
	}
	r.has[h.Name] = true
	h.ModTime, h.Format = time.Unix(0, 0), tar.FormatPAX
	if h.Typeflag == tar.TypeDir {
		h.Name += "/"
	}
	if err := r.tar.WriteHeader(&h); err != nil {
		return fmt.Errorf("packing %s: %w", h.Name, err)
	}
	if content == nil {
		return nil
	}
	if _, err := io.Copy(r.tar, content); err != nil {
		return fmt.Errorf("packing %s: %w", h.Name, err)
	}
	return nil
}
