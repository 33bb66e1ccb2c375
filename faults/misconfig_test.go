package faults_test

import (
	"github.com/badgateway/badgateway/faults"
	"github.com/badgateway/badgateway/harness"
)

var ofMisconfig = map[string]harness.Fault{
	"WrongPort": faults.WrongPort, "NoResolver": faults.NoResolver, "DeafResolver": faults.DeafResolver, "InvalidURL": faults.InvalidURL,
	"Unrouted":  faults.Unrouted,
	"EmptyPool": faults.EmptyPool, "ForeignProtocol": faults.ForeignProtocol, "Loop": faults.Loop, "WantsTLS": faults.WantsTLS,
	"Misdirected": faults.Misdirected, "WantsFastCGI": faults.WantsFastCGI,
}

var misled = harness.World{Misled: true, Setup: "misleads"}

var misconfigWorlds = map[string]harness.World{
	"WrongPort": misled, "NoResolver": misled, "DeafResolver": misled, "InvalidURL": misled, "Unrouted": misled, "EmptyPool": misled,
	"ForeignProtocol": misled, "Loop": misled,
}
