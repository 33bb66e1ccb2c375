package harness

import (
	"context"
	"testing"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

func answered(status int, fields ...agent.Field) *Evidence {
	e := &Evidence{Outcome: Answered}
	e.Exchange.Response = agent.Response{Status: status, Whole: true, Bytes: 1, Fields: fields, Start: []byte(script.Page), Tail: []byte(script.Page)}
	return e
}

func as(o Outcome, e *Evidence) *Evidence { e.Outcome = o; return e }

func TestRefusedOrPutRight(t *testing.T) {
	trace := func(v string) agent.Field { return agent.Field{Name: "X-Trace", Value: v} }
	length, chunks := agent.Field{Name: "Content-Length", Value: "10"}, agent.Field{Name: "Transfer-Encoding", Value: "chunked"}
	torn := answered(200)
	torn.Exchange.Response.Tail = []byte(script.FirstLine)
	cleans, keeps := RefusesOrCleans("X-Trace", "abc def"), RefusesOrKeepsPage()
	for _, c := range []struct {
		name  string
		check Check
		e     *Evidence
		holds bool
	}{
		{"refused", cleans, answered(502), true},
		{"refused with nothing", cleans, as(Closed, answered(0)), false},
		{"timed out", cleans, answered(504), false},
		{"unfolded", cleans, as(Repaired, answered(200, trace("abc   def"))), true},
		{"unfolded with a tab", cleans, answered(200, trace("abc\tdef")), true},
		{"as it came", cleans, answered(200, trace("abc\rdef")), false},
		{"the first line alone", cleans, answered(200, trace("abc")), false},
		{"the fold as a field", cleans, answered(200, trace("abc"), agent.Field{Name: " def"}), false},
		{"cut", cleans, as(Truncated, answered(200, trace("abc def"))), false},
		{"the page", keeps, as(Repaired, answered(200)), true},
		{"the page in chunks", keeps, answered(200, chunks), true},
		{"the page with a length and in chunks", keeps, answered(200, length, chunks), false},
		{"half a page", keeps, torn, false},
		{"no page", keeps, answered(502), true},
	} {
		if err := c.check.Judge(Policy{}, c.e); (err == nil) != c.holds {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestWhatFollowsAndWhatIsSpared(t *testing.T) {
	e := answered(200)
	e.Exchange.Head, e.Exchange.Sent = 100, 100
	if SendsNothingMore().Judge(Policy{}, e) != nil || SparesBody().Judge(Policy{}, e) != nil || LetsSendBody().Judge(Policy{}, e) == nil {
		t.Error("an answer that nothing follows, before the body")
	}
	e.Exchange.Sent, e.Exchange.Response.Extra = 101, 1
	if SendsNothingMore().Judge(Policy{}, e) == nil || SparesBody().Judge(Policy{}, e) == nil || LetsSendBody().Judge(Policy{}, e) != nil {
		t.Error("an answer that something follows, after the body")
	}
}

// A repair is a whole healthy page from an upstream that sent none, and nothing else is.
func TestWhatARepairIs(t *testing.T) {
	invalid, valid := Fault{Invalid: true}, Fault{}
	spared := answered(200)
	spared.Spared = 1
	other := answered(200)
	other.Exchange.Response.Start = []byte("<html>")
	for name, c := range map[string]struct {
		fault Fault
		e     *Evidence
		route *Route
		want  bool
	}{
		"a healthy page":          {invalid, answered(200), nil, true},
		"of a valid answer":       {valid, answered(200), nil, false},
		"with another status":     {invalid, answered(999), nil, false},
		"that was cut":            {invalid, as(SilentlyTruncated, answered(200)), nil, false},
		"of the spare":            {invalid, spared, nil, false},
		"of the gateway's own":    {invalid, other, nil, false},
		"of somebody's own route": {invalid, answered(200), &Route{Healthy: 200}, false},
	} {
		b := &Bay{Site: Site{Route: c.route}}
		if got := b.repaired(c.fault, c.e); got != c.want {
			t.Errorf("a page %s is a repair: %v", name, got)
		}
	}
	if got := as(Repaired, answered(200)).Saw(); got != "200 OK, repaired" {
		t.Errorf("a repair is told as %q", got)
	}
}

func TestAVisitorMisbehavesUntilItIsReverted(t *testing.T) {
	b := &Bay{}
	larger := func(tr *Traffic) { tr.Body = 9 }
	if err := b.Misbehave(context.Background(), "asks for more", Offered, larger); err != nil {
		t.Fatal(err)
	}
	if got := b.visiting(Traffic{Method: "POST", Body: 1}); got != (Traffic{Method: "POST", Body: 9}) {
		t.Errorf("the visitor asks %+v", got)
	}
	if err := b.revert(context.Background()); err != nil || b.visiting(Traffic{}) != (Traffic{}) {
		t.Errorf("reverted (%v) it asks %+v", err, b.visiting(Traffic{}))
	}
	sham := &Bay{sham: true}
	if err := sham.Misbehave(context.Background(), "asks for more", Offered, larger); err != nil || sham.visiting(Traffic{}) != (Traffic{}) {
		t.Error("a sham was made")
	}
}

func TestWhoOfferedAndWhoDeparted(t *testing.T) {
	e := &Evidence{Exchange: agent.Exchange{Head: 100, Sent: 100, End: agent.EndLeft}}
	for _, proof := range []Proof{Offered, Departed} {
		if said, err := proof(e); err == nil {
			t.Errorf("of nothing sent it says %q", said)
		}
	}
	e.Exchange.Sent = 150
	if said, err := Departed(e); err != nil || said != "the client sent 50 bytes of its body and went away" {
		t.Errorf("it says %q, %v", said, err)
	}
	e.Exchange.End = agent.EndComplete
	if said, err := Departed(e); err == nil {
		t.Errorf("of one that stayed it says %q", said)
	}
	e.Exchange.Sent = 99
	if said, err := Announced(9)(e); err == nil {
		t.Errorf("of half a head it says %q", said)
	}
	e.Exchange.Sent = 100
	if said, err := Announced(9)(e); err != nil || said != "the client said that it sends 9 bytes" {
		t.Errorf("of a head it says %q, %v", said, err)
	}
	if OutcomeOf(agent.Exchange{End: agent.EndLeft}) != Left {
		t.Error("who left is not told apart from who was left")
	}
}
