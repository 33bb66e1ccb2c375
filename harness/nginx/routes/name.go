package routes

import (
	"net/netip"
	"strings"

	"github.com/badgateway/badgateway/harness/nginx/config"
)

// HostOf is a name by which a server is asked for.
func HostOf(server *config.Directive) string {
	const any = "gateway.test"
	var names []string
	for _, d := range server.Find("server_name") {
		names = append(names, d.Args...)
	}
	for _, plain := range []bool{true, false} {
		for _, n := range names {
			if host, isPlain := hostFor(n); host != "" && isPlain == plain {
				return host
			}
		}
	}
	return any
}

// hostFor is a name that a server_name takes; plain says that it is just that.
func hostFor(name string) (host string, plain bool) {
	switch {
	case name == "_" || name == "" || strings.HasPrefix(name, "$"):
		return "", false
	case strings.HasPrefix(name, "~"):
		host, err := sample(name[1:], 1)
		if err != nil || strings.ContainsAny(host, " /:") {
			return "", false
		}
		return strings.ToLower(host), false
	case strings.HasPrefix(name, "."):
		return name[1:], true
	case strings.Contains(name, "*"):
		return strings.ReplaceAll(name, "*", "gateway"), false
	}
	return name, true
}

// serverName is what a client says of a host in TLS, which takes no addresses there (RFC
// 6066 3).
func serverName(host string) string {
	if _, err := netip.ParseAddr(host); err == nil {
		return ""
	}
	return host
}
