package agent

import "golang.org/x/net/http2"

// http2Windows is how much of a request's body the other has room for (RFC 9113 5.2), in
// bytes. A window can be below zero.
type http2Windows struct {
	connection, stream int64
	initial            int64 // of a stream, as the other's settings have it
	frame              int64 // the most that one frame may hold
}

func (w *http2Windows) widen(f *http2.WindowUpdateFrame) {
	switch f.StreamID {
	case 0:
		w.connection += int64(f.Increment)
	case http2Stream:
		w.stream += int64(f.Increment)
	}
}

func (w *http2Windows) set(s http2.Setting) error {
	switch s.ID {
	case http2.SettingInitialWindowSize:
		w.stream += int64(s.Val) - w.initial
		w.initial = int64(s.Val)
	case http2.SettingMaxFrameSize:
		w.frame = int64(s.Val)
	}
	return s.Valid()
}
