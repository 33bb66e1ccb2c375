package harness

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Checks of what a crowd gets.

// errNoCrowd is what checks of a crowd say where there was none.
var errNoCrowd = errors.New("no crowd came")

// CrowdGets: every request of the crowd gets a whole answer with one of those statuses, and
// each of them is given to somebody.
func CrowdGets(statuses ...int) Check {
	said := make([]string, len(statuses))
	for i, s := range statuses {
		said[i] = statusText(s)
	}
	title := "has a whole answer for each of the crowd: " + strings.Join(said, " or ")
	return Check{Title: title, Judge: func(_ Policy, e *Evidence) error {
		if e.Load == nil {
			return errNoCrowd
		}
		for _, end := range e.Load.Ends {
			if end.Outcome != Answered || !slices.Contains(statuses, end.Status) {
				return fmt.Errorf("%d of %d got: %s", end.Count, e.Load.Requests, end)
			}
		}
		for _, s := range statuses {
			if e.Load.end(s).Count == 0 {
				return fmt.Errorf("none of %d got %s", e.Load.Requests, statusText(s))
			}
		}
		return nil
	}}
}

// CrowdWaits: nobody of the crowd waits for an answer with that status for longer than that
// time of the policy, and the slack that was measured meanwhile.
func CrowdWaits(status int, t Term) Check {
	title := fmt.Sprintf("keeps none of the crowd waiting for %s beyond: %s", statusText(status), t.Text)
	return Check{Title: title, Judge: func(p Policy, e *Evidence) error {
		if e.Load == nil {
			return errNoCrowd
		}
		late := time.Duration(e.Load.Late * float64(time.Second))
		want, got := t.Of(p), time.Duration(e.Load.end(status).Took.Max*float64(time.Second))
		slack, most := e.Slack(p, want)+late, shortest(p)/2
		if got <= want+min(slack, most) {
			return nil
		}
		err := fmt.Errorf("one of %d took %v, expected %v at most", e.Load.end(status).Count, milliseconds(got), milliseconds(want+min(slack, most)))
		if got < want+max(slack, most) {
			return Doubt(fmt.Sprintf("%v, and the machine may be the reason: some of them came %v late; %s", err, milliseconds(late), e.heard()))
		}
		return err
	}}
}

// Multiplies: the upstreams get that many requests for each one of a crowd's and the
// visitor's. (A few more may come of what the visitor tries afterwards.)
func Multiplies(n int) Check {
	return Check{Title: fmt.Sprintf("asks upstreams %d times for each request of the crowd", n), Judge: func(_ Policy, e *Evidence) error {
		if e.Load == nil {
			return errNoCrowd
		}
		asked := e.Load.Requests + 1
		if got := e.Load.Attempts; got < n*asked || got >= (n+1)*asked {
			return fmt.Errorf("%d connections were begun for %d requests", got, asked)
		}
		return nil
	}}
}
