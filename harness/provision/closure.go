package provision

import (
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// closure returns everything below root that the programs need to run: themselves, their libraries,
// their dynamic linker, and the links on the way to each. Paths are relative to root, sorted. What a program opens
// by dlopen(3) is invisible here: name it among the programs.
func closure(root string, programs ...string) ([]string, error) {
	files, asked := map[string]bool{}, map[string]bool{}
	for pending := slices.Clone(programs); len(pending) > 0; pending = pending[1:] {
		name := pending[0]
		if asked[name] {
			continue
		}
		asked[name] = true
		steps, err := follow(root, name)
		if err != nil {
			return nil, err
		}
		for _, step := range steps {
			files[step] = true
		}
		needs, err := needsOf(root, steps[len(steps)-1])
		if err != nil {
			return nil, err
		}
		pending = append(pending, needs...)
	}
	return slices.Sorted(maps.Keys(files)), nil
}

// needsOf returns the dynamic linker and the libraries that one ELF file asks for, as they are found below root.
func needsOf(root, name string) ([]string, error) {
	f, err := elf.Open(filepath.Join(root, name))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	defer f.Close()
	var needs []string
	if linker := interpreter(f); linker != "" {
		needs = append(needs, strings.TrimPrefix(linker, "/"))
	}
	libraries, err := f.ImportedLibraries()
	if err != nil && !errors.Is(err, elf.ErrNoSymbols) {
		return nil, fmt.Errorf("reading the libraries of %s: %w", name, err)
	}
	for _, library := range libraries {
		at, err := findLibrary(root, library)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		needs = append(needs, at)
	}
	return needs, nil
}

// interpreter returns PT_INTERP, "" for a static program or a library.
func interpreter(f *elf.File) string {
	for _, prog := range f.Progs {
		if prog.Type == elf.PT_INTERP {
			text, _ := io.ReadAll(prog.Open())
			return strings.TrimRight(string(text), "\x00")
		}
	}
	return ""
}

// findLibrary looks where ld.so(8) looks by default on Debian; its packages set no search path of their own.
func findLibrary(root, library string) (string, error) {
	for _, dir := range []string{"lib/*-linux-gnu*", "usr/lib/*-linux-gnu*", "lib", "usr/lib", "lib64", "usr/lib64"} {
		found, err := fs.Glob(os.DirFS(root), path.Join(dir, library))
		if err != nil {
			return "", err
		}
		if len(found) > 0 {
			return found[0], nil
		}
	}
	return "", fmt.Errorf("library %s is in none of the packages", library)
}

// follow returns every link on the way to name inside root, then the file itself. No link leads out of root.
func follow(root, name string) ([]string, error) {
	var steps []string
	at, rest := "", strings.Split(path.Clean(name), "/")
	for links := 0; len(rest) > 0; {
		next := path.Join(at, rest[0])
		rest = rest[1:]
		if next == ".." { // the parent of a root is the root
			next = ""
		}
		if next == "" || next == "." {
			at = ""
			continue
		}
		info, err := os.Lstat(filepath.Join(root, next))
		if err != nil {
			return nil, fmt.Errorf("following %s: %w", name, err)
		}
		if info.Mode()&os.ModeSymlink == 0 {
			at = next
			continue
		}
		if links++; links > 40 { // as path_resolution(7)
			return nil, fmt.Errorf("following %s: too many links", name)
		}
		target, err := os.Readlink(filepath.Join(root, next))
		if err != nil {
			return nil, fmt.Errorf("following %s: %w", name, err)
		}
		steps = append(steps, next)
		if path.IsAbs(target) {
			at = ""
		}
		rest = append(strings.Split(strings.TrimPrefix(path.Clean(target), "/"), "/"), rest...)
	}
	return append(steps, at), nil
}
