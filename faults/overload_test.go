package faults_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/badgateway/badgateway/faults"
	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// ofOverload are those that come with a crowd.
var ofOverload = map[string]harness.Fault{
	"MoreThanServed": faults.MoreThanServed, "Burst": faults.Burst, "CrowdAtOnce": faults.CrowdAtOnce, "SlowPool": faults.SlowPool,
	"AlreadyAsking": faults.AlreadyAsking,
}

var crowded = harness.World{Crowd: true}

var overloadWorlds = map[string]harness.World{
	"MoreThanServed": crowded, "Burst": crowded, "CrowdAtOnce": crowded, "SlowPool": crowded, "AlreadyAsking": crowded,
}

// crowded is the condition that a fault orders in the lab, which keeps its load.
func (o *obedient) crowded(t *testing.T, name string) (with condition) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { _, with, _, _ = o.while(t, worldOf(all[name]), all[name]) })
	return with
}

// finished is when the workers have served all of a plan, one after the other.
func finished(at []time.Duration, workers int, service time.Duration) (last time.Duration) {
	free := make([]time.Duration, workers)
	for i, due := range at {
		w := i % workers
		free[w] = max(free[w], due) + service
		last = max(last, free[w])
	}
	return last
}

// Whether a crowd is served in time follows from the read timeout, whatever that is.
func TestCrowdsFollowThePolicy(t *testing.T) {
	for _, read := range []time.Duration{time.Second, 2 * time.Second, time.Minute} {
		for name, fits := range map[string]func(served, comes time.Duration) bool{
			// Of those who come last nobody is served in time, however late the first of them was.
			"MoreThanServed": func(served, comes time.Duration) bool { return served-comes > read*12/10 && comes < read/2 },
			"Burst":          func(served, comes time.Duration) bool { return comes == 0 && served > read*4/10 && served < read*6/10 },
			"CrowdAtOnce":    func(served, comes time.Duration) bool { return comes == 0 && served > read*12/10 },
		} {
			lab := &obedient{policy: policyOf(read), exited: make(chan struct{})}
			with := lab.crowded(t, name)
			_, service, _, _ := played(t, with.host.Script)
			at := lab.load.At
			if served := finished(at, with.host.Workers, service); !fits(served, at[len(at)-1]) {
				t.Errorf("%s with a read timeout of %v: the last of %d comes at %v and is served at %v", name, read, len(at), at[len(at)-1], served)
			}
		}
	}
}

func TestACrowdIsOfSeveralClients(t *testing.T) {
	for name, want := range map[string]int{"Burst": 16, "AlreadyAsking": 1} {
		lab := &obedient{policy: policyOf(time.Second), exited: make(chan struct{})}
		lab.crowded(t, name)
		visits := map[string]bool{}
		for _, a := range lab.load.Asks {
			visits[a.From.String()] = true
		}
		if len(visits) != want || visits[agent.Visitor(0).String()] != (want == 1) {
			t.Errorf("%s is asked for by %v", name, visits)
		}
	}
}
