package config

import (
	"iter"
	"path"
	"regexp"
	"slices"
	"strings"

	crossplane "github.com/nginxinc/nginx-go-crossplane"
)

// A module is what brings directives that NGINX itself does not know.
type module struct {
	name string // how people call it
	// is finds its directives by name.
	is *regexp.Regexp
	// packages are Debian's, without libnginx-mod-; in the order in which they have to be
	// loaded. None: nobody packages it.
	packages []string
	// stream is what it is called in stream{}, "" where it is the same.
	stream string
}

// modules are told apart by the first that fits.
var modules = []module{
	{name: "headers-more", is: regexp.MustCompile(`^more_(set|clear)_`), packages: []string{"http-headers-more-filter"}},
	{name: "brotli-static", is: regexp.MustCompile(`^brotli_static$`), packages: []string{"http-brotli-static"}},
	{name: "brotli", is: regexp.MustCompile(`^brotli(_|$)`), packages: []string{"http-brotli-filter"}},
	{name: "lua", is: regexp.MustCompile(`_by_lua(_block|_file)?$|^lua_`), packages: []string{"http-ndk", "http-lua"}},
	{name: "js", is: regexp.MustCompile(`^js_`), packages: []string{"http-js"}, stream: "stream-js"},
	{name: "geoip2", is: regexp.MustCompile(`^geoip2(_|$)`), packages: []string{"http-geoip2"}, stream: "stream-geoip2"},
	{name: "geoip", is: regexp.MustCompile(`^geoip_`), packages: []string{"http-geoip"}, stream: "stream-geoip"},
	{name: "echo", is: regexp.MustCompile(`^echo(_|$)`), packages: []string{"http-echo"}},
	{name: "fancyindex", is: regexp.MustCompile(`^fancyindex`), packages: []string{"http-fancyindex"}},
	{name: "subs-filter", is: regexp.MustCompile(`^subs_filter`), packages: []string{"http-subs-filter"}},
	{name: "uploadprogress", is: regexp.MustCompile(`^(upload_progress|track_uploads|report_uploads)`), packages: []string{"http-uploadprogress"}},
	{name: "cache-purge", is: regexp.MustCompile(`_cache_purge$`), packages: []string{"http-cache-purge"}},
	{name: "auth-pam", is: regexp.MustCompile(`^auth_pam`), packages: []string{"http-auth-pam"}},
	{name: "dav-ext", is: regexp.MustCompile(`^dav_ext_`), packages: []string{"http-dav-ext"}},
	{name: "image-filter", is: regexp.MustCompile(`^image_filter`), packages: []string{"http-image-filter"}},
	{name: "perl", is: regexp.MustCompile(`^perl(_|$)`), packages: []string{"http-perl"}},
	{name: "xslt", is: regexp.MustCompile(`^(xslt_|xml_entities$)`), packages: []string{"http-xslt-filter"}},
	{name: "stream", is: regexp.MustCompile(`^stream$`), packages: []string{"stream"}},
	{name: "mail", is: regexp.MustCompile(`^mail$`), packages: []string{"mail"}},
	{name: "nchan", is: regexp.MustCompile(`^nchan_`), packages: []string{"nchan"}},
	{name: "rtmp", is: regexp.MustCompile(`^rtmp(_|$)`), packages: []string{"rtmp"}},
	{name: "memc", is: regexp.MustCompile(`^memc_`), packages: []string{"http-memc"}},
	{name: "set-misc", is: regexp.MustCompile(`^set_(random|hashed|local|quote|if_empty|secure_random|md5|sha1|hmac|unescape|escape|encode|decode|misc|rotate)`), packages: []string{"http-ndk", "http-set-misc"}},
	{name: "srcache", is: regexp.MustCompile(`^srcache_`), packages: []string{"http-srcache-filter"}},
	{name: "modsecurity", is: regexp.MustCompile(`^modsecurity(_|$)`), packages: []string{"http-modsecurity"}},
	{name: "upstream-fair", is: regexp.MustCompile(`^fair$`), packages: []string{"http-upstream-fair"}},

	{name: "vts", is: regexp.MustCompile(`^vhost_traffic_status`)},
	{name: "zstd", is: regexp.MustCompile(`^zstd(_|$)`)},
	{name: "pagespeed", is: regexp.MustCompile(`^pagespeed$`)},
	{name: "passenger", is: regexp.MustCompile(`^passenger_`)},
	{name: "push-stream", is: regexp.MustCompile(`^push_stream`)},
	{name: "naxsi", is: regexp.MustCompile(`^(SecRules|LearningMode|DeniedUrl|CheckRule|BasicRule|MainRule|naxsi_)`)},
	{name: "vod", is: regexp.MustCompile(`^vod(_|$)`)},
	{name: "upload", is: regexp.MustCompile(`^upload_(pass|store|set_form|state|resumable|max|limit|cleanup|aggregate|buffer|merge|range|tame|add)`)},
	{name: "ldap", is: regexp.MustCompile(`^(auth_ldap|ldap_server)`)},
	{name: "otel", is: regexp.MustCompile(`^(otel|opentelemetry)_`)},
	{name: "opentracing", is: regexp.MustCompile(`^(opentracing|jaeger_tracer|zipkin_tracer)`)},
	{name: "concat", is: regexp.MustCompile(`^concat(_|$)`)},
	{name: "upstream-check", is: regexp.MustCompile(`^check(_|$)`)},
	{name: "secure-token", is: regexp.MustCompile(`^(secure_token|akamai_token|cloudfront_token)`)},
	{name: "aws-auth", is: regexp.MustCompile(`^aws_(auth|access|sign|key|s3)`)},
	{name: "connect", is: regexp.MustCompile(`^proxy_connect(_allow|_address|_bind|_data_timeout|_read_timeout|_send_timeout|_response)?$`)},
	{name: "zip", is: regexp.MustCompile(`^zip$`)},
	{name: "app-protect", is: regexp.MustCompile(`^app_protect`)},
}

