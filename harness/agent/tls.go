package agent

import "github.com/badgateway/badgateway/harness/authority"

// ServerTLS is how a host speaks TLS. The zero value is as well as it can: in each version,
// with every cipher, to anybody.
type ServerTLS struct {
	// Shows is what is wrong with its certificate.
	Shows authority.Flaw `json:"shows,omitempty"`
	// ShowsUnasked has only who says no name (RFC 6066 3) see what is wrong with it.
	ShowsUnasked bool `json:"shows_unasked,omitempty"`
	// Version is the only one that it speaks: "1.2", "" is each.
	Version string `json:"version,omitempty"`
	// NoCipher leaves it none that anybody offers.
	NoCipher bool `json:"no_cipher,omitempty"`
	// Protocol is the only one of ALPN (RFC 7301) that it knows: "http/1.1", "" is each.
	Protocol string `json:"protocol,omitempty"`
	// Resumes has it know the sessions of the time before the order, as one does that was not
	// started anew: who resumes one is shown no certificate (RFC 8446 2.2).
	Resumes bool `json:"resumes,omitempty"`
	// AsksWho lets nobody in who shows no certificate of the lab's authority.
	AsksWho bool `json:"asks_who,omitempty"`
}

// How the handshake of a Secured event ended: whole, or as the continuation of an earlier
// session, in which no certificate is shown; refused by the host; declined by its peer, who said
// so with an alert, or left without a word. The reason follows the last three.
const (
	Whole    = "whole"
	Resumed  = "resumed"
	Refused  = "refused: "
	Declined = "declined: "
	Left     = "left: "
)
