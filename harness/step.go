package harness

// Step is one thing that an administrator does about a gateway error. Which ones pay, and in
// which order, is a scenario's to say.
type Step string

// The steps, from reading to changing.
const (
	ReadLogs       Step = "logs"
	CheckHealth    Step = "health"
	CurlFromProxy  Step = "curl"
	CheckFirewall  Step = "firewall"
	CheckDNS       Step = "dns"
	CheckNetwork   Step = "network"
	CheckCerts     Step = "certificates"
	CheckEdge      Step = "edge"
	FindSlow       Step = "slow"
	FixConfig      Step = "configuration"
	FixApplication Step = "application"
	RaiseTimeout   Step = "timeouts"
	RaiseLimits    Step = "limits"
	Restart        Step = "restart"
)

var steps = map[Step]string{
	ReadLogs:       "Read the gateway's error log for the visitor's address, and the upstream's own log of the same second: a request that only one of the two knows has died on the way.",
	CheckHealth:    "Look at the upstream's health and resources: is the process there (systemctl status), how full are memory (dmesg, oom), descriptors, workers and the accept queue (ss -ltn).",
	CurlFromProxy:  "Ask the upstream from the gateway's host, past the gateway: curl -v --connect-timeout 3 at the address, port, scheme and Host that the configuration names.",
	CheckFirewall:  "Look for a firewall or a security group in the way, in both directions: nft list ruleset on either host, and a capture on both to see which packets arrive.",
	CheckDNS:       "Ask the resolver that the gateway asks for the name (dig @RESOLVER NAME), and compare with what it last connected to; mind the TTL before a change is everywhere.",
	CheckNetwork:   "Follow the way to the upstream: ip route get, ip neigh, the link's state and counters (ip -s link), ping at full packet size.",
	CheckCerts:     "Look at what the upstream shows: openssl s_client -connect ADDRESS -servername NAME -CAfile CA; compare name, dates and issuer with what the gateway is told to trust.",
	CheckEdge:      "Look at the edge in front: its own status page, its cache status field, and whether the origin answers when it is asked past the edge.",
	FindSlow:       "Find what the upstream waits for: its slow log, a slow query, a lock, another service behind it; a stack of a worker that is at it tells most.",
	FixConfig:      "Correct the line of the gateway's configuration that is named above, test it (nginx -t) and reload.",
	FixApplication: "Correct what the upstream sends; the gateway is right to refuse it.",
	RaiseTimeout:   "Only when the work is meant to take that long: raise the timeout that decided, and those of everything in front of it to more than that.",
	RaiseLimits:    "Raise the limit or the buffer that was hit, or make that smaller which hits it.",
	Restart:        "Start the upstream again, or give it more workers, and see that the first request after it is served.",
}

// String is the step as a sentence.
func (s Step) String() string { return steps[s] }
