package mutant

import (
	"bytes"
	"errors"
)

// What passes for a whole answer, and the ways to get that wrong. The rest of it stands
// in answerReader, where it asks for its leniency.

// pad gives a body that broke off an end, so that the client takes it for whole. It
// still returns why it broke off.
func (r relay) pad(f framing, sent int64, why error) error {
	blanks := bytes.Repeat([]byte(" "), 16<<10)
	for f.sized && sent < f.length {
		n := min(int64(len(blanks)), f.length-sent)
		if err := r.write(blanks[:n]); err != nil {
			return err
		}
		sent += n
	}
	return errors.Join(why, r.end(f))
}
