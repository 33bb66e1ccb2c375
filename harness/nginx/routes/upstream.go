package routes

import (
	"net/netip"
	"path"
	"strconv"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/nginx/config"
)

// Upstream is what requests are passed on to, as it is written.
type Upstream struct {
	Protocol agent.Protocol
	TLS      bool
	// Group is the upstream{} that it is, nil where the directive names the server itself.
	Group *config.Directive
	// Members are the servers with the line that names each. Where a variable is in it, and
	// it is no group's name, there are none: then it is known when a request comes.
	Members []Member
}

// Member is a server of an upstream.
type Member struct {
	Server harness.Server
	Line   *config.Directive
	Backup bool
	Down   bool
}

// Servers are those that requests may come to.
func (u Upstream) Servers() (servers []harness.Server) {
	for _, m := range u.Members {
		if !m.Down {
			servers = append(servers, m.Server)
		}
	}
	return servers
}

// Variable says that it is known only when a request comes.
func (u Upstream) Variable() bool { return len(u.Members) == 0 }

func groupsOf(c *config.Config) map[string]*config.Directive {
	groups := map[string]*config.Directive{}
	for _, http := range c.Find("http") {
		for _, u := range http.Find("upstream") {
			groups[strings.ToLower(u.Arg(0))] = u
		}
	}
	return groups
}

// upstream reads the argument of a directive that passes requests on (ngx_http_proxy_module,
// proxy_pass).
func (f *finder) upstream(pass *config.Directive) (u Upstream) {
	u.Protocol, u.TLS = protocolOf(pass)
	address := addressIn(pass.Arg(0))
	if u.Group = f.groups[strings.ToLower(address)]; u.Group != nil {
		for _, d := range u.Group.Find("server") {
			u.add(d, d.Arg(0), 80)
		}
		return u
	}
	if strings.Contains(pass.Arg(0), "$") {
		return u
	}
	port := uint16(80)
	if u.TLS {
		port = 443
	}
	u.add(pass, address, port)
	return u
}

// addressIn is what stands for the host in an argument: without a scheme, and without a path,
// be it one that only a variable holds.
func addressIn(text string) string {
	if _, rest, found := strings.Cut(text, "://"); found {
		text = rest
	}
	if strings.HasPrefix(text, "unix:") {
		return text
	}
	for _, path := range []string{"$request_uri", "$uri", "$document_uri"} {
		text, _, _ = strings.Cut(text, path)
	}
	if i := strings.IndexAny(text, "/?"); i >= 0 {
		text = text[:i]
	}
	return text
}

func (u *Upstream) add(d *config.Directive, address string, port uint16) {
	server, ok := serverAt(address, port)
	if !ok {
		return
	}
	m := Member{Server: server, Line: d}
	if d.Name == "server" {
		for _, p := range d.Args[min(1, len(d.Args)):] {
			m.Backup = m.Backup || p == "backup"
			m.Down = m.Down || p == "down"
		}
	}
	u.Members = append(u.Members, m)
}

// serverAt reads an address as NGINX writes it: a name or an address, with a port or
// without, or a unix socket, of proxy_pass with the path behind it.
func serverAt(text string, port uint16) (s harness.Server, ok bool) {
	if socket, is := strings.CutPrefix(text, "unix:"); is {
		socket, _, _ = strings.Cut(socket, ":")
		return harness.Server{Socket: path.Clean(socket)}, true
	}
	host, number, hasPort := cutPort(text)
	if hasPort {
		n, err := strconv.ParseUint(number, 10, 16)
		if err != nil {
			return s, false
		}
		port = uint16(n)
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	if addr, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		if addr.Is6() {
			return harness.Server{Socket: netip.AddrPortFrom(addr, port).String()}, true
		}
		return harness.Server{Addr: netip.AddrPortFrom(addr, port)}, true
	}
	return harness.Server{Name: strings.ToLower(strings.TrimSuffix(host, ".")), Addr: netip.AddrPortFrom(netip.Addr{}, port)}, host != ""
}

// cutPort cuts the port off an address; the colons of IPv6 stand in brackets.
func cutPort(text string) (host, port string, found bool) {
	i := strings.LastIndexByte(text, ':')
	if i < 0 || strings.HasSuffix(text, "]") {
		return text, "", false
	}
	return text[:i], text[i+1:], true
}
