package own

import (
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/nginx"
)

// configuration is the one that a scenario brings. The zero value is none: the reference
// configuration is played.
type configuration struct {
	own nginx.Own
	at  *yaml.Node // of the configuration
	url *yaml.Node
	// lost says that there is nothing to be read, which is told.
	lost bool
}

func (r *reader) configurationKeys(c *configuration, whose string) []key {
	return []key{
		{"configuration", "The nginx.conf " + whose + ": a file, as seen from this one, or a block of text. Without it the reference configuration is played.", text, r.configuration(c)},
		{"url", "What the client asks for, where there is a configuration of one's own.", matching("^http://", "http://shop.test/"), func(n *yaml.Node) { c.url = n; r.Text(&c.own.URL)(n) }},
		{"upstreams", "The name and the port of the upstream, as the configuration writes them.", oneOrMore(matching(`^[^:]+:[0-9]+$`, "app:8080")), r.upstreams(c)},
	}
}

// configuration takes a text of several lines for the configuration itself. It keeps the lines
// that it has in this file, so that all that is told of it leads there.
func (r *reader) configuration(c *configuration) func(*yaml.Node) {
	return func(n *yaml.Node) {
		said := ""
		if r.Text(&said)(n); said == "" {
			return
		}
		c.at = n
		if strings.Contains(said, "\n") || strings.Contains(said, "{") {
			c.own.Config, c.own.Text = r.path, said
			if n.Style == yaml.LiteralStyle {
				c.own.Text = strings.Repeat("\n", n.Line) + said
			}
			return
		}
		if !filepath.IsAbs(said) {
			said = filepath.Join(filepath.Dir(r.path), said)
		}
		c.own.Config, c.own.Text, c.lost = said, "", true
		if at, err := os.Stat(said); err != nil {
			r.Wrong(n, "name it as seen from this file, or write it out as a block of text", "there is no file %s", said)
		} else if !at.Mode().IsRegular() {
			r.Wrong(n, "name an nginx.conf; `badgateway check` takes folders", "%s is no file", said)
		} else {
			c.lost = false
		}
	}
}

func (r *reader) upstreams(c *configuration) func(*yaml.Node) {
	return func(n *yaml.Node) {
		items := r.Several(n, "an upstream such as app:8080")
		for i, item := range items {
			if i > 0 {
				r.Wrong(item, "`badgateway check` breaks each upstream of a configuration in turn", "a configuration of one's own has one upstream here")
				return
			}
			r.Text(&c.own.Upstream)(item)
		}
	}
}

// configured gives a scenario its gateway, once all is read that is about it.
func (r *reader) configured(d *draft) {
	c := d.brings
	switch {
	case c.at == nil && c.url != nil:
		r.Wrong(c.url, "write configuration: too, or leave it out", "a url says nothing of the reference configuration, which has one site for each scenario")
		return
	case c.at == nil:
		return
	case c.own.URL == "":
		r.Wrong(c.at, "write url: http://shop.test/", "what does the client ask for? A configuration of one's own wants a url")
		return
	case c.own.Upstream == "":
		r.Wrong(c.at, "write upstreams: [app:8080]", "which upstream is to be broken? A configuration of one's own wants its name and port")
		return
	}
	o := c.own
	o.From = r.gateway
	if path := d.Traffic.Path; path != "" {
		o.URL, d.Traffic.Path = joined(o.URL, path), ""
	}
	if c.lost {
		return
	}
	if err := boots(o); err != nil {
		r.Wrong(c.at, harness.Hint(err), "this configuration cannot be played: %v", err)
		return
	}
	d.Gateway = o
}

// joined is a site's URL with another path.
func joined(url, path string) string {
	scheme, rest, _ := strings.Cut(url, "://")
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host + path
}

// boots returns nil, or why nothing can be made of a configuration. No NGINX is started.
func boots(o nginx.Own) error {
	boot, err := o.Boot(nil)
	if err != nil {
		return err
	}
	_, err = o.Policy(boot, harness.Site{})
	return err
}
