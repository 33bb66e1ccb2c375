package nginx

import "github.com/badgateway/badgateway/harness"

// starting is what is said before there is an exchange.
var starting = []symptom{
	{
		said: "host not found in upstream", phase: harness.PhaseStart, errorType: "dns_error",
		means: "A name that is written into the configuration does not resolve while that is loaded, so NGINX does not start, and a reload is refused.",
		candidates: []candidate{
			{"dns/at-start", "The line names the file and the line of the configuration. `getent hosts NAME` on the gateway's host finds nothing either."},
		},
	},
	{
		said: "bind() to", and: "failed (98:", phase: harness.PhaseStart, errorType: "proxy_internal_error",
		means: "Another process listens on the port already, so NGINX does not start: `ss -ltnp` names it. Often it is an NGINX that was not stopped.",
	},
	{
		said: "bind() to", and: "failed (13:", phase: harness.PhaseStart, errorType: "proxy_configuration_error",
		means: "NGINX may not listen on the port: those below 1024 want root or CAP_NET_BIND_SERVICE.",
	},
	{
		said: "cannot load certificate", phase: harness.PhaseStart, errorType: "proxy_configuration_error",
		means: "A certificate or its key cannot be read. In a name with variables it fails handshake by handshake, else NGINX does not start.",
	},
	{
		said: "no resolver defined to resolve names at run time", phase: harness.PhaseStart, errorType: "proxy_configuration_error",
		means: "A server of an upstream{} has `resolve`, and no `resolver` is set for it, so NGINX does not start.",
	},
	{
		said: "exited on signal", phase: harness.PhaseLocal, errorType: "proxy_internal_error",
		means: "A worker of NGINX's own was killed: by the kernel for want of memory (9, `dmesg` tells), or by its own fault (11, often a third-party module). Its clients' connections ended without an answer.",
		candidates: []candidate{
			{"local/worker-killed", "The access log has nothing of the requests that it had, and a new worker stands within milliseconds."},
		},
	},
}

// resolving is what is said while a name is looked up at run time.
var resolving = []symptom{
	{
		said: "could not be resolved (110:", phase: harness.PhaseResolve, errorType: "dns_timeout",
		means: "The resolver did not answer within resolver_timeout (30 s where it is not set). NGINX says 502 and not 504.",
		candidates: []candidate{
			{"dns/silent", "`dig @RESOLVER NAME` from the gateway's host times out too: the resolver is dead, or port 53 is blocked."},
			{"dns/formerr", "Lines before it say `DNS error (1: Format error)`, of no client: NGINX takes no notice of such answers."},
			{"dns/astray", "Lines before it say `wrong ident`, of no client: what comes is no answer to what was asked."},
			{"misconfig/deaf-resolver", "`dig @RESOLVER NAME` says connection refused, and so does a line before this one, `while resolving`: the address in `resolver` is nobody's."},
		},
	},
	{
		said: "could not be resolved (3:", phase: harness.PhaseResolve, errorType: "dns_error",
		means: "The resolver says that the name does not exist (NXDOMAIN), or has no address.",
		candidates: []candidate{
			{"dns/nxdomain", "`dig @RESOLVER NAME` says NXDOMAIN: a typo, a deleted record, a service that is not registered. NGINX knows no search domains, so a short name has to be written in full."},
			{"dns/no-address", "`dig @RESOLVER NAME` says NOERROR and ANSWER: 0: the name is there, without an address."},
			{"dns/alias-loop", "`dig @RESOLVER NAME` shows CNAME records that lead back to one another, and no address."},
		},
	},
	{
		said: "could not be resolved (2:", phase: harness.PhaseResolve, errorType: "dns_error",
		means: "The resolver answers that it cannot answer (SERVFAIL).",
		candidates: []candidate{
			{"dns/servfail", "`dig @RESOLVER NAME` says SERVFAIL, and with +cd perhaps not: then DNSSEC does not validate. Else the resolver's own upstream is gone."},
		},
	},
	{
		said: "could not be resolved (5:", phase: harness.PhaseResolve, errorType: "dns_error",
		means: "The resolver does not serve this client, or not this zone (REFUSED).",
		candidates: []candidate{
			{"dns/refused", "`dig @RESOLVER NAME` says REFUSED from the gateway's host, and an answer from one that is allowed."},
		},
	},
	{
		said: "could not be resolved (1:", phase: harness.PhaseResolve, errorType: "dns_error",
		means: "The resolver did not understand the query (FORMERR): some appliance that speaks little of DNS.",
	},
	{
		said: "could not be resolved (4:", phase: harness.PhaseResolve, errorType: "dns_error",
		means: "The resolver does not do this kind of query (NOTIMP), as some do not for AAAA: `resolver ... ipv6=off` leaves those out.",
		candidates: []candidate{
			{"dns/notimp", "`dig @RESOLVER NAME` says NOTIMP for A as well: what answers there is no resolver for this."},
		},
	},
	{
		said: "could not be resolved", phase: harness.PhaseResolve, errorType: "dns_error",
		means: "The name could not be looked up.",
	},
	{
		said: "no resolver defined", phase: harness.PhaseResolve, errorType: "proxy_configuration_error",
		means: "proxy_pass has a variable in its name, so the name is resolved as requests come, and no `resolver` is set for that. /etc/resolv.conf is not used.",
		candidates: []candidate{
			{"misconfig/no-resolver", "`nginx -T | grep resolver` finds none that holds where proxy_pass is."},
		},
	},
	{
		said: "failed (111:", and: "while resolving", phase: harness.PhaseResolve, errorType: "dns_error",
		means: "Nothing listens at the resolver's address. NGINX asks again until resolver_timeout, and says then that it timed out.",
		candidates: []candidate{
			{"misconfig/deaf-resolver", "The line names the address: `resolver` in the configuration, not /etc/resolv.conf, is where it comes from."},
		},
	},
	{
		said: "failed (", and: "while resolving", phase: harness.PhaseResolve, errorType: "dns_error",
		means: "The query could not be sent to the resolver, or its answer not be received: the line says why.",
	},
	{
		said: "DNS error (", phase: harness.PhaseResolve, errorType: "dns_error",
		means: "The resolver answered with an error that NGINX can give to no query, FORMERR (1) most of all: it goes on waiting as if there had been no answer.",
		candidates: []candidate{
			{"dns/formerr", "It says `(1: Format error)` for each query, and the names cannot be resolved (110:)."},
		},
	},
	{
		said: "unexpected DNS response", phase: harness.PhaseResolve, errorType: "dns_error",
		means: "An answer came that nobody had asked for: one that was late, or a forged one.",
	},
	{
		said: "wrong ident", and: "in DNS response", phase: harness.PhaseResolve, errorType: "dns_error",
		means: "An answer of another query's number came: one that was late, or a forged one.",
		candidates: []candidate{
			{"dns/astray", "It is there for each query, and the names cannot be resolved (110:)."},
		},
	},
}

