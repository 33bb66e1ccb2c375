package faults_test

import (
	"github.com/badgateway/badgateway/faults"
	"github.com/badgateway/badgateway/harness"
)

var ofEdge = map[string]harness.Fault{
	"HiddenByCache": faults.HiddenByCache, "GoneWhenExpired": faults.GoneWhenExpired, "SilentWhenExpired": faults.SilentWhenExpired,
	"AskedAgain": faults.AskedAgain, "FirstHeld": faults.FirstHeld, "OriginDown": faults.OriginDown, "WrongHost": faults.WrongHost,
	"Purged": faults.Purged, "RangesDisagree": faults.RangesDisagree,
}

var edgeWorlds = map[string]harness.World{
	"HiddenByCache": {Process: true}, "GoneWhenExpired": {Process: true}, "Purged": {Process: true, Setup: harness.EdgeCanBePurged}, "OriginDown": misled, "WrongHost": misled,
}
