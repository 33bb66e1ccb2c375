package docker

import (
	"errors"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// What was found out once is not asked again.
func TestWhatLabsLackIsSaid(t *testing.T) {
	r := &Runtime{} // without an engine
	r.abilities.found = map[string]error{
		agent.AbilityTBF: harness.Tried(agent.AbilityTBF, errors.New("no"), ""), agent.AbilityNetem: nil,
	}
	if err := r.Supports(t.Context(), harness.Latency); err != nil {
		t.Errorf("a delay by netem: %v", err)
	}
	if err := r.Supports(t.Context(), harness.Bandwidth); !harness.IsLack(err) || !strings.Contains(err.Error(), "trying tbf: no") {
		t.Errorf("a rate: %v", err)
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