// plus are the directives of NGINX Plus, where a module of the same name is not meant.
var plus = regexp.MustCompile(`^(api|auth_jwt|auth_oidc|auth_require|f4f|health_check|hls|internal_redirect|keyval|license_token|match|mgmt|mqtt|ntlm|num_map|oidc_provider|proxy_session_drop|queue|session_log|state|status|status_zone|zone_sync)(_|$)|_(ssl_key_log|request_dynamic|bind_dynamic|allow_upstream)$|^ssl_key_log$`)

// ofPlus says whether only NGINX Plus knows the directive.
func ofPlus(name string) bool {
	_, free := crossplane.MatchOssLatest(name)
	_, paid := crossplane.MatchNginxPlusLatest(name)
	return paid && !free && plus.MatchString(name)
}

// moduleOf returns the module that a directive is of.
func moduleOf(name string) (module, bool) {
	for _, m := range modules {
		if m.is.MatchString(name) {
			return m, true
		}
	}
	return module{}, false
}

// Modules are the names that Options.Without takes.
func Modules() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, m := range modules {
			if !yield(m.name) {
				return
			}
		}
	}
}

// called says whether a user means the module by that name: with - or _, with Debian's words
// around it or without.
func (m module) called(name string) bool {
	name = strings.ReplaceAll(strings.ToLower(name), "_", "-")
	for _, around := range []string{"libnginx-mod-", "ngx-", "http-", "stream-"} {
		name = strings.TrimPrefix(name, around)
	}
	own := []string{m.name, m.name + "-filter", m.name + "-module"}
	return slices.Contains(own, name) || m.name == "js" && name == "njs"
}

// loads says whether a load_module is of the module. The development kit is of several.
func (m module) loads(file string) bool {
	p := packageOf(file)
	switch {
	case p == "http-ndk":
		return false
	case len(m.packages) == 0:
		return strings.Contains(p, m.name)
	}
	return slices.Contains(m.packages, p) || p == m.stream
}

// packageOf is Debian's name for the module in a file, such as ngx_http_lua_module.so.
func packageOf(file string) string {
	name := strings.TrimSuffix(strings.TrimSuffix(path.Base(file), ".so"), "_module")
	if name == "ndk_http" {
		return "http-ndk"
	}
	return strings.ReplaceAll(strings.TrimPrefix(name, "ngx_"), "_", "-")
}
