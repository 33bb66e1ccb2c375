package routes

import (
	"net/netip"
	"path"
	"slices"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/nginx/config"
)

// mostVisits bounds the requests that are tried for one way.
const mostVisits = 24

// A visitor finds out how a server's locations are come by.
type visitor struct{ server *config.Directive }

// to returns requests that may come to what passes them on, or why there is none.
func (v visitor) to(location, pass *config.Directive) (visits []harness.Visit, hindrance string) {
	listens := listensOf(v.server)
	if len(listens) == 0 {
		return nil, "the server listens at no address that is asked over TCP or a unix socket"
	}
	if !slices.ContainsFunc(listens, func(l listen) bool { return !l.six }) {
		return nil, "the server listens at IPv6 addresses only, which a lab has not"
	}
	origins, hindrance := v.origins(location)
	if hindrance != "" {
		return nil, hindrance
	}
	for _, from := range origins {
		for _, p := range v.paths(from.location, pass) {
			for _, l := range listens {
				if !l.six && len(visits) < mostVisits {
					visits = append(visits, v.visit(l, from, p, pass))
				}
			}
		}
	}
	if len(visits) == 0 {
		hindrance = "no path was found that leads to it: " + v.shadow(origins[0].location)
	}
	return visits, hindrance
}

// paths are those that lead to a location, as far as that is known.
func (v visitor) paths(location, pass *config.Directive) (found []string) {
	if location == nil {
		return v.ownPaths()
	}
	for _, p := range samples(location, runsScripts(pass)) {
		if at, known := Select(v.server, path.Clean(p)+trailing(p)); at == location || !known {
			found = append(found, p)
		}
	}
	return found
}

// runsScripts says whether requests are passed on to what knows scripts by their path.
func runsScripts(pass *config.Directive) bool {
	return pass.Name == "fastcgi_pass" || pass.Name == "uwsgi_pass" || pass.Name == "scgi_pass"
}

// trailing keeps a slash at the end that path.Clean takes away.
func trailing(p string) string {
	if strings.HasSuffix(p, "/") && path.Clean(p) != "/" {
		return "/"
	}
	return ""
}

// ownPaths lead to no location, or to one that leaves the server's settings in force.
func (v visitor) ownPaths() (found []string) {
	for _, p := range []string{"/badgateway", "/", "/index.php"} {
		if at, _ := Select(v.server, p); at == nil {
			found = append(found, p)
		}
	}
	if len(found) == 0 {
		found = []string{"/badgateway"}
	}
	return found
}

// shadow is the location that takes a location's own paths away.
func (v visitor) shadow(location *config.Directive) string {
	for _, p := range samples(location, false) {
		if at, _ := Select(v.server, p); at != nil && at != location {
			return at.String() + " takes " + p
		}
	}
	return "its expression is not one that a path could be made for"
}

// visit is one request: what the configuration asks of whoever comes that way.
func (v visitor) visit(l listen, from origin, p string, pass *config.Directive) harness.Visit {
	innermost := from.location
	if innermost == nil {
		innermost = v.server
	}
	visit := harness.Visit{
		Path: escaped(p), Host: HostOf(v.server), At: l.at, Socket: l.socket,
		Proxy: l.proxy, HTTP2: l.http2 && !l.tls, From: letIn(innermost), Fresh: isCached(pass),
		Fields: []agent.Field{{Name: "User-Agent", Value: userAgent}},
	}
	if !visit.From.IsValid() {
		visit.From = letIn(pass)
	}
	if visit.From.Addr().IsLoopback() && l.socket == "" {
		visit.At = netip.AddrPortFrom(loopback, l.at.Port()) // who is let in is on its own side
	}
	if l.tls {
		visit.TLS = &agent.ClientTLS{ServerName: serverName(visit.Host)}
	}
	if hasPassword(innermost) || hasPassword(pass) { // NGINX asks again where it goes on to
		visit.Fields = append(visit.Fields, Credentials)
	}
	for _, d := range append([]*config.Directive{pass}, from.by...) {
		meet(&visit, d)
	}
	return visit
}

// loopback is where a gateway is asked by whoever is on its side.
var loopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})
