package harness

import (
	"context"
	"strings"
	"testing"
)

// untraced is a gateway that says something and ends, as often as it is told to.
type untraced struct {
	*play
	says  string
	times int
}

func (u *untraced) Open(ctx context.Context, spec LabSpec) (*Lab, error) {
	lab, err := u.play.Open(ctx, spec)
	if err == nil {
		lab.Gateway = u
	}
	return lab, err
}

func (u *untraced) Start(context.Context) error {
	if u.times == 0 {
		return nil
	}
	u.times--
	u.log.Write([]byte(u.says + "\n"))
	return errGatewayEnded
}

// It is the lab that is to blame where a gateway could not be traced, and another is made, once.
func TestAGatewayThatCouldNotBeTracedGetsASecondLab(t *testing.T) {
	const tracers, gateways = "agent: looking for the lab's clock: connection refused", "[emerg] unknown directive"
	for _, c := range []struct {
		says        string
		times, labs int
		err         string
	}{
		{tracers, 1, 2, ""},
		{tracers, 2, 2, "the gateway could not be traced: looking for the lab's clock: connection refused"},
		{gateways, 1, 1, "the gateway did not start: " + gateways},
	} {
		u := &untraced{newPlay(), c.says, c.times}
		lab, err := Open(t.Context(), u, u)
		if err == nil {
			err = lab.Close()
		}
		said := ""
		if err != nil {
			said = err.Error()
		}
		if u.labs != c.labs || (c.err == "") != (said == "") || !strings.Contains(said, c.err) {
			t.Errorf("%q, %d times: %d labs, and %q", c.says, c.times, u.labs, said)
		}
	}
}
