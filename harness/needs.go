package harness

import (
	"context"
	"strings"
)

// Needs is what a scenario needs of its lab beyond what every lab has. A runtime finds
// out by trying whether its labs can have it (Runtime.Supports).
type Needs uint

// The needs.
const (
	LimitedMemory Needs = 1 << iota // a limit on the lab's memory (control groups)
	Bandwidth                       // a queue that limits a link's rate (tbf)
	Latency                         // a link that delays: netem, or a wire of two TAP devices
)

var needsNames = []struct {
	one  Needs
	name string
}{{LimitedMemory, "limited memory"}, {Bandwidth, "bandwidth"}, {Latency, "latency"}}

// Has says whether one is among the needs.
func (n Needs) Has(one Needs) bool { return n&one != 0 }

// String is for people: "limited memory, latency".
func (n Needs) String() string {
	var names []string
	for _, known := range needsNames {
		if n.Has(known.one) {
			names = append(names, known.name)
		}
	}
	return strings.Join(names, ", ")
}

// support is what a runtime said of the needs that it was asked about.
type support struct {
	runtime Runtime
	said    map[Needs]error
}

// of returns nil, or why no lab can have what is needed. The runtime is asked once.
func (s *support) of(ctx context.Context, n Needs) error {
	if n == 0 {
		return nil
	}
	if err, asked := s.said[n]; asked {
		return err
	}
	s.said[n] = s.runtime.Supports(ctx, n)
	return s.said[n]
}
