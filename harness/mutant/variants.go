package mutant

import "slices"

// Variant is one way of being wrong.
type Variant struct {
	Name string
	// Is completes "a proxy that ...".
	Is string
	// Caught are scenarios that it must fail, for what it is. It may fail others.
	Caught []string
	// Warned are scenarios in which all that can be held against it is a Should.
	Warned []string
	// Dies: it takes its whole lab down, so nothing can be played beside it.
	Dies bool

	conduct conduct
}

// Variants are all proxies of the package but the honest one.
func Variants() []Variant { return slices.Clone(variants) }

// Scenarios by what an honest proxy makes of them.
var (
	// It knows at once that it cannot reach the upstream.
	notReached = []string{
		"crash/refused", "crash/restarted", "dns/nxdomain", "dns/servfail", "dns/refused", "dns/formerr", "dns/notimp",
		"dns/no-address", "dns/alias-loop", "dns/closed-port",
		"firewall/reset", "firewall/icmp-port", "firewall/icmp-host", "firewall/icmp-admin",
	}
	// So it does here; but whether it tried can be told from its own word alone.
	notTried = []string{"network/prohibited", "dns/ipv6-only"}
	// And here, in a lab of its own.
	noRoute = []string{"network/no-route"}
	// It waits in vain for an address.
	notResolvedInTime = []string{"dns/silent", "dns/astray"}
	// It waits in vain for a connection.
	notReachedInTime = []string{
		"overload/backlog-full", "dns/dead-address", "dns/stale-address", "firewall/syn-dropped", "firewall/replies-dropped",
		"network/host-gone", "network/link-down", "network/far",
	}
	// It waits in vain for an answer.
	notAnsweredInTime = []string{
		"overload/workers-busy", "overload/out-of-descriptors", "overload/frozen", "overload/starved", "overload/more-than-served", "slow/late", "slow/never", "slow/header-drip", "slow/header-stall",
	}
	// The upstream goes away while it is waited for.
	wentAway = []string{"crash/killed", "crash/reset", "crash/empty", "crash/reset-on-accept", "crash/cut-header", "misconfig/wants-fastcgi"}
	// What it reads is no answer.
	noAnswer = []string{
		"malformed/not-http", "malformed/bad-status-line", "malformed/header-nul",
		"malformed/header-too-large", "malformed/two-lengths", "malformed/tls-alert",
	}
	// Its status line is none.
	noStatus = []string{"malformed/status-99", "malformed/status-999", "malformed/status-line-http2", "malformed/status-line-empty"}
	// A line of its header is none.
	noHeader = []string{"malformed/header-no-colon", "malformed/length-negative", "malformed/length-no-number", "malformed/unknown-coding", "malformed/header-of-many-lines"}
	// It is no final answer.
	notFinal = []string{"malformed/only-100", "malformed/unasked-101"}
	// What is wrong with it may be refused, or put right.
	curable = []string{"malformed/obs-fold", "malformed/header-cr", "malformed/header-control", "malformed/length-and-chunks", "malformed/many-hints"}
	// It takes its time, and it is in time.
	inTime = []string{"slow/in-time", "overload/burst", "network/loss", "network/latency", "network/jitter"}
	// The body breaks off.
	brokenOff = []string{"body/reset", "body/reset-unsized", "body/no-last-chunk", "body/trailer-cut", "malformed/bad-chunk", "malformed/short-body", "firewall/cut", "slow/body-stall"}
)

var (
	late = slices.Concat(notReachedInTime, notAnsweredInTime, notResolvedInTime)
	bad  = slices.Concat(notReached, wentAway, noAnswer, noStatus, noHeader, notFinal)
)

