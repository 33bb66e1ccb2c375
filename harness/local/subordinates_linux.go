package local

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"slices"
	"strconv"
	"strings"
)

// manyUsers is how many subordinate users a lab asks for: the first 65535 hold everyone that
// a distribution knows, nobody (65534) last.
const manyUsers = 65535

// mapSubordinates makes this user root of the process's namespace and maps his subordinate
// users and groups to those from 1 on.
func mapSubordinates(pid int) error {
	for _, m := range []struct {
		tool, file string
		own        int
	}{{"newuidmap", "/etc/subuid", os.Getuid()}, {"newgidmap", "/etc/subgid", os.Getgid()}} {
		from, err := subordinates(m.file)
		if err != nil {
			return err
		}
		said, err := exec.Command(m.tool, strconv.Itoa(pid), "0", strconv.Itoa(m.own), "1",
			"1", strconv.Itoa(from), strconv.Itoa(manyUsers)).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s: %w: %s", m.tool, err, strings.TrimSpace(string(said)))
		}
	}
	return nil
}

// subordinates finds a range of this user's in subuid(5) or subgid(5) that holds everyone a
// distribution knows.
func subordinates(file string) (from int, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	names := []string{strconv.Itoa(os.Getuid())}
	if u, err := user.Current(); err == nil {
		names = append(names, u.Username)
	}
	longest := 0
	for line := range strings.Lines(string(text)) {
		parts := strings.Split(strings.TrimSpace(line), ":")
		if len(parts) != 3 || !slices.Contains(names, parts[0]) {
			continue
		}
		from, err1 := strconv.Atoi(parts[1])
		count, err2 := strconv.Atoi(parts[2])
		if err := errors.Join(err1, err2); err != nil {
			return 0, fmt.Errorf("reading %s: %w", file, err)
		}
		if count >= manyUsers {
			return from, nil
		}
		longest = max(longest, count)
	}
	return 0, fmt.Errorf("%s has a range of %d for this user, and %d are needed", file, longest, manyUsers)
}
