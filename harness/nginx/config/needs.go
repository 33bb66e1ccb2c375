package config

import (
	"path"
	"slices"
	"strings"
)

// A NeedKind is what sort of thing a configuration needs of its place.
type NeedKind string

const (
	Certificate  NeedKind = "certificate"        // Name, and its key in Key; no Name: TLS without any
	Authorities  NeedKind = "authorities"        // certificates to check others by
	DHParameters NeedKind = "DH parameters"      //
	TicketKey    NeedKind = "ticket key"         // 48 or 80 bytes (nginx.org, ssl_session_ticket_key)
	Revocations  NeedKind = "revocation list"    //
	PassPhrases  NeedKind = "pass phrases"       // of keys
	Passwords    NeedKind = "passwords"          // as htpasswd makes them
	OtherFile    NeedKind = "file"               // scripts, databases, rules
	User         NeedKind = "user"               //
	Group        NeedKind = "group"              //
	Folder       NeedKind = "folder"             // where NGINX writes or makes a socket
	Pages        NeedKind = "pages"              // a folder that NGINX serves files from
	Socket       NeedKind = "socket"             // of an upstream
	Host         NeedKind = "host"               // a name that is looked up when NGINX starts
	Resolver     NeedKind = "resolver"           // an address, with a port where it is written
	Listen       NeedKind = "listen"             // an address, as written
	Module       NeedKind = "module"             // Debian's package, without libnginx-mod-
	Version      NeedKind = "version"            // NGINX of at least that one
	Below        NeedKind = "version below"      // NGINX of less than that one
	Unpackaged   NeedKind = "unpackaged product" // a module that nobody packages, or NGINX Plus
)

// A Need is one thing that has to be there for a configuration to start and to serve.
type Need struct {
	Kind NeedKind
	// Name is a path, absolute or from NGINX's prefix; a name, an address, a version.
	Name string
	// Key is a certificate's; of a module it is the file that the configuration loads it
	// from, "" where it leaves that to whoever starts NGINX.
	Key string
	// Directive is the first that wants it.
	Directive *Directive
	// Present says that it is in the tree: both of a pair.
	Present bool
}

// Needs returns what the configuration needs of its place, each once, in the order in which
// it is first wanted. What depends on a request, with a variable in it, is not among it.
func (c *Config) Needs() []Need {
	n := &needs{config: c, pools: c.pools(), loads: c.loads(), seen: map[[3]string]bool{}, blocks: map[block][]*Directive{}, asked: map[*Directive]bool{}}
	for d := range c.Walk() {
		if d.Parent != nil && slices.Contains(tables, d.Parent.Name) {
			continue
		}
		n.files(d)
		n.tls(d)
		n.folders(d)
		n.people(d)
		n.network(d)
		n.product(d)
	}
	return n.found
}

// needs gathers them.
type needs struct {
	config *Config
	pools  map[string]bool   // the names of upstream{}
	loads  map[string]string // the files of modules, by package
	blocks map[block][]*Directive
	asked  map[*Directive]bool // the servers whose certificate was looked for
	seen   map[[3]string]bool
	found  []Need
}

func (c *Config) pools() map[string]bool {
	pools := map[string]bool{}
	for d := range c.Walk() {
		if d.Name == "upstream" && d.Block != nil {
			pools[d.Arg(0)] = true
		}
	}
	return pools
}

func (n *needs) add(d *Directive, kind NeedKind, name string) {
	n.put(Need{Kind: kind, Name: name, Directive: d})
}

func (n *needs) put(need Need) {
	if strings.Contains(need.Name, "$") || strings.Contains(need.Key, "$") {
		return
	}
	if id := [3]string{string(need.Kind), need.Name, need.Key}; !n.seen[id] {
		n.seen[id] = true
		n.found = append(n.found, need)
	}
}

// file adds a file, which is meant from the main file's folder.
func (n *needs) file(d *Directive, kind NeedKind, name string) {
	name = n.config.Absolute(name)
	n.put(Need{Kind: kind, Name: name, Directive: d, Present: n.config.Has(name)})
}

// fileKinds are the directives whose first argument is a file that has to be there. Those of
// the modules that speak to upstreams have one of prefixes before them.
var fileKinds = map[string]NeedKind{
	"ssl_client_certificate": Authorities, "ssl_trusted_certificate": Authorities,
	"ssl_crl": Revocations, "ssl_password_file": PassPhrases, "ssl_dhparam": DHParameters,
	"ssl_session_ticket_key": TicketKey, "ssl_stapling_file": OtherFile, "ssl_ech_file": OtherFile,
	"auth_basic_user_file": Passwords, "js_fetch_trusted_certificate": Authorities,
	"geoip2": OtherFile, "geoip_country": OtherFile, "geoip_city": OtherFile, "geoip_org": OtherFile,
	"modsecurity_rules_file": OtherFile, "xslt_stylesheet": OtherFile, "perl_require": OtherFile,
	"quic_host_key": OtherFile,
}

// prefixes are of the modules that speak TLS to upstreams.
var prefixes = []string{"proxy_", "grpc_", "uwsgi_"}

func unprefixed(name string) string {
	for _, p := range prefixes {
		if rest, ok := strings.CutPrefix(name, p); ok && strings.HasPrefix(rest, "ssl_") {
			return rest
		}
	}
	return name
}

func (n *needs) files(d *Directive) {
	name := d.Arg(0)
	kind, ok := fileKinds[unprefixed(d.Name)]
	switch {
	case d.Name == "js_import" && len(d.Args) > 0:
		n.file(d, OtherFile, d.Args[len(d.Args)-1])
	case strings.HasSuffix(d.Name, "_by_lua_file") && len(d.Args) > 0:
		n.file(d, OtherFile, d.Args[len(d.Args)-1])
	case ok && name != "" && name != "off":
		n.file(d, kind, name)
	}
}

func (n *needs) people(d *Directive) {
	if d.Name != "user" || d.Parent != nil || len(d.Args) == 0 {
		return
	}
	n.add(d, User, d.Arg(0))
	n.add(d, Group, d.Args[len(d.Args)-1])
}

// folders are where files are written: NGINX makes those of caches, but not what they are in.
func (n *needs) folders(d *Directive) {
	name := d.Arg(0)
	switch {
	case name == "" || name == "off":
	case d.Name == "access_log" || d.Name == "error_log":
		if isFile(name) {
			n.add(d, Folder, path.Dir(name))
		}
	case d.Name == "pid" || d.Name == "lock_file":
		n.add(d, Folder, path.Dir(name))
	case strings.HasSuffix(d.Name, "_temp_path") || strings.HasSuffix(d.Name, "_cache_path"):
		n.add(d, Folder, path.Clean(name))
	case d.Name == "root" || d.Name == "alias":
		n.add(d, Pages, path.Clean(name))
	}
}

// isFile says whether a log goes to a file that is made.
func isFile(log string) bool {
	return !strings.HasPrefix(log, "/dev/") && !strings.HasPrefix(log, "syslog:") && !strings.HasPrefix(log, "memory:") &&
		log != "stderr" && !strings.HasPrefix(log, "|")
}
