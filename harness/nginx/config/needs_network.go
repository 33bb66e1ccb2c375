package config

import (
	"net/netip"
	"path"
	"strings"
)

// network adds what is spoken to: names, sockets, resolvers, and what is listened on.
func (n *needs) network(d *Directive) {
	first := d.Arg(0)
	switch {
	case first == "":
	case strings.HasSuffix(d.Name, "_pass") && d.Block == nil:
		n.target(d, first)
	case d.Name == "server" && d.Block == nil && d.Parent != nil && d.Parent.Name == "upstream":
		n.target(d, first)
	case d.Name == "auth_http" || d.Name == "ssl_stapling_responder" || d.Name == "ssl_ocsp_responder":
		n.target(d, first)
	case d.Name == "set_real_ip_from":
		n.host(d, first)
	case d.Name == "resolver":
		n.resolvers(d)
	case d.Name == "listen":
		n.listen(d)
	case d.Name == "access_log" || d.Name == "error_log":
		n.syslog(d)
	}
}

// target is what a *_pass or a server of an upstream leads to.
func (n *needs) target(d *Directive, to string) {
	if _, rest, url := strings.Cut(to, "://"); url && !strings.HasPrefix(to, "unix:") {
		to = rest
	}
	if socket, ok := strings.CutPrefix(to, "unix:"); ok {
		socket, _, _ = strings.Cut(socket, ":") // what follows is the URI
		n.add(d, Socket, path.Clean(socket))
		return
	}
	to, _, _ = strings.Cut(to, "/")
	if !n.pools[to] {
		n.host(d, to)
	}
}

// host adds the name in a host with or without a port. An address needs nobody to know it,
// nor does the machine's own name for itself.
func (n *needs) host(d *Directive, at string) {
	if strings.HasPrefix(at, "unix:") || strings.HasPrefix(at, "[") {
		return
	}
	at, _, _ = strings.Cut(at, ":")
	name, _, _ := strings.Cut(at, "/") // a network
	if _, err := netip.ParseAddr(name); err == nil || name == "" || name == "localhost" || name == "*" || number(name) {
		return
	}
	n.add(d, Host, name)
}

func number(text string) bool { return strings.Trim(text, "0123456789") == "" }

func (n *needs) resolvers(d *Directive) {
	for _, a := range d.Args {
		if !strings.Contains(a, "=") {
			n.add(d, Resolver, a)
			n.host(d, a)
		}
	}
}

func (n *needs) listen(d *Directive) {
	at := d.Arg(0)
	if socket, ok := strings.CutPrefix(at, "unix:"); ok {
		n.add(d, Folder, path.Dir(socket))
		return
	}
	n.add(d, Listen, at)
	n.host(d, at)
}

// syslog adds the host that logs are sent to.
func (n *needs) syslog(d *Directive) {
	options, ok := strings.CutPrefix(d.Arg(0), "syslog:")
	if !ok {
		return
	}
	for option := range strings.SplitSeq(options, ",") {
		if to, ok := strings.CutPrefix(option, "server="); ok {
			n.target(d, to)
		}
	}
}
