package document

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// mostBytes is what a file may have: room for ten thousand expectations. It bounds what a
// wrong path can cost.
const mostBytes = 1 << 20

// Load is what is in a file. Where there is none the error wraps fs.ErrNotExist.
func Load(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, bare(err)
	}
	defer f.Close()
	if at, err := f.Stat(); err == nil && at.IsDir() {
		return nil, errors.New("it is a folder")
	}
	text, err := io.ReadAll(io.LimitReader(f, mostBytes+1))
	if err != nil {
		return nil, bare(err)
	}
	if len(text) > mostBytes {
		return nil, fmt.Errorf("it has more than %d KiB", mostBytes>>10)
	}
	return text, nil
}

// bare is an error of the file system without the path, which is told already.
func bare(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
