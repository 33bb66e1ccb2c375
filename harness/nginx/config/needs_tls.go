package config

import (
	"slices"
	"strings"
)

// tls adds pairs of certificate and key, where the certificate is, and servers that speak TLS
// without one.
func (n *needs) tls(d *Directive) {
	switch {
	case unprefixed(d.Name) == "ssl_certificate" && len(d.Args) == 1:
		n.pair(d)
	case d.Name == "listen" && slices.Contains(d.Args, "ssl") && d.Parent != nil && n.bare(d.Parent):
		n.add(d, Certificate, "")
	}
}

// pair finds the key of a certificate: the one of the same number in the same block, else the
// last further out.
func (n *needs) pair(d *Directive) {
	if elsewhere(d.Arg(0)) {
		return
	}
	certificates, keys := n.around(d, d.Name), n.around(d, d.Name+"_key")
	need := Need{Kind: Certificate, Name: n.config.Absolute(d.Arg(0)), Directive: d}
	if len(keys) > 0 {
		key := keys[min(max(0, slices.Index(certificates, d)), len(keys)-1)].Arg(0)
		if elsewhere(key) {
			return
		}
		need.Key = n.config.Absolute(key)
	}
	need.Present = n.config.Has(need.Name) && (need.Key == "" || n.config.Has(need.Key))
	n.put(need)
}

// around returns the directives of a name in the innermost block around d that has any.
func (n *needs) around(d *Directive, name string) []*Directive {
	for p := range d.Up() {
		if found := n.in(p, name); len(found) > 0 {
			return found
		}
	}
	return n.config.Find(name)
}

// in is Find, once for each block: a server may have many certificates.
func (n *needs) in(p *Directive, name string) []*Directive {
	key := block{p, name}
	if _, looked := n.blocks[key]; !looked {
		n.blocks[key] = p.Find(name)
	}
	return n.blocks[key]
}

type block struct {
	of   *Directive
	name string
}

// elsewhere says whether a certificate or key is in no file, or in one that depends on the
// request.
func elsewhere(name string) bool {
	return strings.Contains(name, "$") || strings.HasPrefix(name, "data:") || strings.HasPrefix(name, "engine:") || strings.HasPrefix(name, "store:")
}

// bare says whether a server has no certificate, of the first listen of it that asks.
func (n *needs) bare(server *Directive) bool {
	if n.asked[server] {
		return false
	}
	n.asked[server] = true
	return !covered(server)
}

// covered says whether a server has a certificate, or wants none.
func covered(server *Directive) bool {
	for _, d := range server.Find("ssl_reject_handshake") {
		if d.Arg(0) == "on" {
			return true
		}
	}
	if len(server.Find("ssl_certificate")) > 0 {
		return true
	}
	for p := range server.Up() {
		if len(p.Find("ssl_certificate")) > 0 {
			return true
		}
	}
	for d := range server.Walk() {
		if strings.HasPrefix(d.Name, "ssl_certificate_by_lua") {
			return true
		}
	}
	return false
}
