// Package harness holds the nouns of fault injection for reverse proxies and the one
// control flow there is: a Scenario promises what a Gateway does while a Fault breaks its
// World; Run opens labs, plays scenarios side by side in them, proves that each fault was
// delivered, and judges what was seen.
//
//	lab, err := harness.Open(ctx, runtime, gateway)
//	evidence, err := lab.Bays[0].While(ctx, faults.SYNDropped)
//
// A Runtime makes the labs and a Gateway knows one make of proxy; both are interfaces
// that other packages implement. This one imports no container engine and no test
// framework, and touches nothing outside a lab.
package harness