// refused, unroutable and unanswered are what connecting comes to, by whatever call it is
// told.
var (
	refused = []candidate{
		{"crash/refused", "`ss -ltn` on the upstream's host shows no listener on that port, and the service is not running."},
		{"send/expect-refused", "The request says `Expect: 100-continue`; NGINX has told the client to send its body before it asked the upstream."},
		{"crash/restarted", "It lasted for a few seconds only: the service's log shows a start at that time."},
		{"firewall/reset", "The service listens, and a capture on its host shows no SYN: a filter before it answered with RST."},
		{"firewall/icmp-port", "A capture on the gateway shows ICMP port unreachable instead of an RST: a filter's REJECT."},
		{"dns/closed-port", "The address in the line is not where the service is: `dig NAME` leads to another machine or to an old one."},
		{"misconfig/wrong-port", "The service runs, and `ss -ltn` on its host shows it at another port than the line names."},
		{"misconfig/masked", "The access log has a 200 for the same request: error_page turns the failure into a success."},
		{"misconfig/cors-lost", "Users tell of CORS, not of a 502: add_header without `always` leaves errors out."},
		{"https/refused", "The same as of clear text: the upstream is named with https://, and no handshake was begun."},
		{"edge/miss", "The line is the inner of two tiers': the edge's own log has nothing, since to it the 502 is an answer."},
		{"edge/error-kept", "It came once, and the edge's access log has the 502 many times since, as a HIT: its cache keeps errors."},
		{"edge/hit", "Few requests have it, while the edge's access log has many for the same site, as a HIT: a cache hides the outage."},
		{"edge/expired", "The edge's access log has the 502 as EXPIRED: it has an answer, and is not told to give it."},
		{"edge/stale", "The edge's access log has a 200 for the same request, as STALE: an old answer covers for it."},
		{"edge/bypass", "Other visitors get a 200, as a HIT: this one asked past the cache."},
		{"edge/purged", "The edge's access log has the 502 as MISS for pages that it had until somebody purged them."},
		{"edge/origin-down", "The address in the line is another tier's of your own, and the upstream behind that is well."},
		{"dns/one-dead", "The access log has a 200 with two addresses in $upstream_addr, and `dig NAME` says both: one is of a machine that is gone."},
		{"pool/refused", "The access log has a 200 with two addresses in $upstream_addr: another server answered, and nobody noticed."},
		{"pool/post-refused-replayed", "So it has for a POST: nothing of it had been sent to the first server."},
		{"pool/sticky-covered", "So it has, and the pool chooses by client (ip_hash, hash): visitors of that server have lost their sessions."},
		{"pool/all-down", "One request has a line for each server, and the access log a 502 with as many addresses in $upstream_addr."},
		{"pool/tries-limit", "So it has, with as many as proxy_next_upstream_tries allows, and there are more servers."},
		{"pool/forgiven", "Lines of `no live upstreams` follow until fail_timeout is over, though the servers are back."},
	}
	unroutable = []candidate{
		{"firewall/icmp-host", "It came at once, and a capture on the gateway shows ICMP host unreachable, from a router."},
		{"firewall/icmp-admin", "It came at once, and a capture on the gateway shows ICMP communication administratively prohibited: policy, not routing."},
		{"network/host-gone", "It came after 3 s, and `ip neigh` on the gateway says FAILED for the address: the host is off or elsewhere."},
		{"network/link-down", "It came after 3 s, and `ip link` on the gateway says NO-CARRIER."},
		{"dns/dead-address", "It came after 3 s, and `dig NAME` leads to an address that nobody has."},
	}
	unanswered = []candidate{
		{"firewall/syn-dropped", "A capture on the gateway shows SYNs that are sent again and no answer, and one on the upstream's host shows no SYN."},
		{"firewall/replies-dropped", "A capture on the upstream's host shows SYNs and its own SYN-ACKs, of which none reaches the gateway."},
		{"overload/backlog-full", "SYNs arrive and are not answered: on the upstream's host `ss -ltn` shows Recv-Q above Send-Q, and `nstat TcpExtListenOverflows` grows."},
		{"network/host-gone", "`ip neigh` on the gateway says INCOMPLETE or FAILED: no SYN was sent, since nobody answers ARP for the address."},
		{"network/link-down", "`ip link` on the gateway, or on the upstream's host, says NO-CARRIER or DOWN."},
		{"network/far", "A capture shows the SYN-ACK, later than proxy_connect_timeout: `ping` shows the round trip."},
		{"network/loss", "Some connections stand after one or three seconds: SYNs are lost, and `nstat TcpRetransSegs` grows."},
		{"dns/dead-address", "`dig NAME` leads to an address that nobody has."},
		{"pool/blackhole", "The access log has a 200 with two addresses in $upstream_addr, as late as proxy_connect_timeout."},
		{"dns/stale-address", "`dig NAME` leads to another address than the line's: NGINX resolved the name when it was started or reloaded, and a reload heals it."},
	}
)

