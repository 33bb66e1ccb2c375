package nginx

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/nginx/config"
	"github.com/badgateway/badgateway/harness/nginx/routes"
)

// PolicyOf reads how NGINX treats the requests that a directive passes on, from that place
// outwards: a directive that is missing in a block is inherited from the one around it (the
// rule of all that are read here).
func PolicyOf(c *config.Config, pass *config.Directive, up routes.Upstream) (p harness.Policy, err error) {
	s := scope{c, pass}
	module := strings.TrimSuffix(pass.Name, "_pass")
	for _, t := range []struct {
		to        *harness.Setting
		directive string
		missing   time.Duration // NGINX's default
	}{
		{&p.Connect, module + "_connect_timeout", 60 * time.Second},
		{&p.Send, module + "_send_timeout", 60 * time.Second},
		{&p.Read, module + "_read_timeout", 60 * time.Second},
		{&p.Client, "client_body_timeout", 60 * time.Second},
		{&p.Resolve, "resolver_timeout", 30 * time.Second},
		{&p.Hear, "client_header_timeout", 60 * time.Second},
		{&p.Retry.Within, module + "_next_upstream_timeout", 0},
	} {
		if *t.to, err = s.duration(t.directive, t.missing); err != nil {
			return p, err
		}
	}
	if p.Learned, err = s.learned(); err != nil {
		return p, err
	}
	p.Pass = s.at(pass)
	p.Pass.Text = strings.Join(pass.Args, " ")
	p.Tokens, p.Chunked = s.written("server_tokens"), s.written("chunked_transfer_encoding")
	p.Fields, p.Pages = s.fields(), s.pages()
	if p.Kept, err = s.kept(module); err != nil {
		return p, err
	}
	if p.Lock, err = s.lock(module); err != nil {
		return p, err
	}
	if p.Header, p.HeaderBytes, err = s.size(module+"_buffer_size", 4<<10); err != nil { // the default is a page of memory
		return p, err
	}
	return p, s.retry(&p.Retry, module, up)
}

// fields are where the answer's header is added to: all of one block, the innermost that adds
// any (ngx_http_headers_module).
func (s scope) fields() map[string]harness.Setting {
	found := map[string]harness.Setting{}
	for block := range s.from.Up() {
		for _, d := range block.Find("add_header") {
			set := s.at(d)
			set.Text = strings.Join(d.Args, " ")
			found[strings.ToLower(d.Arg(0))] = set
		}
		if len(found) > 0 {
			break
		}
	}
	return found
}

// kept are the answers that a cache in force keeps (ngx_http_proxy_module, proxy_cache_valid).
func (s scope) kept(module string) (found []harness.Setting, err error) {
	if _, cache := s.find(module + "_cache"); len(cache) == 0 || cache[0] == "off" {
		return nil, nil
	}
	for block := range s.from.Up() {
		for _, d := range block.Find(module + "_cache_valid") {
			set := s.at(d)
			set.Text = strings.Join(d.Args, " ")
			if set.Value, err = duration(d.Arg(len(d.Args) - 1)); err != nil {
				return nil, unreadable(set, err)
			}
			found = append(found, set)
		}
		if len(found) > 0 {
			break
		}
	}
	return found, nil
}

// lock is how long a request waits for another's of the same (ngx_http_proxy_module,
// proxy_cache_lock).
func (s scope) lock(module string) (set harness.Setting, err error) {
	if _, on := s.find(module + "_cache_lock"); len(on) == 0 || on[0] != "on" {
		return set, nil
	}
	return s.duration(module+"_cache_lock_timeout", 5*time.Second)
}

