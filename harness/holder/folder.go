package holder

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/badgateway/badgateway/harness"
)

// What there is of a lab outside of it is one folder, which nobody else may look into: a socket
// for orders and one that leads to the gateway. It goes with its holder. What a holder left that
// was killed is known by its socket, at which nobody listens any more.
const (
	ordersSocket  = "orders.sock"
	gatewaySocket = "gateway.sock"
)

// Root is where the folders of this user's labs are: below XDG_RUNTIME_DIR, which is the
// user's own (XDG Base Directory Specification), or in the folder for temporary files.
func Root(env func(string) string) string {
	if dir := env("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "badgateway")
	}
	return filepath.Join(os.TempDir(), fmt.Sprintf("badgateway-%d", os.Getuid()))
}

// folder is one lab's.
type folder string

func (f folder) orders() string  { return filepath.Join(string(f), ordersSocket) }
func (f folder) gateway() string { return filepath.Join(string(f), gatewaySocket) }

// private makes the root where it is not there, and refuses one that others may look into.
func private(root string) error {
	if err := os.MkdirAll(root, 0o700); err != nil {
		return fmt.Errorf("making the folder of labs: %w", err)
	}
	at, err := os.Lstat(root)
	if err != nil {
		return fmt.Errorf("looking at the folder of labs: %w", err)
	}
	if !at.IsDir() || at.Mode().Perm()&0o077 != 0 || !isOurs(at) {
		return &harness.Problem{Blame: harness.Usage, What: root + " is not a folder that is this user's alone", Hint: "set XDG_RUNTIME_DIR to one that is"}
	}
	return nil
}

// mostPath is what the address of a socket holds (unix(7)).
const mostPath = 107

// CheckName refuses what cannot be the name of a lab below root.
func CheckName(root, name string) error {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
	switch {
	case name == "" || name[0] == '.' || name[0] == '-' || strings.Trim(name, letters) != "":
		return &harness.Problem{Blame: harness.Usage, What: fmt.Sprintf("a lab cannot be called %q", name), Hint: "take letters, digits, dashes and dots"}
	case len(folder(filepath.Join(root, name)).gateway()) > mostPath:
		return &harness.Problem{Blame: harness.Usage, What: "no socket can have a path as long as that of " + name + " in " + root, Hint: "take a shorter name, or set XDG_RUNTIME_DIR to a shorter path"}
	}
	return nil
}

// beside makes a folder that no lab can have, for what is not in its place yet, or no more.
func beside(root string) (string, error) {
	made, err := os.MkdirTemp(root, ".")
	if err != nil {
		return "", fmt.Errorf("making the lab's folder: %w", err)
	}
	return made, nil
}

// take makes the folder of a lab, with the socket for orders in it, at which is listened from
// the moment on at which it can be seen.
func take(root, name string) (f folder, orders net.Listener, err error) {
	if err := private(root); err != nil {
		return "", nil, err
	}
	made, err := beside(root)
	if err != nil {
		return "", nil, err
	}
	if orders, err = net.Listen("unix", folder(made).orders()); err != nil {
		return "", nil, errors.Join(fmt.Errorf("listening for orders: %w", err), os.RemoveAll(made))
	}
	orders.(*net.UnixListener).SetUnlinkOnClose(false) // by then the folder is elsewhere
	f = folder(filepath.Join(root, name))
	for range 2 {
		if err = os.Rename(made, string(f)); err == nil { // it takes the place of no folder that has something in it
			return f, orders, nil
		}
		if f.lives() {
			err = &harness.Problem{Blame: harness.Usage, What: fmt.Sprintf("there is a lab %q already", name), Hint: "badgateway lab down " + name + ", or take another name"}
			break
		}
		if err := f.forget(); err != nil {
			return "", nil, errors.Join(err, orders.Close(), os.RemoveAll(made))
		}
	}
	return "", nil, errors.Join(err, orders.Close(), os.RemoveAll(made))
}

// lives says whether a holder listens there.
func (f folder) lives() bool {
	conn, err := net.DialTimeout("unix", f.orders(), time.Second)
	if err == nil {
		conn.Close()
	}
	return err == nil
}

// forget takes away what a dead holder left. Another may do so at the same time, and a new holder
// come between: what is moved aside and lives is put back.
func (f folder) forget() error {
	aside, err := beside(filepath.Dir(string(f)))
	if err != nil {
		return err
	}
	moved := folder(filepath.Join(aside, "lab"))
	err = os.Rename(string(f), string(moved))
	if err == nil && moved.lives() {
		err = os.Rename(string(moved), string(f))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("taking away what a dead lab left: %w", err)
	}
	return os.RemoveAll(aside)
}

// Names are those of the labs that live. What dead ones left is taken away.
func Names(root string) (names []string, err error) {
	entries, err := os.ReadDir(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking for labs: %w", err)
	}
	if err := private(root); err != nil {
		return nil, err
	}
	var errs []error
	for _, e := range entries {
		f := folder(filepath.Join(root, e.Name()))
		switch at, err := e.Info(); {
		case err != nil || !e.IsDir():
		case e.Name()[0] == '.': // on its way to its place, or away
			if time.Since(at.ModTime()) > time.Minute {
				errs = append(errs, os.RemoveAll(string(f)))
			}
		case f.lives():
			names = append(names, e.Name())
		default:
			errs = append(errs, f.forget())
		}
	}
	return names, errors.Join(errs...)
}
