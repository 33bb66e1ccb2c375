package scenarios

import (
	"github.com/badgateway/badgateway/faults"
	. "github.com/badgateway/badgateway/harness"
)

// takenUnseen is what happens where nobody looks: all is well, as it seems.
var takenUnseen = []Check{Answers(200), AnswersInTime(Immediately), KeepsPage(), Tries(1), Recovers(), Names(""), HidesVersion()}

// certificates is what can be wrong with the one that an upstream shows.
var certificates = []Scenario{
	{
		ID: "tls/expired", Folklore: "502",
		Title:  "an upstream whose certificate has expired is a bad gateway, at once",
		Why:    "Nobody renewed it, or the process was not told to load the new one. A gateway that verifies says 502 at once; NGINX lets the handshake finish, looks at the result and hangs up without an alert, so the upstream's log shows a good handshake and no request. The log's number is the library's: 10.",
		World:  World{TLS: true},
		Fault:  faults.ExpiredCertificate,
		Expect: BadGateway(Immediately, 1, "tls_certificate_error"),
	},
	{
		ID: "tls/resumed", Folklore: "502",
		Title:  "a certificate that has expired is not noticed in a session that is resumed",
		Why:    "The gateway looked at the certificate when the session began, and no more is shown to whom resumes one: what was good then counts as good. So requests go on after the hour in which the certificate expired, and stop with the next restart of either side, or when the upstream forgets the session: at some other time than everyone looks for. proxy_ssl_session_reuse is on by default.",
		World:  World{TLS: true},
		Fault:  faults.Aged,
		Expect: takenUnseen,
	},
	{
		ID: "tls/not-yet-valid", Folklore: "502",
		Title:  "an upstream whose certificate is not valid yet is a bad gateway, at once",
		Why:    "The certificate is fresh and somebody's clock is behind: a machine that has just booted without NTP, as a rule the gateway's. All upstreams whose certificates are new fail at once, the others go on. Look at `date` on the gateway before anything else.",
		World:  World{TLS: true},
		Fault:  faults.EarlyCertificate,
		Expect: BadGateway(Immediately, 1, "tls_certificate_error"),
	},
	{
		ID: "tls/wrong-name", Folklore: "502",
		Title:  "an upstream whose certificate is of another name is a bad gateway, at once",
		Why:    "A good certificate, for somebody else: the gateway came to another server than it thinks, or asks for a name that nobody had put into the certificate. The name that is asked for is proxy_ssl_name, by default the one in proxy_pass, and the log quotes it.",
		World:  World{TLS: true},
		Fault:  faults.OtherName,
		Expect: BadGateway(Immediately, 1, "tls_certificate_error"),
	},
	{
		ID: "tls/other-authority", Folklore: "502",
		Title:  "an upstream whose certificate is of another authority is a bad gateway, at once",
		Why:    "An internal authority, a new root, a proxy in between that makes certificates of its own: the chain ends with one that the gateway was not told to trust (proxy_ssl_trusted_certificate; NGINX looks at no store of the system by itself). Error 19 says that the root was sent along, 20 that it was not.",
		World:  World{TLS: true},
		Fault:  faults.OtherAuthority,
		Expect: BadGateway(Immediately, 1, "tls_certificate_error"),
	},
	{
		ID: "tls/self-signed", Folklore: "502",
		Title:  "an upstream whose certificate is signed by itself is a bad gateway, at once",
		Why:    "The certificate that a package or an appliance made for itself when it was installed. Error 18. It can be trusted as it is, by putting it into the gateway's list of authorities, which is better than not to look.",
		World:  World{TLS: true},
		Fault:  faults.SelfSigned,
		Expect: BadGateway(Immediately, 1, "tls_certificate_error"),
	},
	{
		ID: "tls/incomplete-chain", Folklore: "502",
		Title:  "an upstream that leaves out its intermediate certificate is a bad gateway, at once",
		Why:    "The upstream sends its own certificate and not the intermediate one that signed it. Browsers fetch or remember it, so everyone who looks with a browser says that all is well; a gateway does neither. Error 21, or 20. The upstream's file has to hold the whole chain.",
		World:  World{TLS: true},
		Fault:  faults.IncompleteChain,
		Expect: BadGateway(Immediately, 1, "tls_certificate_error"),
	},
	{
		ID: "tls/long-chain", Folklore: "502",
		Title:  "an upstream whose chain of certificates is too long is a bad gateway, at once",
		Why:    "Every certificate is there and good, and there are more of them than the gateway follows: proxy_ssl_verify_depth is 1 by default, and two intermediates are one too many. The error is 20, `unable to get local issuer certificate`, which sends people to look for an authority that is not missing.",
		World:  World{TLS: true},
		Fault:  faults.LongChain,
		Expect: BadGateway(Immediately, 1, "tls_certificate_error"),
	},
	{
		ID: "tls/wrong-purpose", Folklore: "502",
		Title:  "an upstream whose certificate is for clients only is a bad gateway, at once",
		Why:    "The certificate was issued for clients and somebody put it on a server, as happens where one authority serves both sides of mutual TLS. Error 26. The authority has to issue one whose extended key usage has serverAuth.",
		World:  World{TLS: true},
		Fault:  faults.ClientsOnly,
		Expect: BadGateway(Immediately, 1, "tls_certificate_error"),
	},
	{
		ID: "tls/revoked", Folklore: "502",
		Title:  "an upstream whose certificate was revoked is a bad gateway, at once",
		Why:    "The authority took the certificate back, and the gateway was given its list (proxy_ssl_crl). Error 23. Without the list nobody notices: NGINX asks no OCSP responder about upstreams. And with a list that is out of date every upstream of that authority is a bad gateway.",
		World:  World{TLS: true, Setup: LooksUpRevoked},
		Fault:  faults.RevokedCertificate,
		Expect: BadGateway(Immediately, 1, "tls_certificate_error"),
	},
	{
		ID: "tls/unnamed", Folklore: "502",
		Title:  "an upstream that shows another certificate to whom says no name is a bad gateway, at once",
		Why:    "The upstream has moved to an address that serves several names, and picks the certificate by the name that the handshake says. This gateway says none (proxy_ssl_server_name is off by default), is shown the first one, and finds that it does not match. What looks like a wrong certificate is a missing name.",
		World:  World{TLS: true, Setup: SaysNoName},
		Fault:  faults.DefaultCertificate,
		Expect: BadGateway(Immediately, 1, "tls_certificate_error"),
	},
	{
		ID: "tls/unverified-expired", Folklore: "502",
		Title:  "an expired certificate that nobody looks at is taken",
		Why:    "proxy_ssl_verify is off by default, so NGINX encrypts and does not look: the certificate may have expired years ago, and every request is answered. That is why such an upstream works through the gateway while everyone's browser refuses it, and why it breaks on the day when somebody turns verification on.",
		World:  World{TLS: true, Setup: VerifiesNothing},
		Fault:  faults.ExpiredCertificate,
		Expect: takenUnseen,
	},
	{
		ID: "tls/unverified-name", Folklore: "502",
		Title:  "a certificate of somebody else that nobody looks at is taken",
		Why:    "Without verification anybody who can answer at the upstream's address is the upstream: the traffic is encrypted for whoever is there. No status and no log line tells of it.",
		World:  World{TLS: true, Setup: VerifiesNothing},
		Fault:  faults.OtherName,
		Expect: takenUnseen,
	},
}