// retry reads what makes NGINX ask another server (ngx_http_proxy_module,
// proxy_next_upstream; ngx_http_upstream_module, server).
func (s scope) retry(r *harness.Retry, module string, up routes.Upstream) (err error) {
	on, args := s.find(module + "_next_upstream")
	on.Text = "error timeout"
	if len(args) > 0 {
		on.Text = strings.Join(args, " ")
	}
	r.On = on
	r.Tries, args = s.find(module + "_next_upstream_tries")
	if len(args) > 0 {
		r.Tries.Text = args[0]
		if r.Count, err = strconv.Atoi(args[0]); err != nil {
			return unreadable(r.Tries, fmt.Errorf("%q is no number", args[0]))
		}
	}
	r.Grudge, r.Forgive = 10*time.Second, harness.Setting{Directive: "fail_timeout", Value: 10 * time.Second}
	for _, m := range up.Members {
		if m.Down {
			continue
		}
		r.Servers++
		if m.Backup {
			r.Spares++
		}
		if err := s.grudge(r, m.Line); err != nil {
			return err
		}
	}
	return nil
}

// grudge reads how long a server that failed is left alone; of several the longest counts.
func (s scope) grudge(r *harness.Retry, server *config.Directive) error {
	for _, arg := range server.Args {
		text, is := strings.CutPrefix(arg, "fail_timeout=")
		if !is {
			continue
		}
		d, err := duration(text)
		if err != nil {
			return unreadable(s.at(server), err)
		}
		if d > r.Grudge || r.Forgive.File == "" {
			r.Grudge, r.Forgive = d, s.at(server)
			r.Forgive.Directive, r.Forgive.Value = "fail_timeout", d
		}
	}
	return nil
}

// scope is a directive and what is around it.
type scope struct {
	config *config.Config
	from   *config.Directive
}

// at is where a directive is written.
func (s scope) at(d *config.Directive) harness.Setting {
	return harness.Setting{Directive: d.Name, Text: "", File: s.config.Show(d.File), Line: d.Line, Column: d.Column}
}

// find returns where a directive is written that applies there, and its arguments.
func (s scope) find(name string) (harness.Setting, []string) {
	for block := range s.from.Up() {
		for _, d := range slices.Backward(block.Find(name)) {
			return s.at(d), d.Args
		}
	}
	for _, d := range s.config.Find(name) {
		return s.at(d), d.Args
	}
	return harness.Setting{Directive: name}, nil
}

// learned reads for how long names are remembered (ngx_http_core_module, resolver: valid).
func (s scope) learned() (set harness.Setting, err error) {
	set, args := s.find("resolver")
	set.Text = strings.Join(args, " ")
	for _, arg := range args {
		if text, is := strings.CutPrefix(arg, "valid="); is {
			if set.Value, err = duration(text); err != nil {
				return set, unreadable(set, err)
			}
		}
	}
	return set, nil
}

// written is a directive as it is written, its arguments as text.
func (s scope) written(name string) harness.Setting {
	set, args := s.find(name)
	set.Text = strings.Join(args, " ")
	return set
}

// pages is the error_page that gives an error another status, else the first of the innermost
// block that has any.
func (s scope) pages() (set harness.Setting) {
	for block := range s.from.Up() {
		for _, d := range block.Find("error_page") {
			changes := slices.ContainsFunc(d.Args, func(a string) bool { return strings.HasPrefix(a, "=") })
			if set.File == "" || changes {
				set = s.at(d)
				set.Text = strings.Join(d.Args, " ")
			}
			if changes {
				return set
			}
		}
		if set.File != "" {
			break
		}
	}
	return set
}

func (s scope) duration(directive string, missing time.Duration) (harness.Setting, error) {
	set, args := s.find(directive)
	set.Value = missing
	if len(args) == 0 {
		return set, nil
	}
	d, err := duration(args[0])
	if err != nil {
		return set, unreadable(set, err)
	}
	set.Value = d
	return set, nil
}

func (s scope) size(directive string, missing int) (harness.Setting, int, error) {
	set, args := s.find(directive)
	if len(args) == 0 {
		return set, missing, nil
	}
	n, err := size(args[0])
	if err != nil {
		return set, 0, unreadable(set, err)
	}
	return set, n, nil
}

// unreadable is the problem of a value that NGINX would not take either.
func unreadable(s harness.Setting, err error) error {
	return &harness.Problem{Blame: harness.Usage, What: s.Where() + ": " + s.Directive, Err: err, Hint: "NGINX would not take it either: times are written 500ms, 30s or 1m30s, sizes 4k or 1m"}
}
