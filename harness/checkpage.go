package harness

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/badgateway/badgateway/harness/script"
)

// Checks of what stands in an answer.

// OwnPage: the answer's body is the gateway's own and not the upstream's.
func OwnPage() Check {
	return Check{Title: "shows a page of its own", Judge: func(_ Policy, e *Evidence) error {
		r := e.Exchange.Response
		if r.Body == 0 {
			return errors.New("the answer has no body")
		}
		if upstreams(r.Start) || bytes.HasSuffix(r.Tail, []byte(script.LastLine)) {
			return errors.New("the page is the upstream's")
		}
		return nil
	}}
}

// Loses: a field that the gateway sets on the healthy answer is not on this one.
func Loses(field string) Check {
	return Check{Title: "loses its " + field, Judge: func(_ Policy, e *Evidence) error {
		if e.Healthy.Get(field) == "" {
			return errors.New("the healthy answer does not have it either")
		}
		if got := e.Exchange.Response.Get(field); got != "" {
			return fmt.Errorf("the answer says %s: %s", field, got)
		}
		return nil
	}}
}

// LosesUpstreams: a field of the upstream's answer does not reach the client.
func LosesUpstreams(field string) Check {
	return Check{Title: "loses the upstream's " + field, Judge: func(_ Policy, e *Evidence) error {
		if got := e.Exchange.Response.Get(field); got != "" {
			return fmt.Errorf("the answer says %s: %s", field, got)
		}
		return nil
	}}
}
