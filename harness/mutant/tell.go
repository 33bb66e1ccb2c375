package mutant

import (
	"fmt"
	"net/http"

	"github.com/badgateway/badgateway/harness"
)

// What a client is told of a failure, and the ways to get that wrong.

// reply is an answer of the proxy's own. Without a status the client gets no answer:
// the connection is closed.
type reply struct {
	status int
	cause  string // for Proxy-Status; "" leaves the field out
	body   string
}

// truth is what the client is to be told (RFC 9209).
func truth(f *failure) reply {
	return reply{f.status(), f.kind, fmt.Sprintf("%d %s: %s\n", f.status(), http.StatusText(f.status()), f.kind)}
}

// reply is what the client is told.
func (c conduct) reply(f *failure) reply {
	r := truth(f)
	if c.tell != nil {
		r = c.tell(f)
	}
	if c.silent {
		r.cause = ""
	}
	return r
}

// as500 takes an upstream that it cannot reach for a fault of its own.
func as500(f *failure) reply {
	r := truth(f)
	if f.phase == harness.PhaseResolve || f.phase == harness.PhaseConnect {
		r.status = 500
	}
	return r
}

// timeoutsAs502 does not tell an upstream that is late from one that talks nonsense.
func timeoutsAs502(f *failure) reply {
	r := truth(f)
	if f.isTimeout() {
		r.status = 502
	}
	return r
}

// asPage tells nobody, monitoring included, that anything is wrong.
func asPage(*failure) reply { return reply{status: 200, body: "We will be back soon!\n"} }

// byHangingUp passes on the way an upstream went away instead of saying so.
func byHangingUp(f *failure) reply {
	if f.kind == connectionCut || f.kind == incomplete {
		return reply{}
	}
	return truth(f)
}

// blame finds the proxy at fault for what the upstream said of itself.
func (c conduct) blame(a *answer) *failure {
	if !c.blames || a.status < 400 {
		return nil
	}
	return malformed(harness.PhaseHeader, "the upstream said %d", a.status)
}
