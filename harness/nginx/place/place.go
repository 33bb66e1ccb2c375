// Package place gives an NGINX configuration what it takes for granted where it is installed:
// certificates, users, folders, modules, names. It decides what has to be there; who boots
// the configuration puts it there, in a lab and nowhere else.
package place

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/authority"
	"github.com/badgateway/badgateway/harness/nginx"
	"github.com/badgateway/badgateway/harness/nginx/config"
	"github.com/badgateway/badgateway/harness/nginx/routes"
)

// A Place is what a configuration finds around it.
type Place struct {
	Config *config.Config
	Boot   harness.Boot
	// Made are the things that were made up, because they were not handed over.
	Made []Made
	// Lacking is what cannot be made up.
	Lacking []Lack

	signs    *authority.Authority
	modules  []string // files to be loaded
	dropped  []string // lines that were put into http{}
	rekeyed  []string // keys of certificates that are made anew
	pairless bool     // servers that speak TLS get their certificate by what stands in for a file
	mended   map[string]bool
	asItIs   bool // nothing is mended: it is an image's own
}

// Made is something in the place that was not handed over.
type Made struct {
	What string // "a certificate", "an empty file"
	Path string
	For  string // the position of what wants it, "" for none
	// Gap says that the configuration does less by it than where it is installed: what
	// depends on it is not covered.
	Gap bool
}

// Lack is what cannot be made up.
type Lack struct {
	At     string // position
	What   string
	Remedy string
}

// Options say how a place is made.
type Options struct {
	// Gateway is in provision's words; "" is the NGINX that the configuration is for.
	Gateway string
	// Signs makes the certificates.
	Signs *authority.Authority
}

// Make makes the place for a configuration.
func Make(c *config.Config, o Options) (*Place, error) {
	p := &Place{Config: c, signs: o.Signs, mended: map[string]bool{}}
	p.Boot.Files = c.Files()
	p.Boot.Around = nginx.Around(c)
	certificate, key, err := o.Signs.PEM()
	if err != nil {
		return nil, err
	}
	p.Boot.Authority = agent.Authority{Certificate: certificate, Key: key}
	needs := c.Needs()
	p.Boot.From = o.Gateway
	if o.Gateway == "" {
		p.Boot.From = p.fitting(needs)
	}
	p.rekey(needs)
	for _, n := range needs {
		if err := p.provide(n); err != nil {
			return nil, fmt.Errorf("%s: %w", c.Position(n.Directive), err)
		}
	}
	p.logs()
	p.foreground()
	p.includes()
	ways, _ := routes.Find(c)
	p.addresses(ways)
	p.scripts(ways)
	p.finish()
	return p, nil
}

// AsItIs is the place of a configuration that is in an image of its own, which starts itself.
// Nothing is put there but the sockets of upstreams, which are on nobody's network.
func AsItIs(c *config.Config, boot harness.Boot, signs *authority.Authority) (*Place, error) {
	p := &Place{Config: c, Boot: boot, signs: signs, mended: map[string]bool{}, asItIs: true}
	p.Boot.Around = nginx.Around(c)
	certificate, key, err := signs.PEM()
	if err != nil {
		return nil, err
	}
	p.Boot.Authority = agent.Authority{Certificate: certificate, Key: key}
	for _, n := range c.Needs() {
		switch n.Kind {
		case config.Socket:
			p.socket(n.Name)
		case config.Listen:
			p.listen(n.Name)
		}
	}
	ways, _ := routes.Find(c)
	p.addresses(ways)
	return p, nil
}

// finish states the command, once it is known what has to be loaded.
func (p *Place) finish() {
	p.Boot.Command = nginx.Command(p.Config, p.prefix(), p.modules)
}

// prefix is the folder from which relative paths are meant that are not of the configuration:
// logs, pages, modules.
func (p *Place) prefix() string {
	folder := path.Dir(p.Config.Entry)
	if path.Base(folder) == "conf" {
		return path.Dir(folder)
	}
	return folder
}

// whole is a path from the prefix.
func (p *Place) whole(name string) string {
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join(p.prefix(), name)
}

// put adds a file, or replaces the one at its path.
func (p *Place) put(f harness.File) {
	if i := slices.IndexFunc(p.Boot.Files, func(old harness.File) bool { return old.Path == f.Path }); i >= 0 {
		p.Boot.Files[i] = f
		return
	}
	p.Boot.Files = append(p.Boot.Files, f)
}

// has says whether there is a file at a path, handed over or made.
func (p *Place) has(path string) bool {
	return slices.ContainsFunc(p.Boot.Files, func(f harness.File) bool { return f.Path == path })
}

// makeUp adds a file that was made up.
func (p *Place) makeUp(what string, f harness.File, forWhom *config.Directive) {
	p.put(f)
	at := ""
	if forWhom != nil {
		at = p.Config.Position(forWhom)
	}
	p.Made = append(p.Made, Made{What: what, Path: f.Path, For: at})
}

func (p *Place) lack(d *config.Directive, remedy, what string, args ...any) {
	p.Lacking = append(p.Lacking, Lack{At: p.Config.Position(d), What: fmt.Sprintf(what, args...), Remedy: remedy})
}

// Problem is what is lacking as an error, nil where nothing is.
func (p *Place) Problem() error {
	if len(p.Lacking) == 0 {
		return nil
	}
	var lines, remedies []string
	for _, l := range p.Lacking {
		lines = append(lines, l.At+": "+l.What)
		if l.Remedy != "" && !slices.Contains(remedies, l.Remedy) {
			remedies = append(remedies, l.Remedy)
		}
	}
	return &harness.Problem{Blame: harness.Usage, What: lines[0], Hint: strings.Join(remedies, "; "), Detail: lines[1:]}
}

// Gaps are what was made up and leaves something uncovered.
func (p *Place) Gaps() (gaps []Made) {
	for _, m := range p.Made {
		if m.Gap {
			gaps = append(gaps, m)
		}
	}
	return gaps
}

// Gateway is NGINX in this place.
func (p *Place) Gateway() nginx.Configured {
	return nginx.Configured{Config: p.Config, Place: p.Boot, Ways: map[string]routes.Way{}}
}
