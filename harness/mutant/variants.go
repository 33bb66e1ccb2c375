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
		"crash/refused", "crash/restarted", "dns/nxdomain", "dns/servfail", "dns/refused", "dns/closed-port",
		"firewall/reset", "firewall/icmp-port", "firewall/icmp-host", "firewall/icmp-admin",
	}
	// So it does here; but whether it tried can be told from its own word alone.
	notTried = []string{"network/prohibited"}
	// And here, in a lab of its own.
	noRoute = []string{"network/no-route"}
	// It waits in vain for a connection.
	notReachedInTime = []string{
		"overload/backlog-full", "dns/dead-address", "dns/stale-address", "firewall/syn-dropped", "firewall/replies-dropped",
		"network/host-gone", "network/link-down", "network/far",
	}
	// It waits in vain for an answer.
	notAnsweredInTime = []string{
		"overload/workers-busy", "overload/out-of-descriptors", "overload/frozen", "slow/late", "slow/never", "slow/header-drip",
	}
	// The upstream goes away while it is waited for.
	wentAway = []string{"crash/killed", "crash/reset", "crash/empty", "crash/reset-on-accept", "crash/cut-header"}
	// What it reads is no answer.
	noAnswer = []string{
		"malformed/not-http", "malformed/bad-status-line", "malformed/header-nul",
		"malformed/header-too-large", "malformed/two-lengths", "malformed/tls-alert",
	}
	// It takes its time, and it is in time.
	inTime = []string{"slow/in-time", "network/loss", "network/latency", "network/jitter"}
	// The body breaks off.
	brokenOff = []string{"malformed/bad-chunk", "malformed/short-body", "firewall/cut", "slow/body-stall"}
)

var (
	late = slices.Concat(notReachedInTime, notAnsweredInTime, []string{"dns/silent"})
	bad  = slices.Concat(notReached, wentAway, noAnswer)
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
		Caught:  slices.Concat(notReached, notTried, noRoute, notReachedInTime, []string{"dns/silent"}),
		conduct: conduct{tell: as500},
	},
	{
		Name: "says-502", Is: "does not tell a late upstream from a bad one",
		Caught:  late,
		conduct: conduct{tell: timeoutsAs502},
	},
	{
		Name: "disguises", Is: "hides every failure behind a friendly page",
		Caught:  slices.Concat(late, bad, notTried, noRoute, []string{"overload/out-of-memory"}),
		conduct: conduct{tell: asPage},
	},
	{
		Name: "hangs-up", Is: "goes away without a word where its upstream did",
		Caught:  wentAway,
		conduct: conduct{tell: byHangingUp},
	},
	{
		Name: "blames", Is: "turns the upstream's own 503 into a 502 of its own",
		Caught:  []string{"overload/shedding"},
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
		Caught:  []string{"malformed/not-http", "malformed/tls-alert", "malformed/bad-status-line"},
		conduct: conduct{lenient: leniency{noHTTP: true}},
	},
	{
		Name: "takes-nul", Is: "passes on a NUL in a header",
		Caught:  []string{"malformed/header-nul"},
		conduct: conduct{lenient: leniency{nul: true}},
	},
	{
		Name: "takes-any-size", Is: "knows no limit to a header",
		Caught:  []string{"malformed/header-too-large"},
		conduct: conduct{lenient: leniency{anySize: true}},
	},
	{
		Name: "takes-first-length", Is: "believes the first of two lengths",
		Caught:  []string{"malformed/two-lengths"},
		conduct: conduct{lenient: leniency{anyLength: true}},
	},
	{
		Name: "repeats", Is: "sends a request again that may have been carried out",
		Caught:  slices.Concat(wentAway, noAnswer, notAnsweredInTime),
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
		Caught:  []string{"dns/nxdomain", "dns/servfail", "dns/refused", "dns/silent"},
		conduct: conduct{staysWithAddress: true},
	},
	{
		Name: "starts-anyway", Is: "starts without an upstream whose name it has to learn at start",
		Caught:  []string{"dns/at-start"},
		conduct: conduct{startsAnyway: true},
	},
}
