//go:build unix

package holder

import (
	"io/fs"
	"os"
	"syscall"
)

// isOurs says whether what was looked at is this user's.
func isOurs(at fs.FileInfo) bool {
	s, ok := at.Sys().(*syscall.Stat_t)
	return ok && int(s.Uid) == os.Getuid()
}
