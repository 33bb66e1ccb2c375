package harness

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"
)

// The checks of what is said: to the client, and in the gateway's log.

// Says: the body of the answer has that text in it. Of a long body only its beginning and its
// end are known.
func Says(text string) Check {
	return Check{Title: fmt.Sprintf("says %q", text), Judge: func(_ Policy, e *Evidence) error {
		r := e.Exchange.Response
		if bytes.Contains(r.Start, []byte(text)) || bytes.Contains(r.Tail, []byte(text)) {
			return nil
		}
		saw := fmt.Sprintf("the body begins with %.60q", r.Start)
		if r.Body > len(r.Tail) {
			return Doubt(saw + ", and its middle is not known")
		}
		return errors.New(saw)
	}}
}

// Carries: the answer has that field in its header, with that value; "" is any.
func Carries(field, value string) Check {
	title := "gives the field " + field
	if value != "" {
		title += ": " + value
	}
	return Check{Title: title, Judge: func(_ Policy, e *Evidence) error {
		var saw []string
		for _, f := range e.Exchange.Response.Fields {
			if !strings.EqualFold(f.Name, field) {
				continue
			}
			if value == "" || f.Value == value {
				return nil
			}
			saw = append(saw, fmt.Sprintf("%q", f.Value))
		}
		if saw == nil {
			return fmt.Errorf("the answer has no field %s", field)
		}
		return fmt.Errorf("it says %s", strings.Join(saw, ", "))
	}}
}

// Logs: the gateway's log has that text in a line about the exchange, or about its start.
func Logs(text string) Check {
	return Check{Title: fmt.Sprintf("logs %q", text), Log: true, Judge: func(_ Policy, e *Evidence) error {
		for _, l := range e.Log {
			if strings.Contains(l.Text, text) {
				return nil
			}
		}
		for _, line := range e.Startup {
			if strings.Contains(line, text) {
				return nil
			}
		}
		if len(e.Log) == 0 {
			return errors.New("it logged nothing of the exchange")
		}
		return fmt.Errorf("it says %.200q", e.Log[0].Text)
	}}
}

// Within: the exchange is over by then, as well as this machine can tell. It is for a budget of
// the client's; what the gateway's own settings come to is AnswersInTime's.
func Within(budget time.Duration) Check {
	return Check{Title: fmt.Sprintf("is done within %v", budget), Judge: func(p Policy, e *Evidence) error {
		got := e.Exchange.Ended
		if latest := budget + e.Slack(p, budget); got > latest {
			return fmt.Errorf("it took %v, expected %v at most", milliseconds(got), milliseconds(latest))
		}
		return nil
	}}
}
