package harness

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/badgateway/badgateway/harness/agent"
)

// Checks of answers that a gateway may refuse or put right, as the RFCs leave it to him.

// refusesOr: it answers 502, or 200 with what is said of it.
func refusesOr(what string, holds func(agent.Response) error) Check {
	c := Check{Title: "answers 502 Bad Gateway, or 200 OK with " + what}
	c.Judge = func(_ Policy, e *Evidence) error {
		switch status := e.Exchange.Response.Status; {
		case e.Outcome == Answered && status == http.StatusBadGateway:
			return nil
		case (e.Outcome == Answered || e.Outcome == Repaired) && status == http.StatusOK:
			return holds(e.Exchange.Response)
		}
		return fmt.Errorf("the client saw %s", e.Saw())
	}
	return c
}

// RefusesOrCleans: the field reaches the client with that value, if any answer does: what may
// not be in one was replaced by spaces, of which several are as good as one.
func RefusesOrCleans(field, value string) Check {
	return refusesOr(fmt.Sprintf("%s: %s", field, value), func(r agent.Response) error {
		if got := r.Get(field); !sameWords(got, value) {
			return fmt.Errorf("the client saw %s: %q", field, got)
		}
		return nil
	})
}

// sameWords knows space and tab, and no other white space: a CR is none in a header.
func sameWords(a, b string) bool {
	blank := func(r rune) bool { return r == ' ' || r == '\t' }
	return strings.Join(strings.FieldsFunc(a, blank), " ") == strings.Join(strings.FieldsFunc(b, blank), " ")
}

// RefusesOrKeepsPage: the whole page reaches the client, if any answer does, with one way to
// tell where it ends.
func RefusesOrKeepsPage() Check {
	return refusesOr("the whole page", func(r agent.Response) error {
		if length := r.Get("Content-Length"); length != "" && r.Get("Transfer-Encoding") != "" {
			return fmt.Errorf("the client saw a Content-Length of %s and chunks", length)
		}
		return wholePage(r)
	})
}

// PassedOn is the standard expectation where an upstream's answer is to be passed on at once.
func PassedOn(status int) []Check {
	return []Check{Answers(status), AnswersInTime(Immediately), Tries(1), Recovers(), Names(""), HidesVersion()}
}

// Repairs: a whole answer is made of one that was none.
func Repairs(status int) Check { return Ends(status, Repaired) }
