package routes

import (
	"encoding/base64"
	"net/netip"
	"slices"
	"strings"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/nginx/config"
)

// What a configuration asks of clients before it lets them come.

// User and Password are those of a lab's clients, where a password is asked for.
const (
	User     = "badgateway"
	Password = "badgateway"
)

// Credentials is the header field that says them (RFC 7617).
var Credentials = agent.Field{Name: "Authorization", Value: "Basic " + base64.StdEncoding.EncodeToString([]byte(User+":"+Password))}

// userAgent is a browser's: configurations turn away what is none.
const userAgent = "Mozilla/5.0 (badgateway)"

// inForce are the directives of a name that apply in a block: its own, or else those of the
// nearest around it.
func inForce(block *config.Directive, name string) []*config.Directive {
	if found := block.Find(name); len(found) > 0 {
		return found
	}
	for p := range block.Up() {
		if found := p.Find(name); len(found) > 0 {
			return found
		}
	}
	return nil
}

func hasPassword(block *config.Directive) bool {
	for _, d := range inForce(block, "auth_basic") {
		return d.Arg(0) != "off"
	}
	return false
}

// isCached says whether NGINX keeps what the upstream answers.
func isCached(pass *config.Directive) bool {
	name := strings.TrimSuffix(pass.Name, "_pass") + "_cache"
	for block := range pass.Up() {
		for _, d := range block.Find(name) {
			return d.Arg(0) != "off"
		}
	}
	return false
}

// letIn is the first network that is let in where others are not (ngx_http_access_module).
func letIn(block *config.Directive) (from netip.Prefix) {
	for _, d := range append([]*config.Directive{block}, slices.Collect(block.Up())...) {
		rules := slices.DeleteFunc(slices.Clone(d.Block), func(r *config.Directive) bool { return r.Name != "allow" && r.Name != "deny" })
		if len(rules) == 0 {
			continue
		}
		if !slices.ContainsFunc(rules, func(r *config.Directive) bool { return r.Name == "deny" && r.Arg(0) == "all" }) {
			return from
		}
		return firstAllowed(rules)
	}
	return from
}

// firstAllowed is an IPv4 network of the rules'. Loopback is the last that is taken: clients
// are not at home there.
func firstAllowed(rules []*config.Directive) (from netip.Prefix) {
	for _, r := range rules {
		p, err := netip.ParsePrefix(r.Arg(0))
		if err != nil {
			addr, aerr := netip.ParseAddr(r.Arg(0))
			if aerr != nil {
				continue
			}
			p = netip.PrefixFrom(addr, addr.BitLen())
		}
		if r.Name == "allow" && p.Addr().Is4() && (!from.IsValid() || from.Addr().IsLoopback()) {
			from = p
		}
	}
	return from
}
