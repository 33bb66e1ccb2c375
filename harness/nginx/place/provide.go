package place

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/nginx/config"
	"github.com/badgateway/badgateway/harness/nginx/routes"
)

// provide lets one thing be there that the configuration needs.
func (p *Place) provide(n config.Need) error {
	switch n.Kind {
	case config.Certificate:
		return p.certificate(n)
	case config.Authorities:
		p.authorities(n)
	case config.DHParameters, config.TicketKey, config.Revocations, config.PassPhrases, config.Passwords:
		return p.secret(n)
	case config.OtherFile:
		p.other(n)
	case config.User:
		p.person(&p.Boot.Users, n.Name)
	case config.Group:
		if !slices.Contains(p.Boot.Users, n.Name) {
			p.person(&p.Boot.Groups, n.Name)
		}
	case config.Folder:
		p.folder(p.whole(n.Name))
	case config.Socket:
		p.socket(n.Name)
	case config.Listen:
		p.listen(n.Name)
	case config.Module:
		p.module(n)
	case config.Unpackaged:
		p.unpackaged(n)
	}
	return nil
}

// accounts are those that every gateway's system has.
var accounts = []string{"root", "www-data", "nginx", "nobody", "nogroup"}

func (p *Place) person(list *[]string, name string) {
	if !slices.Contains(accounts, name) && !slices.Contains(*list, name) {
		*list = append(*list, name)
	}
}

// folder lets a folder be there in which anybody may write: who NGINX's workers are is its
// own affair.
func (p *Place) folder(name string) {
	if name != "/" && !strings.HasPrefix(name+"/", "/dev/") && !p.has(name) && !standing(name) {
		p.put(harness.File{Path: name, Dir: true, Mode: 0o777})
	}
}

// standing are the folders that every system has, with the rights that they have.
func standing(name string) bool {
	return slices.Contains([]string{"/run", "/var/run", "/tmp", "/var/tmp", "/var/log/nginx", "/var/log", "/var/cache/nginx", "/var/lib/nginx", "/etc/nginx"}, name)
}

// logs lets what NGINX says of errors come out, as the vendor's image does: what it says is
// evidence.
func (p *Place) logs() {
	for d := range p.Config.Walk() {
		name := d.Arg(0)
		if d.Name != "error_log" || name == "stderr" || strings.HasPrefix(name, "/dev/") || strings.ContainsAny(name, ":$|") || name == "" {
			continue
		}
		if at := p.whole(name); !p.has(at) {
			p.put(harness.File{Path: at, Link: "/dev/stderr"})
		}
	}
}

// socket lets an upstream's socket be where it is looked for. One at which NGINX itself listens
// is its own.
func (p *Place) socket(name string) {
	if slices.Contains(p.Boot.Around.Sockets, name) || routes.Own(p.Config, harness.Server{Socket: name}) {
		return
	}
	p.put(harness.File{Path: name, Link: agent.SocketFile(len(p.Boot.Around.Sockets))})
	p.Boot.Around.Sockets = append(p.Boot.Around.Sockets, name)
}

// addresses lets upstreams of IPv6 be where they are looked for, but for those that NGINX
// itself is.
func (p *Place) addresses(ways []routes.Way) {
	for _, w := range ways {
		for _, s := range w.Upstream.Servers() {
			if strings.HasPrefix(s.Socket, "[") && !slices.Contains(p.Boot.Around.Sockets, s.Socket) && !routes.Own(p.Config, s) {
				p.Boot.Around.Sockets = append(p.Boot.Around.Sockets, s.Socket)
			}
		}
	}
}

// listen lets a name that NGINX listens at be its own.
func (p *Place) listen(at string) {
	host, _, _ := strings.Cut(at, ":")
	isName := strings.ContainsFunc(host, func(r rune) bool { return r >= 'a' && r <= 'z' }) && !strings.HasPrefix(at, "[")
	if isName && host != "localhost" && !slices.Contains(p.Boot.Around.Names, host) {
		p.Boot.Around.Names = append(p.Boot.Around.Names, host)
	}
}

// other is a file whose contents only its owner knows.
func (p *Place) other(n config.Need) {
	if !n.Present {
		p.lack(n.Directive, "hand it over with the configuration", "%s is not there: %s", n.Name, n.Directive)
	}
}

// scripts lets the scripts be there that application servers are asked for: NGINX looks for
// some before it passes a request on (try_files).
func (p *Place) scripts(ways []routes.Way) {
	for _, w := range ways {
		if w.Pass.Name == "proxy_pass" || w.Pass.Name == "grpc_pass" || w.Pass.Name == "memcached_pass" {
			continue
		}
		for _, v := range w.Visits[:min(2, len(w.Visits))] {
			p.script(w, v)
		}
	}
}

func (p *Place) script(w routes.Way, v harness.Visit) {
	root := routes.Root(w)
	if root == "" {
		root = "html"
	}
	name, _, _ := strings.Cut(v.Path, "?")
	if i := strings.Index(name, ".php/"); i >= 0 {
		name = name[:i+len(".php")]
	}
	if strings.HasSuffix(name, "/") {
		name += "index.php"
	}
	for _, n := range []string{name, "/index.php"} {
		at := path.Join(p.whole(root), n)
		if !strings.Contains(at, "$") && strings.HasSuffix(at, ".php") && !p.has(at) {
			p.put(harness.File{Path: at, Text: []byte("<?php // badgateway: the upstream answers\n")})
		}
	}
}

// text is the contents of a file, nil where there is none.
func (p *Place) text(name string) []byte {
	for _, f := range p.Boot.Files {
		if f.Path == name {
			return bytes.Clone(f.Text)
		}
	}
	return nil
}
