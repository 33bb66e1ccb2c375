package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"syscall"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/visible"
)

// Writer appends records. After an error it appends nothing more, since the line
// before may be torn, and returns that error again. One goroutine at a time may use it.
type Writer struct {
	w   io.Writer
	err error
}

// Begin writes the first record. Type and Format of it are set here.
func Begin(w io.Writer, s Start) (*Writer, error) {
	s.Type, s.Format = typeRun, Format
	j := &Writer{w: w}
	return j, j.append(s)
}

// Cell writes the record of a cell. Both takes of a cell that is played twice stay.
func (j *Writer) Cell(c harness.Cell) error {
	c.Type = typeCell
	return j.append(c)
}

// End writes the last record. Its Type is set here.
func (j *Writer) End(e End) error {
	e.Type = typeEnd
	return j.append(e)
}

// append writes one line, whole and on the disk before it returns: what was judged is
// known even if the machine loses power in the next cell.
func (j *Writer) append(record any) error {
	if j.err != nil {
		return j.err
	}
	text, err := json.Marshal(record)
	if err == nil {
		_, err = j.w.Write(append(visible.JSON(text), '\n'))
	}
	if err == nil {
		err = flush(j.w)
	}
	if err != nil {
		j.err = fmt.Errorf("writing the journal: %w", err)
	}
	return j.err
}

// flush waits for the disk where there is one. Pipes and terminals have none and say
// EINVAL or ENOTSUP (fsync(2)).
func flush(w io.Writer) error {
	disk, ok := w.(interface{ Sync() error })
	if !ok {
		return nil
	}
	err := disk.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		return nil
	}
	return err
}
