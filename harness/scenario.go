package harness

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Scenario is one promise about a gateway under one fault.
type Scenario struct {
	ID    string // cause/name
	Title string // the promise, a sentence in the present tense
	// Why tells someone on call what happens here and what it means.
	Why string
	// Folklore is the status that everyone says this gives.
	Folklore string
	// Documented marks the one scenario that stands for its cause.
	Documented bool
	// Family is its cause, where the first part of its ID is none.
	Family Cause
	// Gateway is what it is played on, in a lab to itself; nil is the run's.
	Gateway Gateway
	World   World
	Traffic Traffic
	Fault   Fault
	Expect  []Check
	// Repair is what an administrator does about it, in the order in which it pays.
	Repair []Step
	// Route is the one that is broken, nil for a server of the gateway's own.
	Route *Route
	// Patience is how long the clients wait; zero is as long as the policy may need.
	Patience time.Duration
	// Waits is how long it is expected to take, where its checks do not say: labs that take
	// longest begin first.
	Waits time.Duration
	// Hasty does not wait for the gateway to forgive its upstream: another scenario of the
	// route does.
	Hasty bool
	// Insist has the visitor ask again where the fault was not met, as a gateway that has
	// several servers may not: a few times.
	Insist bool
}

// Key tells a run's scenarios from each other: "slow/never@GET https://shop.test/".
func (s Scenario) Key() string {
	if s.Route == nil {
		return s.ID
	}
	return s.ID + "@" + s.Route.ID
}

// Cause is the family that the scenario belongs to, the first part of its ID. What breaks in it
// may be a fault of another.
func (s Scenario) Cause() Cause {
	cause, _, _ := strings.Cut(s.ID, "/")
	return cmp.Or(s.Family, Cause(cause))
}

// Portable says that the scenario asks for nothing that only a configuration of its own can
// have, so that any route of any configuration can be broken in its way.
func (s Scenario) Portable() bool {
	return s.World.Plain() && !s.World.Crowd && s.Traffic == (Traffic{})
}

// Label is the ID as a filter can name it.
func (s Scenario) Label() string { return strings.ReplaceAll(s.ID, "/", "-") }

// Labels are what a filter can name: the cause, the phase, the gateway, the ID with a
// dash for its slash, which Ginkgo's grammar reserves.
func (s Scenario) Labels(gateway string) []string {
	labels := []string{string(s.Cause()), string(s.Fault.Phase), gateway, s.Label()}
	if s.Documented {
		labels = append(labels, "documented")
	}
	return labels
}

// logs says whether something of it is to be found in the gateway's log.
func (s Scenario) logs() bool {
	return slices.ContainsFunc(s.Expect, func(c Check) bool { return c.Log })
}
