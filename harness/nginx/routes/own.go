package routes

import (
	"net/netip"
	"path"
	"slices"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/nginx/config"
)

// Own says whether NGINX itself listens at a server: what is passed there comes back to it.
func Own(c *config.Config, s harness.Server) bool {
	switch {
	case strings.HasPrefix(s.Socket, "["):
		at, err := netip.ParseAddrPort(s.Socket)
		return err == nil && slices.ContainsFunc(Listens(c), func(l netip.AddrPort) bool {
			return l == at || l.Addr().Is6() && l.Addr().IsUnspecified() && l.Port() == at.Port()
		})
	case s.Socket != "":
		return slices.Contains(Sockets(c), s.Socket)
	}
	return s.Name == "" && slices.ContainsFunc(Listens(c), func(l netip.AddrPort) bool {
		return l.Port() == s.Addr.Port() && (l.Addr() == s.Addr.Addr() || l.Addr() == netip.IPv4Unspecified() && s.Addr.Addr().IsLoopback())
	})
}

// Sockets are the unix sockets where a configuration listens.
func Sockets(c *config.Config) (found []string) {
	for d := range c.Walk() {
		if socket, is := strings.CutPrefix(d.Arg(0), "unix:"); is && d.Name == "listen" {
			found = append(found, path.Clean(socket))
		}
	}
	return found
}

// Itself says whether a way leads back to this NGINX, and where.
func (w Way) Itself(c *config.Config) (at string, is bool) {
	for _, server := range w.Upstream.Servers() {
		if !Own(c, server) {
			return "", false
		}
		at = server.String()
	}
	return at, at != ""
}
