package routes

import (
	"slices"
	"strings"

	"github.com/badgateway/badgateway/harness/nginx/config"
)

// ServerOf chooses as NGINX does (nginx.org, "How nginx processes a request" and "Server
// names"): among the servers that listen on the port the one with the name, or whose pattern
// fits it best, else the default one; nil where none listens there.
func ServerOf(c *config.Config, host string, port uint16) (chosen *config.Directive) {
	byDefault, best := false, 0
	for _, http := range c.Find("http") {
		for _, server := range http.Find("server") {
			listens, isDefault := listensOn(server, port)
			if !listens {
				continue
			}
			switch fits := fitness(server, strings.ToLower(host)); {
			case fits > best:
				chosen, best = server, fits
			case best == 0 && (chosen == nil || isDefault && !byDefault):
				chosen, byDefault = server, isDefault
			}
		}
	}
	return chosen
}

func listensOn(server *config.Directive, port uint16) (listens, isDefault bool) {
	written := server.Find("listen")
	for _, d := range written {
		if l, ok := listenOf(d); ok && l.socket == "" && l.at.Port() == port {
			listens = true
			isDefault = isDefault || slices.Contains(d.Args, "default_server") || slices.Contains(d.Args, "default")
		}
	}
	return listens || len(written) == 0 && port == 80, isDefault
}

// How well a name fits: one that is written goes before the longest pattern that begins with
// an asterisk, that before the longest that ends with one, and all before an expression.
const (
	byExpression = 1
	byEnd        = 1 << 10 // names are shorter (RFC 1035 2.3.4)
	byBeginning  = 1 << 11
	byName       = 1 << 12
)

// fitness is how well a name fits a server, 0 where it does not.
func fitness(server *config.Directive, host string) (best int) {
	for _, d := range server.Find("server_name") {
		for _, name := range d.Args {
			best = max(best, fits(name, host))
		}
	}
	return best
}

func fits(name, host string) int {
	if expression, is := strings.CutPrefix(name, "~"); is {
		if re, err := compile("~*", expression); err == nil && re.MatchString(host) {
			return byExpression
		}
		return 0
	}
	name = strings.ToLower(name)
	switch {
	case name == host || strings.HasPrefix(name, ".") && name[1:] == host:
		return byName
	case strings.HasPrefix(name, ".") && strings.HasSuffix(host, name):
		return byBeginning + len(name)
	case strings.HasPrefix(name, "*.") && strings.HasSuffix(host, name[1:]):
		return byBeginning + len(name)
	case strings.HasSuffix(name, ".*") && strings.HasPrefix(host, name[:len(name)-1]):
		return byEnd + len(name)
	}
	return 0
}

// Root is the folder from which a way's scripts are served, "" where none is written.
func Root(w Way) string {
	block := w.Location
	if block == nil {
		block = w.Server
	}
	for ; block != nil; block = block.Parent {
		for _, name := range []string{"root", "alias"} {
			if found := block.Find(name); len(found) > 0 {
				return found[0].Arg(0)
			}
		}
	}
	return ""
}
