package place

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/badgateway/badgateway/harness"
)

// A remedy is what helps where NGINX says that it does not start.
type remedy struct {
	says *regexp.Regexp
	// mend does it and says whether it could. found are what the expression captured.
	mend func(p *Place, found []string) bool
}

// remedies are for what the text of a configuration does not show: what it takes for
// granted that is in files of others. Each is a gap.
var remedies = []remedy{
	{regexp.MustCompile(`unknown "([^"]+)" variable`), func(p *Place, f []string) bool {
		if f[1] == "connection_upgrade" {
			return p.supply("the variable $"+f[1], `map $http_upgrade $connection_upgrade { default upgrade; '' close; }`)
		}
		return p.supply("the variable $"+f[1], `map "" $`+f[1]+` { default ""; }`)
	}},
	{regexp.MustCompile(`unknown log format "([^"]+)"`), func(p *Place, f []string) bool {
		return p.supply("the log format "+f[1], "log_format "+f[1]+` '$remote_addr "$request" $status';`)
	}},
	{regexp.MustCompile(`zero size shared memory zone "([^"]+)"`), func(p *Place, f []string) bool { return p.zone(f[1]) }},
	{regexp.MustCompile(`"(?:proxy|fastcgi|uwsgi|scgi)_cache" zone "([^"]+)" is unknown`), func(p *Place, f []string) bool { return p.zone(f[1]) }},
	{regexp.MustCompile(`no port in upstream "([\w.-]+)"`), func(p *Place, f []string) bool {
		return p.supply("the upstream "+f[1], "upstream "+f[1]+" { server "+f[1]+":80; }")
	}},
	{regexp.MustCompile(`could not build (?:the |optimal )?(\w+)_hash`), func(p *Place, f []string) bool {
		return p.supply("a larger hash", f[1]+"_hash_bucket_size 256;")
	}},
	{regexp.MustCompile(`getpwnam\("([^"]+)"\) failed`), func(p *Place, f []string) bool { p.person(&p.Boot.Users, f[1]); return true }},
	{regexp.MustCompile(`getgrnam\("([^"]+)"\) failed`), func(p *Place, f []string) bool { p.person(&p.Boot.Groups, f[1]); return true }},
	{regexp.MustCompile(`mkdir\(\) "([^"]+)" failed \(2:`), func(p *Place, f []string) bool { p.folder(path.Dir(strings.TrimSuffix(f[1], "/"))); return true }},
	{regexp.MustCompile(`bind\(\) to unix:(\S+) failed \(2:`), func(p *Place, f []string) bool { p.folder(path.Dir(f[1])); return true }},
	{regexp.MustCompile(`open\(\) "([^"]+\.(?:log|pid|lock)[^"]*)" failed \(2:`), func(p *Place, f []string) bool { p.folder(path.Dir(f[1])); return true }},
	{regexp.MustCompile(`open\(\) "([^"]+)" failed \(2:`), func(p *Place, f []string) bool {
		p.put(harness.File{Path: f[1]})
		p.Made = append(p.Made, Made{What: "an empty file", Path: f[1], Gap: true})
		return true
	}},
	{regexp.MustCompile(`cannot load certificate(?: key)? "([^"]+)"`), func(p *Place, f []string) bool {
		cert, key, err := p.signs.LeafPEM(nameOfAll)
		if err != nil {
			return false
		}
		p.makeUp("a certificate and its key", harness.File{Path: f[1], Text: append(cert, key...), Mode: 0o600}, nil)
		return true
	}},
	{regexp.MustCompile(`module "(\w+)" is already loaded`), func(p *Place, f []string) bool {
		before := len(p.modules)
		p.modules = slices.DeleteFunc(p.modules, func(m string) bool { return path.Base(m) == f[1]+".so" })
		return len(p.modules) < before
	}},
	{regexp.MustCompile(`unknown directive "http2"|invalid parameter "(?:quic|resolve)"|"quic" parameter requires`), func(p *Place, _ []string) bool { return p.newer() }},
}

// Mend does something about what NGINX said as it did not start, and says whether it could.
// The same is not done twice.
func (p *Place) Mend(lines []string) bool {
	if p.asItIs {
		return false
	}
	for _, line := range lines {
		if !strings.Contains(line, "[emerg]") && !strings.Contains(line, "[crit]") {
			continue
		}
		for _, r := range remedies {
			found := r.says.FindStringSubmatch(line)
			if found == nil || p.mended[found[0]] {
				continue
			}
			p.mended[found[0]] = true
			if r.mend(p, found) {
				p.finish()
				return true
			}
		}
	}
	return false
}

// supply puts a line into http{} that a file of others would have had.
func (p *Place) supply(what, line string) bool {
	if !p.dropIn(line) {
		return false
	}
	p.Made = append(p.Made, Made{What: what, Path: "http{}", Gap: true})
	return true
}

// zone makes a shared zone, by what asks for it.
func (p *Place) zone(name string) bool {
	for d := range p.Config.Walk() {
		switch {
		case d.Name == "limit_req" && slices.Contains(d.Args, "zone="+name):
			return p.supply("the zone "+name, fmt.Sprintf("limit_req_zone $binary_remote_addr zone=%s:1m rate=1000r/s;", name))
		case d.Name == "limit_conn" && d.Arg(0) == name:
			return p.supply("the zone "+name, fmt.Sprintf("limit_conn_zone $binary_remote_addr zone=%s:1m;", name))
		case strings.HasSuffix(d.Name, "_cache") && d.Arg(0) == name:
			module := strings.TrimSuffix(d.Name, "_cache")
			return p.supply("the cache "+name, fmt.Sprintf("%s_cache_path /var/cache/nginx/%s keys_zone=%s:1m;", module, name, name))
		}
	}
	return false
}

// newer takes the next NGINX.
func (p *Place) newer() bool {
	for i, b := range branches[:len(branches)-1] {
		base, modules, _ := strings.Cut(p.Boot.From, "+")
		if base == b.ref {
			p.Boot.From = branches[i+1].ref
			if modules != "" {
				p.Boot.From += "+" + modules
			}
			return true
		}
	}
	return false
}
