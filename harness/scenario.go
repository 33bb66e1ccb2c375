package harness

import "strings"

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
	World      World
	Traffic    Traffic
	Fault      Fault
	Expect     []Check
}

// Labels are what a filter can name: the cause, the phase, the gateway, the ID with a
// dash for its slash, which Ginkgo's grammar reserves.
func (s Scenario) Labels(gateway string) []string {
	labels := []string{string(s.Fault.Cause), string(s.Fault.Phase), gateway, strings.ReplaceAll(s.ID, "/", "-")}
	if s.Documented {
		labels = append(labels, "documented")
	}
	return labels
}
