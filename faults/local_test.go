package faults_test

import (
	"github.com/badgateway/badgateway/faults"
	"github.com/badgateway/badgateway/harness"
)

var ofLocal = map[string]harness.Fault{
	"Reloaded": faults.Reloaded, "Stopped": faults.Stopped, "Quit": faults.Quit, "WorkerKilled": faults.WorkerKilled,
	"ConnectionsUsedUp": faults.ConnectionsUsedUp, "NoConnectionLeft": faults.NoConnectionLeft, "GatewayDescriptors": faults.GatewayDescriptors,
	"DiskFull": faults.DiskFull, "TooManyRequests": faults.TooManyRequests,
	"ClientGivesUp": faults.ClientGivesUp, "HalfHeader": faults.HalfHeader, "UnreadAnswer": faults.UnreadAnswer,
	"PortsUsedUp": faults.PortsUsedUp,
}

var itself = harness.World{Alone: true}

var localWorlds = map[string]harness.World{
	"Reloaded": itself, "Stopped": itself, "Quit": itself, "WorkerKilled": itself, "ConnectionsUsedUp": itself,
	"NoConnectionLeft": itself, "GatewayDescriptors": itself, "DiskFull": misled, "TooManyRequests": misled,
	"PortsUsedUp": {Alone: true, Needs: harness.LimitedPorts},
}
