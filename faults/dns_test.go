package faults_test

import (
	"github.com/badgateway/badgateway/faults"
	"github.com/badgateway/badgateway/harness"
)

var ofDNS = map[string]harness.Fault{
	"FormErr": faults.FormErr, "NotImp": faults.NotImp, "NoAddress": faults.NoAddress, "IPv6Only": faults.IPv6Only,
	"AliasLoop": faults.AliasLoop, "CutAnswer": faults.CutAnswer, "AstrayAnswer": faults.AstrayAnswer, "OneDead": faults.OneDead,
}
