// Package scenarios is the catalogue: one promise about a gateway for each fault. It
// is data; harness.Run holds the control flow. Everything that lists scenarios (the
// command line, the suites, the documentation) is made from All.
package scenarios

import (
	"slices"

	"github.com/badgateway/badgateway/harness"
)

// All returns the catalogue, cause by cause, in the order in which it is read.
func All() []harness.Scenario {
	all := slices.Concat(crash, overload, dns, firewall, malformed, slow, network, pool, reuse, misconfig, local, tls, certificates, https,
		body, send, fastcgi, uwsgi, scgi, memcached, grpc, socket, http10, websocket, client, edge)
	for i := range all {
		if len(all[i].Repair) == 0 {
			all[i].Repair = repairs[all[i].Cause()]
		}
	}
	return all
}

// Documented returns the one scenario of each cause that stands for it.
func Documented() []harness.Scenario {
	return slices.DeleteFunc(All(), func(s harness.Scenario) bool { return !s.Documented })
}
