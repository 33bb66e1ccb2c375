package docker

import (
	"errors"
	"testing"

	"github.com/badgateway/badgateway/harness"
)

func TestWhatLabsLackIsSaid(t *testing.T) {
	no := errors.New("no")
	other := errors.New("neither")
	for name, c := range map[string]struct {
		found lacks
		needs harness.Needs
		want  string
	}{
		"all":                {lacks{}, harness.Bandwidth | harness.Latency, ""},
		"by netem":           {lacks{taps: no}, harness.Latency, ""},
		"by a wire":          {lacks{netem: no}, harness.Latency, ""},
		"no delay":           {lacks{netem: no, taps: other}, harness.Latency, "no link can delay: no, and neither"},
		"no delay is needed": {lacks{netem: no, taps: other}, harness.Bandwidth, ""},
		"no rate":            {lacks{tbf: no}, harness.Bandwidth, "no link can be narrowed: no"},
		"no rate is needed":  {lacks{tbf: no}, harness.Latency, ""},
		"no rate, of two":    {lacks{tbf: no}, harness.Latency | harness.Bandwidth, "no link can be narrowed: no"},
	} {
		err := c.found.of(c.needs)
		if (err == nil) != (c.want == "") || err != nil && err.Error() != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// Memory can be limited everywhere, so no lab is made to find out.
func TestMemoryIsNotTried(t *testing.T) {
	r := &Runtime{} // without an engine
	for _, n := range []harness.Needs{0, harness.LimitedMemory} {
		if err := r.Supports(t.Context(), n); err != nil {
			t.Errorf("%v: %v", n, err)
		}
	}
}
