package faults_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/badgateway/badgateway/faults"
	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

var ofPools = map[string]harness.Fault{
	"FailedEarlier": faults.FailedEarlier, "FailedOnce": faults.FailedOnce, "PlaceTaken": faults.PlaceTaken, "Retired": faults.Retired,
}

var ofKeptConnections = map[string]harness.Fault{
	"EndsAfterOne": faults.EndsAfterOne, "StaleClosed": faults.StaleClosed, "StaleReset": faults.StaleReset, "ClosedAfterAnswer": faults.ClosedAfterAnswer,
	"FlowsForgotten": faults.FlowsForgotten, "ExtraBytes": faults.ExtraBytes, "BodyOn204": faults.BodyOn204, "UnaskedAnswer": faults.UnaskedAnswer,
}

var poolWorlds = map[string]harness.World{
	"FailedEarlier": {Process: true}, "Retired": {Process: true},
}

// Who has a connection to himself finds nothing wrong with what the upstream says to his
// requests on it; what is wrong comes behind that.
func TestWhatComesBehindAnAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		second bool // request on the connection is the one that counts
		status int
		stray  bool // there is an answer more
		ends   agent.End
	}{
		"StaleClosed":       {false, 200, false, agent.EndFIN},
		"StaleReset":        {false, 200, false, agent.EndReset},
		"ClosedAfterAnswer": {true, 200, false, agent.EndFIN},
		"ExtraBytes":        {true, 200, true, agent.EndPatience},
		"BodyOn204":         {true, 204, true, agent.EndPatience},
		"UnaskedAnswer":     {true, 200, true, agent.EndPatience},
	} {
		t.Run(name, func(t *testing.T) {
			with, _ := ordered(t, all[name], policyOf(2*time.Second))
			text, _, _, end := played(t, with.host.Script)
			if c.second {
				text = strings.TrimPrefix(text, "HTTP/1.1 200 OK\r\n"+fmt.Sprintf("Content-Length: %d\r\n\r\n", len(script.Page))+script.Page)
			}
			first, behind, _ := strings.Cut(text, "\r\n\r\n")
			if c.status == 200 {
				behind = strings.TrimPrefix(behind, script.Page)
			}
			r, _ := agent.ReadResponse(strings.NewReader(first+"\r\n\r\n"+script.Page), "GET")
			if r.Status != c.status || !r.Whole {
				t.Errorf("a client finds %d, whole %v: %s", r.Status, r.Whole, r.Problem)
			}
			r, got := agent.ReadResponse(io.MultiReader(strings.NewReader(behind), iotest.ErrReader(end)), "GET")
			if c.stray != (r.Status == 409 && r.Whole) || c.stray == (r.Bytes == 0) {
				t.Errorf("behind it there is %q", behind)
			}
			if !c.stray && got != c.ends {
				t.Errorf("the connection ends by %s, want %s", got, c.ends)
			}
			if s := script.MustParse(with.host.Script); s[0].Count != 1 || len(s) != 2 || s[1].String() != "serve" {
				t.Errorf("more than one connection is played by %s", s[0])
			}
		})
	}
}

func TestWhatIsOrderedOfPools(t *testing.T) {
	for name, holds := range map[string]func(condition) bool{
		"FailedEarlier": func(c condition) bool { return c.host.Process == agent.Killed },
		"Retired":       func(c condition) bool { return c.host.Process == agent.Killed },
		"FailedOnce":    func(c condition) bool { return c.host.Script == "1 x read-request; reset, then serve" },
		"PlaceTaken":    func(c condition) bool { return c.host.Script == "1 x read-request; hold, then serve" },
		"FlowsForgotten": func(c condition) bool {
			return len(c.rules) == 1 && c.rules[0] == agent.Rule{Where: agent.Arriving, Older: true, Action: agent.Drop}
		},
	} {
		if with, _ := ordered(t, all[name], policyOf(2*time.Second)); !holds(with) {
			t.Errorf("%s orders %+v", name, with)
		}
	}
}
