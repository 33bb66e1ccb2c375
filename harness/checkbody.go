package harness

import (
	"errors"
	"fmt"
)

// Checks of bodies, both ways.

// SendsNothingMore: nothing follows the answer on the connection.
func SendsNothingMore() Check {
	return Check{Title: "sends nothing after the answer", Judge: func(_ Policy, e *Evidence) error {
		if n := e.Exchange.Response.Extra; n > 0 {
			return fmt.Errorf("%d bytes followed it", n)
		}
		return nil
	}}
}

// SparesBody: the client is told before it has sent its body.
func SparesBody() Check {
	return Check{Title: "tells the client before it has sent its body", Judge: func(_ Policy, e *Evidence) error {
		if n := e.Exchange.Sent - e.Exchange.Head; n > 0 {
			return fmt.Errorf("the client had sent %d bytes of it", n)
		}
		return nil
	}}
}

// LetsSendBody: the client is told to send its body, and does, before it is told more.
func LetsSendBody() Check {
	return Check{Title: "lets the client send its body first", Judge: func(_ Policy, e *Evidence) error {
		if n := e.Exchange.Sent - e.Exchange.Head; n == 0 {
			return errors.New("the client had sent nothing of it")
		}
		return nil
	}}
}
