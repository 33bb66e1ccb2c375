//go:build linux

package server

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/badgateway/badgateway/harness/agent"
)

// fastCGIVersion begins every record.
const fastCGIVersion = 1

// The types of records, a flag and the statuses of an end (FastCGI specification 1.0,
// section 8).
const (
	fcgiBegin     = 1
	fcgiAbort     = 2
	fcgiEnd       = 3
	fcgiParams    = 4
	fcgiStdin     = 5
	fcgiStdout    = 6
	fcgiGetValues = 9
	fcgiValues    = 10
	fcgiUnknown   = 11

	fcgiKeepConn = 1

	fcgiComplete = 0
	fcgiOneOnly  = 1 // FCGI_CANT_MPX_CONN
)

// fastCGI is a FastCGI application that takes one request of a connection at a time.
type fastCGI struct {
	in  io.Reader
	out io.Writer

	open   bool // a request has begun and is not all there
	id     uint16
	keep   bool
	params []byte
	body   int64
}

type record struct {
	kind    byte
	id      uint16
	content []byte
}

func (f *fastCGI) read() (a asked, err error) {
	for whole := false; !whole; {
		r, err := f.record()
		if err != nil {
			return a, err
		}
		if whole, err = f.take(r); err != nil {
			return a, err
		}
	}
	f.open = false
	v, err := fcgiPairs(f.params)
	a = v.asked(agent.FastCGI)
	a.body, a.last, a.stream = f.body, !f.keep, uint32(f.id)
	return a, err
}

// record reads one record. The format bounds it by 64 KiB.
func (f *fastCGI) record() (r record, err error) {
	var head [8]byte
	if _, err := io.ReadFull(f.in, head[:]); err != nil {
		if f.open {
			err = torn(err)
		}
		return r, err
	}
	if head[0] != fastCGIVersion {
		return r, fmt.Errorf("a FastCGI record of version %d", head[0])
	}
	r.kind, r.id = head[1], binary.BigEndian.Uint16(head[2:])
	length, padding := int(binary.BigEndian.Uint16(head[4:])), int(head[6])
	r.content = make([]byte, length+padding)
	_, err = io.ReadFull(f.in, r.content)
	r.content = r.content[:length]
	return r, torn(err)
}

// take makes sense of a record and says whether the request is whole with it.
func (f *fastCGI) take(r record) (whole bool, err error) {
	switch {
	case r.id == 0:
		return false, f.manage(r.kind)
	case r.kind == fcgiBegin && f.open && r.id != f.id:
		return false, f.end(r.id, fcgiOneOnly)
	case r.kind == fcgiBegin:
		return false, f.begin(r)
	case !f.open || r.id != f.id: // of a request that is over
	case r.kind == fcgiAbort:
		f.open = false
		return false, f.end(r.id, fcgiComplete)
	case r.kind == fcgiParams:
		if len(f.params)+len(r.content) > mostVars {
			return false, errTooManyVars
		}
		f.params = append(f.params, r.content...)
	case r.kind == fcgiStdin:
		f.body += int64(len(r.content))
		return len(r.content) == 0, nil
	}
	return false, nil
}

func (f *fastCGI) begin(r record) error {
	if len(r.content) < 8 {
		return fmt.Errorf("a FastCGI request that begins with %d bytes, not 8", len(r.content))
	}
	f.open, f.id, f.keep = true, r.id, r.content[2]&fcgiKeepConn != 0
	f.params, f.body = nil, 0
	return nil
}

// manage answers what is asked of the application and not of a request. Of values that
// are asked for it knows none, which is said by leaving them out (section 4.1).
func (f *fastCGI) manage(kind byte) error {
	if kind == fcgiGetValues {
		return f.write(record{kind: fcgiValues})
	}
	return f.write(record{kind: fcgiUnknown, content: []byte{kind, 7: 0}})
}

func (f *fastCGI) answer(a asked) error {
	id := uint16(a.stream)
	return f.write(
		record{fcgiStdout, id, []byte(healthy("Status: 200 OK", a))},
		record{fcgiStdout, id, nil},
		record{fcgiEnd, id, []byte{7: 0}},
	)
}

func (f *fastCGI) end(id uint16, status byte) error {
	return f.write(record{fcgiEnd, id, []byte{4: status, 7: 0}})
}

func (f *fastCGI) write(records ...record) error {
	var all []byte
	for _, r := range records {
		all = append(all, fastCGIVersion, r.kind)
		all = binary.BigEndian.AppendUint16(all, r.id)
		all = binary.BigEndian.AppendUint16(all, uint16(len(r.content)))
		all = append(append(all, 0, 0), r.content...)
	}
	_, err := f.out.Write(all)
	return err
}

// fcgiPairs reads names and values (section 3.4).
func fcgiPairs(rest []byte) (vars, error) {
	v := vars{}
	for len(rest) > 0 {
		name, err := fcgiLength(&rest)
		if err != nil {
			return nil, err
		}
		value, err := fcgiLength(&rest)
		if err != nil {
			return nil, err
		}
		key, err := cut(&rest, name)
		if err != nil {
			return nil, err
		}
		if v[key], err = cut(&rest, value); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// fcgiLength reads a length of one byte, or of four where the first has its high bit set.
func fcgiLength(rest *[]byte) (int, error) {
	size := 1
	if len(*rest) > 0 && (*rest)[0]&0x80 != 0 {
		size = 4
	}
	text, err := cut(rest, size)
	if err != nil {
		return 0, err
	}
	if size == 1 {
		return int(text[0]), nil
	}
	return int(binary.BigEndian.Uint32([]byte(text)) &^ (1 << 31)), nil
}
