package place

import (
	"path"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/nginx/config"
)

// includes lets what is included and was not handed over be there: what NGINX brings is, all
// else is empty, and a gap.
func (p *Place) includes() {
	for _, m := range p.Config.Missing {
		switch {
		case m.Pattern:
			p.beyond(m)
		case p.has(m.Path):
		case isStandIn(m):
			p.standIn(m)
		case m.Stock && !m.Pattern:
			p.stock(m.Path)
		}
	}
}

// beyond tells of a pattern that leads out of what was handed over: what it finds where the
// configuration is installed nobody knows here.
func (p *Place) beyond(m config.Missing) {
	if home := path.Dir(p.Config.Entry); !strings.HasPrefix(m.Path, home+"/") {
		p.Made = append(p.Made, Made{What: "nothing, for a pattern that is included", Path: m.Path, For: p.Config.Position(m.Directive), Gap: true})
	}
}

// isStandIn says whether a file has to be there that nobody brings.
func isStandIn(m config.Missing) bool { return !m.Pattern && !m.Stock }

// snakeoil is the distribution's snippet that names a certificate which signs itself.
const snakeoil = "snakeoil.conf"

// stock lets a file that NGINX brings be where it is included from.
func (p *Place) stock(at string) {
	home := "/etc/nginx/" + path.Base(at)
	if snippet := path.Base(path.Dir(at)) == "snippets"; snippet {
		home = "/etc/nginx/snippets/" + path.Base(at)
	}
	switch path.Base(at) {
	case "fastcgi-php.conf":
		p.put(harness.File{Path: at, Text: []byte(phpSnippet)})
	case snakeoil:
		p.makePair(ownCertificate, ownKey, nil)
		p.put(harness.File{Path: at, Text: []byte(ownPair + "\n")})
	default:
		if at != home {
			p.put(harness.File{Path: at, Link: home})
		}
	}
}

// phpSnippet does what the distribution's file of that name does.
const phpSnippet = `fastcgi_split_path_info ^(.+?\.php)(/.*)$;
try_files $fastcgi_script_name =404;
set $path_info $fastcgi_path_info;
fastcgi_param PATH_INFO $path_info;
fastcgi_index index.php;
include /etc/nginx/fastcgi.conf;
`

// standIn is an empty file in the place of one that was not handed over.
func (p *Place) standIn(m config.Missing) {
	text := "# This file was not handed over; badgateway's lab has nothing in its place.\n"
	if m.Directive.Parent != nil && m.Directive.Parent.Name == "upstream" {
		text += "server handed-over.test:8080;\n" // an upstream needs one
	}
	if server := m.Directive.Parent; p.pairless && server != nil && server.Name == "server" && len(server.Find("ssl_certificate")) == 0 {
		text += ownPair + "\n"
	}
	if strings.HasPrefix(path.Base(m.Path), "resolver") {
		text += "resolver " + agent.Resolver.String() + " valid=1s;\n"
	}
	p.put(harness.File{Path: m.Path, Text: []byte(text)})
	p.Made = append(p.Made, Made{What: "a stand-in for a file that is included", Path: m.Path, For: p.Config.Position(m.Directive), Gap: true})
}
