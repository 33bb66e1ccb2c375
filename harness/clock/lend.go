package clock

import (
	"encoding/binary"
	"io"
	"sync"
	"time"
)

// A clock is lent by messages of sixteen bytes: a moment's time in nanoseconds and its turn,
// little-endian. Who lends says what moment it is, who borrows until when it waits, or never.
// Nobody waits for an answer, since a process that is stopped gives none.
var never = Moment{-1, 0}

// borrower is a Party in another process.
type borrower struct {
	jumped chan struct{} // there is something to say

	mu  sync.Mutex
	now Moment
	at  Moment
}

// Lend lets another process wait by the clock, which holds the other end of conn, until that
// ends. What it says must come there whole and in order.
func (v *Virtual) Lend(conn io.ReadWriteCloser) error {
	b := &borrower{jumped: make(chan struct{}, 1), at: never}
	v.mu.Lock()
	err := tell(conn, v.now)
	if err == nil {
		v.parties = append(v.parties, b)
	}
	v.mu.Unlock()
	if err != nil {
		return err
	}
	gone := make(chan struct{})
	defer v.Part(b)
	defer close(gone)
	defer conn.Close() // which ends a write that waits
	go b.say(conn, gone)
	for {
		at, err := hear(conn)
		if err != nil {
			return err
		}
		b.mu.Lock()
		b.at = at
		b.mu.Unlock()
	}
}

// say tells the borrower what moment it is, of several jumps the last. One that is stopped hears
// nothing, and keeps nobody waiting.
func (b *borrower) say(conn io.Writer, gone <-chan struct{}) {
	for {
		select {
		case <-b.jumped:
		case <-gone:
			return
		}
		b.mu.Lock()
		now := b.now
		b.mu.Unlock()
		if tell(conn, now) != nil {
			return
		}
	}
}

func (b *borrower) Next() (at Moment, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.at, b.at != never
}

// Wake forgets what has come, of which the borrower will hear, so that the clock can go on when
// it never does.
func (b *borrower) Wake(now Moment) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.now = now; b.at.Compare(now) <= 0 {
		b.at = never
	}
	select {
	case b.jumped <- struct{}{}:
	default: // it has not been told of the last one yet
	}
}

// Borrow is the clock that another process lends at the other end of conn. It stands still once
// that has ended.
func Borrow(conn io.ReadWriter) (*Virtual, error) {
	now, err := hear(conn)
	if err != nil {
		return nil, err
	}
	v := &Virtual{now: now, lender: conn}
	go func() {
		for {
			now, err := hear(conn)
			if err != nil {
				return
			}
			v.Jump(now)
			v.Changed()
		}
	}()
	return v, nil
}

// Changed is called by a party when the earliest time that it waits for may be another one, before
// it waits. Whom the clock was borrowed from has to know.
func (v *Virtual) Changed() {
	if v.lender == nil {
		return
	}
	v.telling.Lock() // what is told last has to be what was found last
	defer v.telling.Unlock()
	at, ok := v.Next()
	if !ok {
		at = never
	}
	_ = tell(v.lender, at)
}

func tell(w io.Writer, m Moment) error {
	message := binary.LittleEndian.AppendUint64(nil, uint64(m.Time))
	_, err := w.Write(binary.LittleEndian.AppendUint64(message, uint64(m.Turn)))
	return err
}

func hear(r io.Reader) (Moment, error) {
	var message [16]byte
	_, err := io.ReadFull(r, message[:])
	return Moment{time.Duration(binary.LittleEndian.Uint64(message[:])), int64(binary.LittleEndian.Uint64(message[8:]))}, err
}