// connecting is what is said while a connection is made.
var connecting = []symptom{
	{
		said: "connect() failed (111:", phase: harness.PhaseConnect, errorType: "connection_refused",
		means:      "The SYN was answered with a refusal, within a round trip: nothing listens at that address and port, or somebody says so in its name.",
		candidates: refused,
	},
	{
		said: "connect() failed (113:", phase: harness.PhaseConnect, errorType: "destination_ip_unroutable",
		means:      "The network says that the host cannot be reached, or nobody answered ARP for its address.",
		candidates: unroutable,
	},
	{
		said: "connect() failed (101:", phase: harness.PhaseConnect, errorType: "destination_ip_unroutable",
		means: "A router on the way says that it knows no way to the upstream's network.",
	},
	{
		said: "connect() failed (104:", phase: harness.PhaseConnect, errorType: "connection_terminated",
		means: "The connection was reset while it was being made, or just after.",
		candidates: []candidate{
			{"crash/reset-on-accept", "A capture shows a whole handshake and an RST right after it: a sidecar or balancer without a backend."},
		},
	},
	{
		said: "connect() failed (110:", phase: harness.PhaseConnect, errorType: "connection_timeout",
		means:      "The kernel gave up sending SYNs, before proxy_connect_timeout was over (net.ipv4.tcp_syn_retries). NGINX takes that for a failure, not a timeout: it says 502.",
		candidates: unanswered,
	},
	{
		said: "connect() to unix:", and: "failed (2:", phase: harness.PhaseConnect, errorType: "connection_refused",
		means: "There is no such socket: the application is not running, or makes its socket at another path, or in a container's file system of its own.",
		candidates: []candidate{
			{"socket/missing", "`ls -l PATH` on the gateway, in its own container, finds nothing."},
		},
	},
	{
		said: "connect() to unix:", and: "failed (13:", phase: harness.PhaseConnect, errorType: "proxy_configuration_error",
		means: "NGINX's user may not write to the socket or pass through one of the folders above it: `namei -l PATH` shows which. SELinux says the same.",
		candidates: []candidate{
			{"socket/forbidden", "`ls -l PATH` shows an owner or a mode that leaves the gateway's user no w."},
		},
	},
	{
		said: "connect() to unix:", and: "failed (11:", phase: harness.PhaseConnect, errorType: "connection_refused",
		means: "The socket's queue of connections is full (EAGAIN): the application accepts more slowly than clients come. A unix socket fails at once where a TCP port would have clients wait.",
		candidates: []candidate{
			{"socket/full", "`ss -xl` shows as many in Recv-Q as in Send-Q for the path."},
		},
	},
	{
		said: "connect() to unix:", and: "failed (111:", phase: harness.PhaseConnect, errorType: "connection_refused",
		means: "The socket is there and nobody listens at it any more: what an application leaves behind when it crashes.",
		candidates: []candidate{
			{"socket/refused", "`ss -xl` does not list the path, and the file is there."},
		},
	},
	{
		said: "connect() to", and: "failed (99:", phase: harness.PhaseConnect, errorType: "proxy_internal_error",
		means: "No local address or port is left for a connection to that upstream (EADDRNOTAVAIL): its ephemeral ports are all in use or in TIME-WAIT (`ss -tan state time-wait | wc -l`), which keepalive connections prevent; or proxy_bind names an address that the host does not have.",
		candidates: []candidate{
			{"local/ports", "`ss -tan dst ADDRESS` on the gateway has about as many lines as `sysctl net.ipv4.ip_local_port_range` has ports, and other upstreams can be reached."},
		},
	},
	{
		said: "connect() to", and: "failed (101:", phase: harness.PhaseConnect, errorType: "destination_ip_unroutable",
		means: "The gateway's own host knows no route to the address, so no packet was sent. For an IPv6 address: the host has no IPv6.",
		candidates: []candidate{
			{"network/no-route", "`ip route get ADDRESS` on the gateway says Network is unreachable."},
			{"dns/ipv6-only", "The address is one in brackets, of IPv6, and `dig NAME A` has none: the name has lost its IPv4 address, or never had one."},
		},
	},
	{
		said: "connect() to", and: "failed (113:", phase: harness.PhaseConnect, errorType: "destination_ip_unroutable",
		means: "The gateway's own host has a route of the type unreachable to the address, so no packet was sent: `ip route get ADDRESS` says it.",
	},
	{
		said: "connect() to", and: "failed (13:", phase: harness.PhaseConnect, errorType: "destination_ip_prohibited",
		means: "The gateway's own host forbids the connection, before there is a packet.",
		candidates: []candidate{
			{"network/prohibited", "`ip route get ADDRESS` on the gateway says Permission denied: a route of the type prohibit. Where it shows a route it is SELinux: `getsebool httpd_can_network_connect`."},
		},
	},
	{
		said: "connect() to", and: "failed (111:", phase: harness.PhaseConnect, errorType: "connection_refused",
		means: "The connection was refused before connect(2) returned: a filter on the gateway's own host rejects what goes out.",
	},
	{
		said: "connect() to", and: "failed (1:", phase: harness.PhaseConnect, errorType: "destination_ip_prohibited",
		means: "The gateway's own host forbids the connection (EPERM): a BPF program of its control group, as some container networks have for their policies.",
	},
	{
		said: "bind(", and: "failed (99:", phase: harness.PhaseConnect, errorType: "proxy_configuration_error",
		means: "proxy_bind names an address that the gateway's host does not have.",
	},
	{
		said: "upstream timed out (110:", and: "while connecting to upstream", phase: harness.PhaseConnect, errorType: "connection_timeout",
		means:      "Nothing came back within proxy_connect_timeout (60 s where it is not set), neither a yes nor a no: packets are lost, or nobody is there to answer.",
		candidates: unanswered,
	},
	{
		said: "failed (104:", and: "while connecting to upstream", phase: harness.PhaseConnect, errorType: "connection_terminated",
		means: "The connection was reset as soon as it stood.",
		candidates: []candidate{
			{"crash/reset-on-accept", "A capture shows a whole handshake and an RST right after it: a sidecar or balancer without a backend."},
		},
	},
}
