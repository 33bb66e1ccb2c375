package harness

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/badgateway/badgateway/harness/agent"
)

// Needs is what a scenario needs of its lab beyond what every lab has. A runtime finds
// out by trying whether its labs can have it (Runtime.Supports).
type Needs uint

// The needs.
const (
	LimitedMemory Needs = 1 << iota // a limit on the lab's memory (control groups)
	Bandwidth                       // a queue that limits a link's rate (tbf)
	Latency                         // a link that delays: netem, or a wire of two TAP devices
	LimitedPorts                    // a limit on the ports that the gateway's kernel takes for its connections
	ClientSocket                    // a client at a unix socket of the gateway's own
	Applications                    // an upstream that is an Application
	VirtualTime                     // a gateway that lives by a virtual clock
)

// AbilityMemory is to limit a lab's memory, AbilityFiles to reach the gateway's files,
// AbilityRoots to make an upstream's program a root of its own, AbilityTracing to trace the
// gateway. The other abilities are the agent's, which tries them (agent.Client.Try).
const (
	AbilityMemory  = "memory"
	AbilityFiles   = "files"
	AbilityRoots   = "roots"
	AbilityTracing = "tracing"
)

// known says of each need what it is called, what is wrong without it, and which abilities
// bring it, any of them.
var known = []struct {
	one        Needs
	name, lack string
	by         []string
}{
	{LimitedMemory, "limited memory", "a lab's memory cannot be limited", []string{AbilityMemory}},
	{Bandwidth, "bandwidth", "a link's rate cannot be limited", []string{agent.AbilityTBF}},
	{Latency, "latency", "a link cannot be made to delay", []string{agent.AbilityNetem, agent.AbilityTUN}},
	{LimitedPorts, "limited ports", "the gateway's ephemeral ports cannot be limited", []string{agent.AbilityPorts}},
	{ClientSocket, "a client at a unix socket", "no client can be at a unix socket of the gateway's", []string{AbilityFiles}},
	{Applications, "an application server", "no application server can be an upstream", []string{AbilityRoots}},
	{VirtualTime, "a virtual clock", "the gateway cannot live by a virtual clock", []string{AbilityTracing}},
}

// Has says whether one is among the needs.
func (n Needs) Has(one Needs) bool { return n&one != 0 }

// String is for people: "limited memory, latency".
func (n Needs) String() string {
	var names []string
	for _, k := range known {
		if n.Has(k.one) {
			names = append(names, k.name)
		}
	}
	return strings.Join(names, ", ")
}

// Lacking returns nil, or the Lack of the first need that cannot be had. It finds out by
// try, which does what an ability names and returns nil, a Lack, or what kept it from
// finding out, which Lacking returns as it is.
func (n Needs) Lacking(try func(ability string) error) error {
	for _, k := range known {
		if !n.Has(k.one) {
			continue
		}
		if err := anyOf(k.by, try); IsLack(err) {
			return &Problem{Blame: BlameOf(err), Lack: true, What: k.lack, Err: err, Hint: Hint(err)}
		} else if err != nil {
			return err
		}
	}
	return nil
}

// anyOf returns nil where one of the abilities is there.
func anyOf(abilities []string, try func(string) error) error {
	var lacks []error
	for _, ability := range abilities {
		err := try(ability)
		if !IsLack(err) {
			return err
		}
		lacks = append(lacks, err)
	}
	slices.Reverse(lacks) // the last resort's is the one to do something about
	return errors.Join(lacks...)
}

// Tried is the error of an agent that was told to try an ability: if it says no, that is a
// Lack; if it says nothing, it is not known.
func Tried(ability string, err error, hint string) error {
	if err == nil || errors.Is(err, agent.ErrGone) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &Problem{Lack: true, What: "trying " + ability, Err: err, Hint: hint}
}

// support is what a runtime said of the needs that it was asked about.
type support struct {
	runtime Runtime
	said    map[Needs]error
}

// of returns nil, or why no lab can have what is needed. The runtime is asked once.
func (s *support) of(ctx context.Context, n Needs) error {
	if err, asked := s.said[n]; asked {
		return err
	}
	s.said[n] = s.runtime.Supports(ctx, n)
	return s.said[n]
}
