package harness

import (
	"errors"
	"fmt"
)

// Outlasts: the fault is gone, and the next visitor is not served yet.
func Outlasts() Check {
	return Check{Title: "does not serve the first request after the fault", Judge: func(p Policy, e *Evidence) error {
		switch r := e.Recovery; {
		case r.Failed > 0:
			return nil
		case shortest(p) > 0 && r.Asked >= shortest(p):
			return Doubt(fmt.Sprintf("the first request after the fault was served, but nobody asked before %v were over", milliseconds(r.Asked)))
		}
		return errors.New("the first request after the fault was served")
	}}
}
