package harness

// Setup names what a gateway's configuration does beyond its reference, in words that hold
// for every product. An adapter knows what it is in the product's own; one that does not
// says so (Gateway.Fits). "" is the reference.
type Setup string

// The setups of bodies.
const (
	Unbuffered     Setup = "unbuffered"      // answers are passed on as they come, and not collected first
	Compress       Setup = "compress"        // answers are compressed for clients who take that
	Streamed       Setup = "streamed"        // requests are passed on as they come, and not collected first
	LargeRequests  Setup = "large-requests"  // requests of any size are taken
	HurriedClients Setup = "hurried-clients" // a client has a second for each piece of its request's body
)

// The setups of pools.
const (
	Spare          Setup = "spare"            // the last server is asked only when the others have failed
	SpareForAll    Setup = "spare-for-all"    // and then for requests too that may have been carried out
	SpareForBusy   Setup = "spare-for-busy"   // and when they say that they are busy (503)
	SpareForGone   Setup = "spare-for-gone"   // and the first is marked as out of service
	Forgiving      Setup = "forgiving"        // servers that failed are asked again with the next request
	ForgivingSoon  Setup = "forgiving-soon"   // so they are, and they have less time for their answers
	ForgivingBusy  Setup = "forgiving-busy"   // so they are, and the next one is asked when one says that it is busy (503)
	Grudging       Setup = "grudging"         // servers that failed are left alone for two seconds
	OneConnection  Setup = "one-connection"   // the upstream gets one connection at a time
	TwoTries       Setup = "two-tries"        // at most two servers are asked for one request
	TriesForSecond Setup = "tries-for-second" // no further server is asked after a second
	Bound          Setup = "bound"            // each client is bound to a server
)

// The setups of connections that are kept.
const (
	Unsaid       Setup = "unsaid"        // the upstream is a pool of one, in which nobody speaks of keeping connections
	Kept         Setup = "kept"          // connections to the upstream are kept
	KeptUntried  Setup = "kept-untried"  // and no request is sent again
	KeptGrudging Setup = "kept-grudging" // and servers that failed are left alone for two seconds
)

// The setups of protocols.
const (
	NoUpgrade Setup = "no-upgrade" // the wish for a WebSocket is not passed on
	AlsoPlain Setup = "also-plain" // clients may speak HTTP in clear text, too
)

// The setups of misconfigurations.
const (
	PassesToWrongPort    Setup = "passes to the wrong port"
	HasNoResolver        Setup = "has no resolver"
	AsksDeafResolver     Setup = "asks a resolver that does not exist"
	PassesToNoURL        Setup = "passes to what is no URL"
	PassesNothingOn      Setup = "passes nothing on"
	HasAllDown           Setup = "has all servers marked as down"
	SpeaksFastCGI        Setup = "speaks FastCGI to whatever is there"
	PassesToItself       Setup = "passes to itself"
	MasksErrors          Setup = "gives errors another status"
	InterceptsErrors     Setup = "gives the upstream's errors a page of its own"
	FieldsOnSuccess      Setup = "sets fields on success only"
	HasSmallHeaderBuffer Setup = "has a small buffer for headers"
)

// The setups of the gateway's own machine and process.
const (
	HasFewConnections   Setup = "has few connections"
	HasFewerConnections Setup = "has few connections, and one of them to spare"
	HasFewDescriptors   Setup = "has few descriptors"
	EndsOldWorkersSoon  Setup = "gives old workers little time to end"
	SpoolsToFullDisk    Setup = "spools requests to a full disk"
	LimitsRate          Setup = "limits the rate of requests"
	LimitsClients       Setup = "limits how much a client may ask at once"
	KeepsNoConnection   Setup = "opens a connection to the upstream for each request"
	EndsWithClient      Setup = "asks upstreams no longer than the client waits"
	OutlivesClient      Setup = "asks upstreams whether the client waits or not"
	HurriesHeaders      Setup = "gives clients little time for their header"
	SpillsToFullDisk    Setup = "keeps answers that a client does not read on a full disk"
)

// The setups of overload.
const (
	LimitsAll Setup = "limits how much may be asked at once"
	AsksAll   Setup = "asks every server of a pool, however often they failed"
)

// The setups of TLS to the upstream.
const (
	VerifiesNothing Setup = "verifies no certificate"
	SaysNoName      Setup = "says no name in the handshake" // RFC 6066 3
	LooksUpRevoked  Setup = "looks certificates up in a list of revoked ones"
	SpeaksOnlyTLS12 Setup = "speaks TLS 1.2 alone"
	SpeaksOnlyTLS13 Setup = "speaks TLS 1.3 alone"
)

// The setups of an edge: a cache in front of the gateway that passes on to the upstream.
const (
	EdgeKeeps          Setup = "has an edge that keeps answers"
	EdgeKeepsBriefly   Setup = "has an edge that keeps answers for a second"
	EdgeGivesOld       Setup = "has an edge that gives old answers where there are no new ones"
	EdgeWaitsFirst     Setup = "has an edge that gives old answers once it has waited for new ones"
	EdgeGivesOldAtOnce Setup = "has an edge that gives old answers while it asks for new ones"
	EdgeKeepsErrors    Setup = "has an edge that keeps errors"
	EdgeSpeaksHTTP11   Setup = "has an edge that asks in HTTP/1.1"
	EdgeSpeaksHTTP10   Setup = "has an edge that asks in HTTP/1.0"
	EdgeGivesUpFirst   Setup = "has an edge that is less patient than what it is in front of"
	EdgeCanBePassed    Setup = "has an edge that can be asked past its cache"
	EdgeCanBePurged    Setup = "has an edge that gives old answers, and from which they can be purged"
	EdgeAsksOnce       Setup = "has an edge that lets one request for an answer wait for another"
	EdgeOfNobody       Setup = "has an edge in front of nobody"
	EdgeAsksForAnother Setup = "has an edge that asks for another host"
	EdgeAsksForRanges  Setup = "has an edge that asks for a page in ranges"
)

// SliceSize is how long a range is that an EdgeAsksForRanges asks for, in bytes: more than half of
// script.Page.
const SliceSize = 48
