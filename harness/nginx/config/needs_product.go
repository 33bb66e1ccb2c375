package config

import (
	"slices"
	"strings"
)

// product adds which NGINX it takes: its modules, its version, its make.
func (n *needs) product(d *Directive) {
	if d.Name == "load_module" {
		n.module(d, packageOf(d.Arg(0)))
		return
	}
	if since, ok := n.since(d); ok {
		n.add(d, Version, since)
	}
	if until, ok := goneSince[d.Name]; ok {
		n.add(d, Below, until)
	}
	m, known := moduleOf(d.Name)
	switch {
	case known && len(m.packages) == 0:
		n.add(d, Unpackaged, m.name)
	case known && m.stream != "" && d.In("stream"):
		n.module(d, m.stream)
	case known:
		for _, p := range m.packages {
			n.module(d, p)
		}
	case ofPlus(d.Name):
		n.add(d, Unpackaged, "NGINX Plus")
	}
}

// module adds one, with the file that the configuration loads it from.
func (n *needs) module(d *Directive, name string) {
	file := n.loads[name]
	n.put(Need{Kind: Module, Name: name, Key: file, Directive: d, Present: file != "" && n.config.Has(file)})
}

// loads are the files that the configuration loads modules from, by their package.
func (c *Config) loads() map[string]string {
	files := map[string]string{}
	for _, d := range c.Find("load_module") {
		files[packageOf(d.Arg(0))] = d.Arg(0)
	}
	return files
}

// versions are the first that know a directive (nginx.org, CHANGES). Those that every
// distribution in use has are left out.
var versions = map[string]string{
	"auth_delay": "1.17.10", "limit_req_dry_run": "1.17.1", "limit_conn_dry_run": "1.17.6",
	"proxy_cookie_flags": "1.19.3", "userid_flags": "1.19.3", "ssl_reject_handshake": "1.19.4",
	"ssl_conf_command": "1.19.4", "proxy_ssl_conf_command": "1.19.4", "grpc_ssl_conf_command": "1.19.4", "uwsgi_ssl_conf_command": "1.19.4",
	"keepalive_time": "1.19.10", "mp4_start_key_frame": "1.21.4", "ssl_alpn": "1.21.4",
	"http3": "1.25.0", "http3_hq": "1.25.0", "http3_max_concurrent_streams": "1.25.0", "http3_stream_buffer_size": "1.25.0",
	"quic_active_connection_id_limit": "1.25.0", "quic_bpf": "1.25.0", "quic_gso": "1.25.0", "quic_host_key": "1.25.0", "quic_retry": "1.25.0",
	"http2": "1.25.1", "proxy_pass_trailers": "1.27.2",
	"ssl_certificate_cache": "1.27.4", "proxy_ssl_certificate_cache": "1.27.4", "grpc_ssl_certificate_cache": "1.27.4", "uwsgi_ssl_certificate_cache": "1.27.4",
	"ssl_object_cache_inheritable": "1.27.4", "keepalive_min_timeout": "1.27.4",
	"early_hints": "1.29.0", "ssl_certificate_compression": "1.29.1", "add_header_inherit": "1.29.3", "add_trailer_inherit": "1.29.3",
	"ssl_ech_file": "1.29.4", "sticky": "1.29.6",
}

// goneSince are the first that no longer know a directive.
var goneSince = map[string]string{"ssl": "1.25.1", "spdy_headers_comp": "1.9.5", "spdy_chunk_size": "1.9.5"}

// since returns the first version that takes the directive as it is written.
func (n *needs) since(d *Directive) (string, bool) {
	inPool := d.Parent != nil && d.Parent.Name == "upstream"
	switch {
	case d.Name == "listen" && slices.Contains(d.Args, "quic"):
		return "1.25.0", true
	case inPool && d.Name == "server" && slices.Contains(d.Args, "resolve"):
		return "1.27.3", true // of Plus alone before
	case inPool && strings.HasPrefix(d.Name, "resolver"):
		return "1.27.3", true
	case d.Name == "resolver" && slices.Contains(d.Args, "ipv4=off"):
		return "1.23.1", true
	case d.Name == "proxy_http_version" && d.Arg(0) == "2":
		return "1.29.4", true
	}
	version, known := versions[d.Name]
	return version, known
}
