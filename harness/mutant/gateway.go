package mutant

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"path"
	"strconv"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// configFile is where the proxy finds its configuration in a lab.
const configFile = "/mutant.json"

// The reference configuration: patience that tells the timeouts apart and wastes no
// time, and a header limit that a scenario can go over cheaply.
const (
	connectFor  = 1 * time.Second
	sendFor     = 2 * time.Second
	readFor     = 2 * time.Second
	resolveFor  = 1 * time.Second
	headerLimit = 4 << 10
)

// Gateway is the proxy of that name as a harness boots it. Boot fails where nobody is
// called so.
func Gateway(name string) harness.Gateway { return gateway(name) }

type gateway string

func (g gateway) Name() string { return "mutant-" + string(g) }

// Fits takes what a simple proxy does. What is beyond that is tried on configurations of
// NGINX that were altered.
func (gateway) Fits(s harness.Scenario) error {
	s.World.Crowd = false // which is nothing that a proxy has to know
	switch {
	case !s.World.Plain() || s.Traffic != (harness.Traffic{Method: s.Traffic.Method}):
		return errors.New("mutants are simple proxies: one upstream, HTTP in clear text, no setup")
	case s.Cause() == harness.Local:
		return errors.New("mutants know no signals")
	}
	return nil
}

func (gateway) Capacity() int { return 0 }

func (gateway) Site(s harness.Site) harness.Site { return s }

func (gateway) Read(line string) (harness.LogLine, bool) { return readLog(line) }

func (gateway) Deviations(string) []harness.Deviation { return nil }

func (g gateway) Boot(sites []harness.Site) (harness.Boot, error) {
	if _, ok := conductOf(string(g)); !ok {
		return harness.Boot{}, &harness.Problem{
			Blame: harness.Usage, What: fmt.Sprintf("no mutant is called %q", string(g)),
			Hint: "mutant.Variants lists them",
		}
	}
	text, err := json.MarshalIndent(reference(sites), "", "  ")
	if err != nil {
		return harness.Boot{}, err
	}
	return harness.Boot{
		From:    "agent",
		Command: []string{"mutant", string(g), configFile},
		Files:   []harness.File{{Path: configFile, Text: append(text, '\n')}},
	}, nil
}

// reference is the configuration that serves those sites.
func reference(sites []harness.Site) config {
	c := config{
		Listen:      fmt.Sprintf(":%d", agent.FrontPort),
		Resolver:    netip.AddrPortFrom(agent.Resolver, 53),
		Timeouts:    timeouts{duration(connectFor), duration(sendFor), duration(readFor), duration(resolveFor)},
		HeaderLimit: headerLimit,
	}
	for _, s := range sites {
		if s.Resolver.IsValid() {
			c.Resolver = s.Resolver
		}
		c.Sites = append(c.Sites, siteConfig{Name: s.Name, Upstream: upstreamOf(s), Resolve: resolveOf[s.World.Resolve]})
	}
	return c
}

// upstreamOf is how the configuration calls a site's upstream.
func upstreamOf(s harness.Site) string {
	if s.World.Resolve == harness.Literal {
		return s.Server.String()
	}
	return net.JoinHostPort(s.Upstream, strconv.Itoa(int(s.Server.Port())))
}

// Policy is the configuration's, not the mutant's: that they differ is what is wrong.
func (g gateway) Policy(b harness.Boot, s harness.Site) (harness.Policy, error) {
	if len(b.Files) != 1 {
		return harness.Policy{}, fmt.Errorf("%s has one file, not %d", g.Name(), len(b.Files))
	}
	text := b.Files[0].Text
	c, err := parseConfig(text)
	if err != nil {
		return harness.Policy{}, err
	}
	setting := func(key, value string, d duration) harness.Setting {
		return harness.Setting{Directive: key, Value: time.Duration(d), File: path.Base(configFile), Line: lineOf(text, key, value)}
	}
	return harness.Policy{
		Connect:     setting("connect", "", c.Timeouts.Connect),
		Send:        setting("send", "", c.Timeouts.Send),
		Read:        setting("read", "", c.Timeouts.Read),
		Resolve:     setting("resolve", "", c.Timeouts.Resolve),
		Pass:        setting("upstream", upstreamOf(s), 0),
		Header:      setting("header_limit", "", 0),
		HeaderBytes: c.HeaderLimit,
	}, nil
}

// lineOf is the first line that gives the key a value that begins so, 0 if none does.
func lineOf(text []byte, key, value string) int {
	if value != "" {
		value = `"` + value + `"`
	}
	at := bytes.Index(text, []byte(`"`+key+`": `+value))
	if at < 0 {
		return 0
	}
	return 1 + bytes.Count(text[:at], []byte("\n"))
}
