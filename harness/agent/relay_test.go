package agent

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"testing"
)

// An agent that plays a gateway: it says what it was told, and then ends the connection.
func echo(t *testing.T, w *wire, reset bool) (said *bytes.Buffer, done chan struct{}) {
	said, done = &bytes.Buffer{}, make(chan struct{})
	go func() {
		defer close(done)
		for w.calls.Scan() {
			var call Call
			var p Piece
			if err := json.Unmarshal(w.calls.Bytes(), &call); err != nil {
				t.Errorf("%q: %v", w.calls.Bytes(), err)
			}
			json.Unmarshal(call.Args, &p)
			switch call.Op {
			case "connect":
				w.say(`{"id":%d,"result":7}`, call.ID)
			case "say":
				if p.Relay != 7 || len(p.Bytes) > mostPiece {
					t.Errorf("%d bytes are said on connection %d", len(p.Bytes), p.Relay)
				}
				said.Write(p.Bytes)
				w.say(`{"id":%d}`, call.ID)
			case "hear":
				piece, _ := json.Marshal(Piece{Bytes: said.Next(1000), End: !reset && said.Len() == 0, Reset: reset && said.Len() == 0})
				w.say(`{"id":%d,"result":%s}`, call.ID, piece)
			case "hangup":
				w.say(`{"id":%d}`, call.ID)
				return
			}
		}
	}()
	return said, done
}

func TestWhatIsSaidOnARelayIsHeard(t *testing.T) {
	for name, c := range map[string]struct {
		reset bool
		want  error
	}{"and then it ends": {false, nil}, "and then it is reset": {true, io.ErrUnexpectedEOF}} {
		t.Run(name, func(t *testing.T) {
			client, w := connect(t)
			_, done := echo(t, w, c.reset)
			r, err := client.Connect(t.Context(), Connect{})
			if err != nil {
				t.Fatal(err)
			}
			page := bytes.Repeat([]byte("0123456789"), 10_000)
			if n, err := r.Write(page); err != nil || n != len(page) {
				t.Fatalf("%d bytes were said: %v", n, err)
			}
			if err := r.CloseWrite(); err != nil {
				t.Fatal(err)
			}
			heard, err := io.ReadAll(r)
			if !bytes.Equal(heard, page) || !errors.Is(err, c.want) {
				t.Errorf("%d bytes were heard: %v", len(heard), err)
			}
			if err := errors.Join(r.Close(), r.Close()); err != nil { // the second says nothing
				t.Error(err)
			}
			<-done
		})
	}
}
