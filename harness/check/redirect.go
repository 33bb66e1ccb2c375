package check

import (
	"net/url"
	"strconv"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/nginx/config"
	"github.com/badgateway/badgateway/harness/nginx/routes"
)

// redirected is the visit that a client makes who is sent elsewhere (RFC 9110 15.4), if that
// is one to the same server.
func redirected(from harness.Visit, r agent.Response, server *config.Directive) (to harness.Visit, ok bool) {
	if r.Status/100 != 3 {
		return to, false
	}
	at, err := url.Parse(r.Get("Location"))
	if err != nil || r.Get("Location") == "" {
		return to, false
	}
	to = from
	if at.Path != "" {
		to.Path = at.EscapedPath()
	}
	if at.RawQuery != "" {
		to.Path += "?" + at.RawQuery
	}
	if at.Host == "" {
		return to, to.Path != from.Path
	}
	to.Host = at.Hostname()
	port := uint64(80)
	if at.Scheme == "https" {
		port = 443
	}
	if at.Port() != "" {
		if port, err = strconv.ParseUint(at.Port(), 10, 16); err != nil {
			return to, false
		}
	}
	if !routes.Reach(&to, server, at.Scheme == "https", uint16(port)) {
		return to, false
	}
	return to, routes.ID(to) != routes.ID(from)
}