var variants = []Variant{
	{
		Name: "no-timeout", Is: "waits for ever",
		Caught:  slices.Concat(late, []string{"firewall/cut", "slow/body-stall"}),
		conduct: conduct{patience: forEver},
	},
	{
		Name: "impatient", Is: "waits a third as long as it is told to",
		Caught:  slices.Concat(late, inTime, []string{"firewall/cut", "slow/body-stall"}),
		conduct: conduct{patience: aThird},
	},
	{
		Name: "slow-to-give-up", Is: "waits twice as long as it is told to",
		Caught:  slices.Concat(late, []string{"firewall/cut", "slow/body-stall"}),
		conduct: conduct{patience: twiceAsLong},
	},
	{
		Name: "reads-all", Is: "counts the whole body against the time between two reads",
		Caught:  []string{"slow/body-drip", "network/narrow"},
		conduct: conduct{readsAll: true},
	},
	{
		Name: "reads-any", Is: "waits for a header as long as any byte of it comes",
		Caught:  []string{"slow/header-drip"},
		conduct: conduct{readsAny: true},
	},
	{
		Name: "says-500", Is: "takes an upstream that it cannot reach for a fault of its own",
		Caught:  slices.Concat(notReached, notTried, noRoute, notReachedInTime, notResolvedInTime),
		conduct: conduct{tell: as500},
	},
	{
		Name: "says-502", Is: "does not tell a late upstream from a bad one",
		Caught:  late,
		conduct: conduct{tell: timeoutsAs502},
	},
	{
		Name: "disguises", Is: "hides every failure behind a friendly page",
		Caught:  slices.Concat(late, bad, curable, notTried, noRoute, []string{"overload/out-of-memory"}),
		conduct: conduct{tell: asPage},
	},
	{
		Name: "hangs-up", Is: "goes away without a word where its upstream did",
		Caught:  wentAway,
		conduct: conduct{tell: byHangingUp},
	},
	{
		Name: "blames", Is: "turns the upstream's own errors into a 502 of its own",
		Caught:  []string{"overload/shedding", "misconfig/wants-tls", "misconfig/misdirected"},
		conduct: conduct{blames: true},
	},
	{
		Name: "silent", Is: "tells nobody why",
		Warned:  slices.Concat(late, bad, noRoute, brokenOff),
		conduct: conduct{silent: true},
	},
	{
		Name: "pads", Is: "gives a body that broke off an end, so that it looks whole",
		Caught:  brokenOff,
		conduct: conduct{pads: true},
	},
	{
		Name: "leaks", Is: "passes on what is no HTTP as if it were HTTP/0.9",
		Caught:  slices.Concat(noStatus, []string{"malformed/not-http", "malformed/tls-alert", "malformed/bad-status-line"}),
		conduct: conduct{lenient: leniency{noHTTP: true}},
	},
	{
		Name: "takes-nul", Is: "passes on a NUL in a header",
		Caught:  []string{"malformed/header-nul"},
		conduct: conduct{lenient: leniency{nul: true}},
	},
	{
		Name: "takes-any-size", Is: "knows no limit to a header",
		Caught:  []string{"malformed/header-too-large", "malformed/header-of-many-lines"},
		conduct: conduct{lenient: leniency{anySize: true}},
	},
	{
		Name: "takes-first-length", Is: "believes the first of two lengths",
		Caught:  []string{"malformed/two-lengths"},
		conduct: conduct{lenient: leniency{anyLength: true}},
	},
	{
		Name: "takes-control", Is: "passes on control bytes in a header",
		Caught:  []string{"malformed/header-cr", "malformed/header-control"},
		conduct: conduct{lenient: leniency{control: true}},
	},
	{
		Name: "takes-any-line", Is: "takes every line of a header for a field",
		Caught:  []string{"malformed/header-no-colon", "malformed/space-before-colon", "malformed/obs-fold"},
		conduct: conduct{lenient: leniency{anyLine: true}},
	},
	{
		Name: "takes-any-number", Is: "takes no notice of a length that is no number",
		Caught:  []string{"malformed/length-negative", "malformed/length-no-number"},
		conduct: conduct{lenient: leniency{anyNumber: true}},
	},
	{
		Name: "prefers-length", Is: "believes a length where there are chunks",
		Caught:  []string{"malformed/length-and-chunks"},
		conduct: conduct{lenient: leniency{bothEnds: true}},
	},
	{
		Name: "takes-any-coding", Is: "passes on a body in a coding that it does not know",
		Caught:  []string{"malformed/unknown-coding"},
		conduct: conduct{lenient: leniency{anyCoding: true}},
	},
	{
		Name: "takes-any-status", Is: "takes any version and any number for a status line",
		Caught:  []string{"malformed/status-99", "malformed/status-999", "malformed/status-line-http2"},
		conduct: conduct{lenient: leniency{anyStatus: true}},
	},
	{
		Name: "takes-interim", Is: "takes the first answer for the one that was asked for",
		Caught:  slices.Concat(notFinal, []string{"malformed/many-hints"}),
		conduct: conduct{lenient: leniency{anyInterim: true}},
	},
	{
		Name: "takes-extra", Is: "takes what follows a body for more of it",
		Caught:  []string{"body/extra"},
		conduct: conduct{lenient: leniency{extra: true}},
	},
	{
		Name: "takes-any-body", Is: "passes on a body where there can be none",
		Caught:  []string{"body/of-204", "body/of-304", "body/head"},
		conduct: conduct{lenient: leniency{bodies: true}},
	},
	{
		Name: "refuses-twice", Is: "refuses an answer in which a field is said twice",
		Caught:  []string{"malformed/said-twice"},
		conduct: conduct{strict: pedantry{repetition: true}},
	},
	{
		Name: "wants-crlf", Is: "refuses lines that end with LF alone",
		Caught:  []string{"malformed/bare-lf"},
		conduct: conduct{strict: pedantry{bareLF: true}},
	},
	{
		Name: "repeats", Is: "sends a request again that may have been carried out",
		Caught:  slices.Concat(wentAway, noAnswer, noStatus, noHeader, notFinal, curable, notAnsweredInTime),
		conduct: conduct{repeats: true},
	},
	{
		Name: "knocks-twice", Is: "connects again where it was refused",
		Caught:  []string{"crash/refused", "crash/restarted", "dns/closed-port", "firewall/reset", "firewall/icmp-port"},
		conduct: conduct{knocks: true},
	},
	{
		Name: "never-forgives", Is: "never tries an upstream again that it once could not reach",
		Caught:  []string{"crash/refused", "crash/restarted", "dns/closed-port", "overload/backlog-full", "firewall/reset", "firewall/syn-dropped"},
		conduct: conduct{grudges: true},
	},
	{
		Name: "dies", Is: "crashes where an exchange fails",
		Caught:  []string{"crash/refused"},
		Dies:    true,
		conduct: conduct{dies: true},
	},
	{
		Name: "stays-with-address", Is: "sends requests to where a name once led, when it leads nowhere",
		Caught:  []string{"dns/nxdomain", "dns/servfail", "dns/refused", "dns/silent", "dns/formerr", "dns/no-address", "dns/astray"},
		conduct: conduct{staysWithAddress: true},
	},
	{
		Name: "takes-cut", Is: "takes a DNS answer that was cut for all there is",
		Caught:  []string{"dns/cut"},
		conduct: conduct{takesCut: true},
	},
	{
		Name: "takes-astray", Is: "takes any DNS answer for one to its query",
		Caught:  []string{"dns/astray"},
		conduct: conduct{takesAstray: true},
	},
	{
		Name: "first-address", Is: "tries the first address of a name and no other",
		Caught:  []string{"dns/one-dead"},
		conduct: conduct{firstAddress: true},
	},
	{
		Name: "starts-anyway", Is: "starts without an upstream whose name it has to learn at start",
		Caught:  []string{"dns/at-start"},
		conduct: conduct{startsAnyway: true},
	},
}
