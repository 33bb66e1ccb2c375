package scenarios

import (
	"github.com/badgateway/badgateway/faults"
	. "github.com/badgateway/badgateway/harness"
)

var network = []Scenario{
	{
		ID: "network/host-gone", Folklore: "502",
		Title:  "an upstream whose host has left the network is a gateway timeout, after the connect timeout",
		Why:    "TODO.",
		Fault:  faults.HostGone,
		Expect: Unanswered(),
	},
	{
		ID: "network/no-route", Folklore: "502",
		Title:  "an upstream to which there is no route is a bad gateway, at once",
		Why:    "TODO.",
		World:  World{Alone: true},
		Fault:  faults.NoRoute,
		Expect: BadGateway(Immediately, 0, "destination_ip_unroutable"),
	},
	{
		ID: "network/prohibited", Folklore: "502",
		Title:  "an upstream that a route prohibits is a bad gateway, at once",
		Why:    "TODO.",
		Fault:  faults.RouteProhibited,
		Expect: BadGateway(Immediately, 0, "destination_ip_prohibited"),
	},
	{
		ID: "network/link-down", Folklore: "502",
		Title:  "an upstream whose link is down is a gateway timeout, after the connect timeout",
		Why:    "TODO.",
		Fault:  faults.LinkDown,
		Expect: Unanswered(),
	},
	{
		ID: "network/narrow", Folklore: "504",
		Title:  "an answer that takes longer than the read timeout on a narrow link is waited for",
		Why:    "TODO.",
		World:  World{Needs: Bandwidth},
		Fault:  faults.Narrow,
		Expect: Relayed(200, ReadTimeout),
	},
	{
		ID: "network/loss", Folklore: "504",
		Title:  "a loss of packets is made up for by TCP",
		Why:    "TODO.",
		Fault:  faults.Loss,
		Expect: []Check{Answers(200), KeepsPage(), Tries(1), Recovers(), Names(""), HidesVersion()},
	},
	{
		ID: "network/latency", Folklore: "504",
		Title:  "an upstream that is half a connect timeout away is waited for",
		Why:    "TODO.",
		World:  World{Needs: Latency},
		Fault:  faults.Latency,
		Expect: Relayed(200, ConnectTimeout),
	},
	{
		ID: "network/far", Folklore: "504",
		Title:  "an upstream that is farther away than the connect timeout is a gateway timeout, after it",
		Why:    "TODO.",
		World:  World{Needs: Latency},
		Fault:  faults.Far,
		Expect: GatewayTimeout(ConnectTimeout, 1, "connection_timeout"),
	},
	{
		ID:     "network/jitter",
		Title:  "an upstream whose packets are late by varying times is waited for",
		Why:    "TODO.",
		World:  World{Needs: Latency},
		Fault:  faults.Jitter,
		Expect: Relayed(200, ConnectTimeout.Times(0.8)),
	},
}
