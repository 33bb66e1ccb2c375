package routes

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/nginx/config"
)

// A listen is where a server listens, and what is spoken there.
type listen struct {
	at     netip.AddrPort // unspecified: at any address
	name   string         // where a name is written for the address
	socket string
	tls    bool
	proxy  bool // the PROXY protocol
	http2  bool // and nothing else, before NGINX 1.25.1
	quic   bool // or another protocol over UDP
	six    bool // IPv6 only
}

// unwritten is where a server listens that does not say where.
var unwritten = listen{at: netip.AddrPortFrom(netip.IPv4Unspecified(), 80)}

// Listens are the addresses at which a configuration's servers listen, those of stream{} too;
// first those at which a TCP connection is taken.
func Listens(c *config.Config) (found []netip.AddrPort) {
	var all []listen
	for d := range c.Walk() {
		if l, ok := listenOf(d); ok && l.socket == "" && d.Name == "listen" {
			all = append(all, l)
		}
	}
	for _, http := range c.Find("http") {
		for _, server := range http.Find("server") {
			if len(server.Find("listen")) == 0 {
				all = append(all, unwritten)
			}
		}
	}
	for _, datagrams := range []bool{false, true} {
		for _, l := range all {
			if l.quic == datagrams && !slices.Contains(found, l.at) {
				found = append(found, l.at)
			}
		}
	}
	return found
}

// listensOf are where a server can be asked, the easiest first: IPv4, no wrapping.
func listensOf(server *config.Directive) (found []listen) {
	written := server.Find("listen")
	if len(written) == 0 {
		return []listen{unwritten}
	}
	sslOn := slices.ContainsFunc(server.Find("ssl"), func(d *config.Directive) bool { return d.Arg(0) == "on" })
	for _, d := range written {
		if l, ok := listenOf(d); ok && !l.quic {
			l.tls = l.tls || sslOn
			found = append(found, l)
		}
	}
	slices.SortStableFunc(found, func(a, b listen) int { return a.effort() - b.effort() })
	return found
}

func (l listen) effort() (n int) {
	for _, hard := range []struct {
		is   bool
		cost int
	}{{l.six, 8}, {l.socket != "", 4}, {l.proxy, 2}, {l.http2 && !l.tls, 1}} {
		if hard.is {
			n += hard.cost
		}
	}
	return n
}

// listenOf reads a listen directive (ngx_http_core_module, listen).
func listenOf(d *config.Directive) (l listen, ok bool) {
	if len(d.Args) == 0 {
		return l, false
	}
	for _, p := range d.Args[1:] {
		switch p {
		case "ssl":
			l.tls = true
		case "proxy_protocol":
			l.proxy = true
		case "http2", "spdy":
			l.http2 = true
		case "quic", "http3", "udp":
			l.quic = true
		}
	}
	address := d.Arg(0)
	if path, is := strings.CutPrefix(address, "unix:"); is {
		l.socket = path
		return l, true
	}
	host, port, hasPort := cutPort(address)
	if _, isPort := firstPort(address); isPort {
		host, port = "*", address
	} else if !hasPort {
		port = "80"
	}
	n, ok := firstPort(port)
	if ok {
		l.take(host, n, slices.Contains(d.Args, "ipv6only=off"))
	}
	return l, ok
}

// firstPort reads a port, or the first of a range of them.
func firstPort(text string) (port uint16, ok bool) {
	first, last, _ := strings.Cut(text, "-")
	n, err := strconv.ParseUint(first, 10, 16)
	return uint16(n), err == nil && strings.Trim(last, "0123456789") == ""
}

func (l *listen) take(host string, port uint16, both bool) {
	if host == "localhost" {
		host = "127.0.0.1"
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	switch {
	case host == "*" || host == "":
		addr = netip.IPv4Unspecified()
	case err != nil:
		l.name, addr = host, netip.IPv4Unspecified()
	case addr.Is6() && addr.IsUnspecified() && both:
		addr = netip.IPv4Unspecified()
	case addr.Is6():
		l.six = true
	}
	l.at = netip.AddrPortFrom(addr, port)
}

// Reach lets a visit come to the server by a scheme, at a port if it listens there, and says
// whether it can.
func Reach(v *harness.Visit, server *config.Directive, tls bool, port uint16) bool {
	var found *listen
	for _, l := range listensOf(server) {
		if l.tls == tls && l.socket == "" && !l.six && (found == nil || l.at.Port() == port && found.at.Port() != port) {
			found = &l
		}
	}
	if found == nil {
		return false
	}
	v.At, v.Socket, v.Proxy, v.HTTP2, v.TLS = found.at, "", found.proxy, found.http2 && !tls, nil
	if tls {
		v.TLS = &agent.ClientTLS{ServerName: serverName(v.Host)}
	}
	return true
}
