package place

import (
	"path"
	"slices"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/nginx/config"
)

// branches are the NGINX that can be had besides the usual one, in order, with what is the
// first that is newer than each.
var branches = []struct{ ref, carries string }{{"nginx", "1.22"}, {"nginx@1.26", "1.26"}, {"nginx@1.30", "1.30"}}

// fitting is the first NGINX that knows all that the configuration says.
func (p *Place) fitting(needs []config.Need) string {
	for _, b := range branches {
		if !slices.ContainsFunc(needs, func(n config.Need) bool { return n.Kind == config.Version && harness.Older(b.carries, n.Name) }) {
			return b.ref
		}
	}
	return branches[len(branches)-1].ref
}

// module has NGINX come with a module, and loads it where the configuration does not.
func (p *Place) module(n config.Need) {
	const home = "/usr/lib/nginx/modules/"
	file := moduleFile(n.Name)
	if n.Present { // a stranger's: it is in the lab, and nowhere else
		return
	}
	if strings.HasPrefix(p.Boot.From, "image:") || strings.HasPrefix(p.Boot.From, "bin:") {
		return // it brings what it brings
	}
	if !strings.Contains(p.Boot.From+"+", "+"+n.Name+"+") {
		p.Boot.From += "+" + n.Name
	}
	if n.Key == "" {
		p.modules = append(p.modules, home+file)
		return
	}
	if at := p.whole(n.Key); at != home+file {
		p.put(harness.File{Path: at, Link: home + file})
	}
}

// moduleFile is how a package calls its module's file.
func moduleFile(name string) string {
	if name == "http-ndk" {
		return "ndk_http_module.so"
	}
	return "ngx_" + strings.ReplaceAll(name, "-", "_") + "_module.so"
}

// unpackaged is what no package brings.
func (p *Place) unpackaged(n config.Need) {
	if strings.HasPrefix(p.Boot.From, "image:") || strings.HasPrefix(p.Boot.From, "bin:") {
		return
	}
	if n.Name == "NGINX Plus" {
		p.lack(n.Directive, "run it with your own image: --image registry/nginx-plus:tag", "only NGINX Plus knows %q", n.Directive.Name)
		return
	}
	p.lack(n.Directive, "run it with your own image: --image registry/edge:tag, or leave its directives out: --without-module "+n.Name,
		"nobody packages the module %s, which knows %q", n.Name, n.Directive.Name)
}

// dropIn puts a line into http{}: into a main file of our making, or beside the files that the
// configuration includes there. It says whether there was a place for it.
func (p *Place) dropIn(line string) bool {
	if slices.Contains(p.dropped, line) {
		return true
	}
	if p.Config.Stock {
		text := strings.Replace(string(p.text(p.Config.Entry)), "http {\n", "http {\n\t"+line+"\n", 1)
		p.put(harness.File{Path: p.Config.Entry, Text: []byte(text)})
		p.dropped = append(p.dropped, line)
		return true
	}
	pattern := p.httpPattern()
	if pattern == "" {
		return false
	}
	p.dropped = append(p.dropped, line)
	name := strings.Replace(path.Base(pattern), "*", "00-badgateway", 1)
	p.put(harness.File{Path: path.Join(path.Dir(pattern), name), Text: []byte(strings.Join(p.dropped, "\n") + "\n")})
	return true
}

// httpPattern is one by which http{} includes whatever is in a folder, "" where none does.
func (p *Place) httpPattern() string {
	for _, pattern := range p.Config.Patterns("http") {
		if !strings.ContainsAny(path.Dir(pattern), "*?[") && strings.Count(path.Base(pattern), "*") == 1 && !strings.ContainsAny(path.Base(pattern), "?[") {
			return pattern
		}
	}
	return ""
}
