package nginx

import (
	"fmt"
	"strings"

	"github.com/badgateway/badgateway/harness"
)

// edge is a cache in front of the gateway that passes requests on, in one process with it: the
// site's own server is the edge, and what is behind it, the origin, is another that listens on
// an address of loopback. The origin believes the edge who the client is, so that its log says
// it too.
func edge(location ...string) setup {
	return setup{
		Keeps:    true,
		HTTP:     "proxy_cache_path {{.Kept}} keys_zone={{.Name}}:64k use_temp_path=off;\n" + fmt.Sprintf(originServer, ""),
		Pass:     `proxy_pass http://{{.Origin}};`,
		Location: strings.Join(append([]string{forwards, keepsAnswers}, location...), "\n"),
	}
}

// behind is the setup with more in the origin's location.
func (s setup) behind(lines string) setup {
	s.HTTP = strings.Replace(s.HTTP, "        proxy_pass", "        "+lines+"\n        proxy_pass", 1)
	return s
}

// purged is the setup with a way to remove the files of its cache (ngx_http_dav_module).
func (s setup) purged() setup {
	s.Server = "location ^~ {{.PurgePath}} {\n    alias {{.Kept}}/;\n    dav_methods DELETE;\n}"
	return s
}

// sliced is the setup with a place in the cache for each range (ngx_http_slice_module).
func (s setup) sliced() setup {
	s.Location = strings.Replace(s.Location, "$request_uri;", "$request_uri$slice_range;", 1)
	return s
}

// originServer has a location that is written otherwise than the edge's, so that an alteration
// can tell them apart, and means the same.
const originServer = `
server {
    listen {{.Origin}};%s
    set_real_ip_from 127.0.0.0/8;
    real_ip_header X-Forwarded-For;
    location ^~ / {
        proxy_pass http://{{.Address}};
    }
}`

const (
	forwards     = "proxy_set_header Host $host;\nproxy_set_header X-Forwarded-For $remote_addr;"
	keepsAnswers = "proxy_cache {{.Name}};\nproxy_cache_key $host$request_uri;\nadd_header X-Cache $upstream_cache_status always;"
)

// edgeSetups are edges.
var edgeSetups = map[harness.Setup]setup{
	harness.EdgeKeeps:          edge("proxy_cache_valid 200 1m;"),
	harness.EdgeKeepsBriefly:   edge("proxy_cache_valid 200 1s;"),
	harness.EdgeGivesOld:       edge("proxy_cache_valid 200 1s;", "proxy_cache_use_stale error timeout http_502 http_504;"),
	harness.EdgeWaitsFirst:     edge("proxy_cache_valid 200 1s;", "proxy_cache_use_stale error timeout http_502 http_504;", "proxy_read_timeout 1s;"),
	harness.EdgeGivesOldAtOnce: edge("proxy_cache_valid 200 1s;", "proxy_cache_use_stale updating;"),
	harness.EdgeKeepsErrors:    edge("proxy_cache_valid any 1s;", "proxy_cache_bypass $http_pragma;"),
	harness.EdgeSpeaksHTTP11:   edge("proxy_cache_valid 200 1s;", "proxy_http_version 1.1;"),
	harness.EdgeSpeaksHTTP10:   edge("proxy_cache_valid 200 1s;", "proxy_http_version 1.0;", "proxy_cache_bypass $http_pragma;"),
	harness.EdgeGivesUpFirst:   edge("proxy_cache_valid 200 1m;").behind("proxy_read_timeout 1m;"),
	harness.EdgeCanBePassed:    edge("proxy_cache_valid 200 1s;", "proxy_cache_use_stale error timeout http_502 http_504;", "proxy_cache_bypass $http_pragma;"),
	harness.EdgeCanBePurged:    edge("proxy_cache_valid 200 1s;", "proxy_cache_use_stale error timeout http_502 http_504;").purged(),
	harness.EdgeAsksOnce:       edge("proxy_cache_valid 200 1m;", "proxy_cache_lock on;", "proxy_cache_lock_timeout 1s;"),
	harness.EdgeAsksForRanges: edge(fmt.Sprintf("slice %d;", harness.SliceSize), "proxy_set_header Range $slice_range;",
		"proxy_http_version 1.1;", "proxy_cache_valid 200 206 1s;").sliced(),
	harness.EdgeOfNobody: {Pass: `proxy_pass http://{{.Origin}};`},
	harness.EdgeAsksForAnother: {
		HTTP: fmt.Sprintf(originServer, "\n    server_name {{.Name}};") + `
server {
    listen {{.Origin}} default_server;
    return 404;
}`,
		Pass: `proxy_pass http://{{.Origin}};`,
	},
}

// edgeAlterations break what scenarios of edges promise.
var edgeAlterations = map[string]alteration{
	"edge/hit":                {"valid 200 1m;", "valid 404 1m;"},
	"edge/miss":               {"valid 200 1m;", "valid any 4s;"},
	"edge/expired":            {New: "proxy_cache_use_stale http_502;"},
	"edge/stale":              {" http_502", ""},
	"edge/stale-late":         {"error timeout ", "error "},
	"edge/updating":           {"use_stale updating;", "use_stale off;"},
	"edge/error-kept":         {"valid any 1s;", "valid 200 1s;"},
	"edge/truncated-length":   {"location ^~ / {", "location ^~ / {\n            ssi on;\n            ssi_types *;"}, // which takes away the length
	"edge/truncated-chunked":  {"version 1.1;", "version 1.0;"},
	"edge/truncated-unframed": {"version 1.0;", "version 1.1;"},
	"edge/timeout":            {"read_timeout 1m;", "read_timeout 1s;"},
	"edge/bypass":             {"proxy_cache_bypass $http_pragma;", ""},
	"edge/purged":             {"dav_methods DELETE;", "return 204;"},
	"edge/lock":               {New: "proxy_cache_lock_age 100ms;"},
	"edge/origin-down":        masked,
	"edge/wrong-host":         {"return 404;", "return 200;"},
	"edge/ranges-disagree":    {"location ^~ / {", "location ^~ / {\n            proxy_hide_header ETag;"}, // by which alone they could be told apart,
}
