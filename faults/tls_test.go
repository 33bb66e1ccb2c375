package faults_test

import (
	"strings"
	"testing"
	"time"

	"github.com/badgateway/badgateway/faults"
	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/authority"
)

var overTLS = map[string]harness.Fault{
	"Aged": faults.Aged, "AncientTLS": faults.AncientTLS, "AsksWho": faults.AsksWho, "ClearText": faults.ClearText, "ClientsOnly": faults.ClientsOnly, "ClosedAfterHandshake": faults.ClosedAfterHandshake,
	"CutWithoutNotice": faults.CutWithoutNotice, "DefaultCertificate": faults.DefaultCertificate, "EarlyCertificate": faults.EarlyCertificate,
	"ExpiredCertificate": faults.ExpiredCertificate, "HandshakeClosed": faults.HandshakeClosed, "HandshakeReset": faults.HandshakeReset,
	"HandshakeStalled": faults.HandshakeStalled, "IncompleteChain": faults.IncompleteChain, "LongChain": faults.LongChain, "NameUnknown": faults.NameUnknown,
	"NoCommonCipher": faults.NoCommonCipher, "NoCommonProtocol": faults.NoCommonProtocol, "OldTLS": faults.OldTLS, "OtherAuthority": faults.OtherAuthority,
	"OtherName": faults.OtherName, "ResetInOpenBody": faults.ResetInOpenBody, "RevokedCertificate": faults.RevokedCertificate, "SelfSigned": faults.SelfSigned,
}

var tlsWorlds = overTLSWorlds()

// overTLSWorlds speak TLS, and have a process where one has to die.
func overTLSWorlds() map[string]harness.World {
	worlds := map[string]harness.World{}
	for name := range overTLS {
		worlds[name] = harness.World{TLS: true, Process: name == "CutWithoutNotice"}
	}
	return worlds
}

// What is wrong with a certificate, or with how TLS is spoken, is that alone: the script stays
// the healthy one.
func TestHowTLSIsSpoken(t *testing.T) {
	for name, want := range map[string]agent.ServerTLS{
		"ExpiredCertificate": {Shows: authority.Expired},
		"EarlyCertificate":   {Shows: authority.NotYetValid},
		"OtherName":          {Shows: authority.OtherName},
		"OtherAuthority":     {Shows: authority.OtherAuthority},
		"SelfSigned":         {Shows: authority.SelfSigned},
		"IncompleteChain":    {Shows: authority.Incomplete},
		"LongChain":          {Shows: authority.LongChain},
		"ClientsOnly":        {Shows: authority.OtherPurpose},
		"RevokedCertificate": {Shows: authority.Revoked},
		"DefaultCertificate": {Shows: authority.OtherName, ShowsUnasked: true},
		"NoCommonCipher":     {NoCipher: true},
		"NoCommonProtocol":   {Protocol: "http/1.1"},
		"OldTLS":             {Version: "1.2"},
		"AncientTLS":         {Version: "1.0"},
		"Aged":               {Shows: authority.Expired, Resumes: true},
		"AsksWho":            {AsksWho: true},
	} {
		with, _ := ordered(t, all[name], policyOf(2*time.Second))
		if with.host.TLS != want || with.host.Script != "serve" {
			t.Errorf("%s orders %+v and the script %s", name, with.host.TLS, with.host.Script)
		}
	}
}

// What breaks a handshake comes after the gateway's first words, and nothing of TLS with it.
func TestHowHandshakesBreak(t *testing.T) {
	for name, want := range map[string]string{
		"ClearText":            `read-hello; write "HTTP/1.1 400 Bad Request`,
		"HandshakeStalled":     `read-hello; hold`,
		"HandshakeClosed":      `read-hello; close`,
		"HandshakeReset":       `read-hello; reset`,
		"NameUnknown":          `read-hello; write "\x15\x03\x03\x00\x02\x02p"; close`, // 0x70 is 112
		"ClosedAfterHandshake": `handshake; close`,
	} {
		if with, _ := ordered(t, all[name], policyOf(2*time.Second)); !strings.HasPrefix(with.host.Script, want) {
			t.Errorf("%s orders %s, want %s...", name, with.host.Script, want)
		}
	}
}

// Who is slow is slow to answer, and not to shake hands: that has another timeout.
func TestWhoIsSlowShakesHandsFirst(t *testing.T) {
	for _, name := range []string{"InTime", "Late"} {
		if with, _ := ordered(t, all[name], policyOf(2*time.Second)); !strings.HasPrefix(with.host.Script, "handshake; wait ") {
			t.Errorf("%s orders %s", name, with.host.Script)
		}
	}
}
