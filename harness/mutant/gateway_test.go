package mutant

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness"
)

var testSites = []harness.Site{
	{Name: "a.test", Server: netip.MustParseAddrPort("198.18.1.10:8080"), Upstream: "app.a.test"},
	{Name: "b.test", World: harness.World{Resolve: harness.AtStart}, Server: netip.MustParseAddrPort("198.18.2.10:81"), Upstream: "app.b.test"},
	{
		Name: "c.test", World: harness.World{Resolve: harness.AtRequest},
		Server: netip.MustParseAddrPort("198.18.3.10:8080"), Upstream: "app.c.test", Resolver: netip.MustParseAddrPort("198.18.0.53:5353"),
	},
}

func TestBoot(t *testing.T) {
	g := Gateway(Honest)
	boot, err := g.Boot(testSites)
	if err != nil {
		t.Fatal(err)
	}
	if boot.From != "agent" || !slices.Equal(boot.Command, []string{"mutant", Honest, "/mutant.json"}) {
		t.Errorf("it boots %q from %q", boot.Command, boot.From)
	}
	if len(boot.Files) != 1 || boot.Files[0].Path != "/mutant.json" {
		t.Fatalf("it has the files %+v", boot.Files)
	}
	c, err := parseConfig(boot.Files[0].Text)
	if err != nil {
		t.Fatal(err)
	}
	want := []siteConfig{
		{"a.test", "198.18.1.10:8080", literally}, {"b.test", "app.b.test:81", atStart}, {"c.test", "app.c.test:8080", atRequest},
	}
	if !slices.Equal(c.Sites, want) || c.Listen != ":80" || c.Resolver != testSites[2].Resolver {
		t.Errorf("the configuration says %+v", c)
	}
}

func TestBootOfNobody(t *testing.T) {
	_, err := Gateway("nobody").Boot(nil)
	var p *harness.Problem
	if !errors.As(err, &p) || p.Blame != harness.Usage {
		t.Errorf("it says %v", err)
	}
}

// The policy is what the proxy itself reads, and each setting points to its line.
func TestPolicy(t *testing.T) {
	g := Gateway("no-timeout")
	boot, err := g.Boot(testSites)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(boot.Files[0].Text), "\n")
	for _, site := range testSites {
		p, err := g.Policy(boot, site)
		if err != nil {
			t.Fatal(err)
		}
		for s, value := range map[harness.Setting]string{
			p.Connect: `"1s"`, p.Send: `"2s"`, p.Read: `"2s"`, p.Resolve: `"1s"`, p.Header: "4096", p.Pass: upstreamOf(site),
		} {
			if s.File != "mutant.json" || s.Line < 1 || !strings.Contains(lines[s.Line-1], `"`+s.Directive+`": `) ||
				!strings.Contains(lines[s.Line-1], value) {
				t.Errorf("%s: %v points to the wrong line", site.Name, s)
			}
		}
		if p.Connect.Value != time.Second || p.Read.Value != 2*time.Second || p.HeaderBytes != 4096 {
			t.Errorf("%s: %+v", site.Name, p)
		}
	}
}

func TestLogIsRead(t *testing.T) {
	var lines harness.Log
	j := &journal{out: &lines}
	j.failed("198.19.0.1", &failure{harness.PhaseConnect, connectionRefused, "dial: \x1b[31mno\nline"})
	j.failed("", &failure{harness.PhaseStart, dnsError, `app.test: "no": such`})
	j.failed("198.19.0.1", &failure{kind: destinationNotFound, text: ""})
	j.listening(netAddr("127.0.0.1:80"))
	for i, want := range []harness.LogLine{
		{Client: "198.19.0.1", Phase: harness.PhaseConnect, ErrorType: connectionRefused},
		{Phase: harness.PhaseStart, ErrorType: dnsError},
		{Client: "198.19.0.1", ErrorType: destinationNotFound},
	} {
		want.Text = lines.Lines()[i]
		if got, ok := Gateway(Honest).Read(want.Text); !ok || got != want {
			t.Errorf("%q was read as %+v", want.Text, got)
		}
	}
	if n := len(lines.Lines()); n != 4 {
		t.Errorf("four entries made %d lines", n)
	}
	for _, other := range []string{lines.Lines()[3], "", "mutant: ", "mutant: a b: c", "panic: x"} {
		if got, ok := readLog(other); ok {
			t.Errorf("%q was read as %+v", other, got)
		}
	}
}

type netAddr string

func (netAddr) Network() string  { return "tcp" }
func (a netAddr) String() string { return string(a) }
