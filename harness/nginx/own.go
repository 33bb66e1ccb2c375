package nginx

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/nginx/config"
)

// Own is NGINX with a configuration of the user's, unmodified.
type Own struct {
	// From is in provision's words; "" is "nginx".
	From string
	// Config is the path of an nginx.conf on this machine.
	Config string
	// Text is the configuration itself, where it is not in a file of its own: Config is then
	// the one that it is written in.
	Text string
	// URL is what the client asks for, such as http://shop.test/.
	URL string
	// Upstream is the name and port of the upstream as the configuration writes it,
	// such as app:8080. The lab's DNS knows it and the lab's host is behind it. Or it is the
	// unix socket where the configuration looks for it: unix:/run/php/php-fpm.sock.
	Upstream string
}

var _ harness.Gateway = Own{}

// Name is "nginx".
func (Own) Name() string { return "nginx" }

// Fits refuses worlds in which the name has to be resolved at run time: the
// configuration is what it is.
func (Own) Fits(s harness.Scenario) error {
	if w := s.World; !w.Plain() || w.Crowd {
		return errors.New("it is about a configuration of another kind, and this one is what it is")
	}
	if s.World.Resolve == harness.AtRequest {
		return errors.New("this configuration resolves its upstream's name once, when it is loaded")
	}
	return nil
}

// Capacity is one: a configuration has one upstream of that name.
func (Own) Capacity() int { return 1 }

// Site takes the names and the ports from the configuration's side.
func (o Own) Site(s harness.Site) harness.Site {
	at, err := o.target()
	if err != nil {
		return s // Boot says it
	}
	s.Name, s.Path, s.Port = at.host, at.path, at.port
	if at.socket != "" {
		s.World.Socket, s.UpstreamSocket = true, at.socket
		return s
	}
	s.Upstream, s.Server = at.upstream, netip.AddrPortFrom(s.Server.Addr(), at.server)
	s.World.Resolve = harness.AtStart
	return s
}

// target is Own's two addresses, taken apart.
type target struct {
	host, path   string
	port, server uint16
	upstream     string
	socket       string // instead
}

func (o Own) target() (t target, err error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Scheme != "http" || u.Hostname() == "" {
		return t, &harness.Problem{Blame: harness.Usage, What: fmt.Sprintf("%q is not the URL of a site", o.URL), Hint: "write it as http://shop.test/", Err: err}
	}
	t.host, t.path, t.port = u.Hostname(), u.RequestURI(), agent.FrontPort
	if u.Port() != "" {
		if t.port, err = port(u.Port()); err != nil {
			return t, err
		}
	}
	if path, is := strings.CutPrefix(o.Upstream, "unix:"); is && filepath.IsAbs(path) {
		t.socket = path
		return t, nil
	}
	up, err := url.Parse("//" + o.Upstream)
	if err != nil || up.Hostname() == "" || up.Port() == "" {
		return t, &harness.Problem{Blame: harness.Usage, What: fmt.Sprintf("%q is not an upstream", o.Upstream), Hint: "write it as the configuration does, with its port: app:8080", Err: err}
	}
	t.upstream = up.Hostname()
	t.server, err = port(up.Port())
	return t, err
}

func port(text string) (uint16, error) {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0, &harness.Problem{Blame: harness.Usage, What: fmt.Sprintf("%q is not a port", text), Hint: "a port is a number up to 65535"}
	}
	return uint16(n), nil
}

// Boot puts the file where NGINX looks for it.
func (o Own) Boot([]harness.Site) (harness.Boot, error) {
	at, err := o.target()
	if err != nil {
		return harness.Boot{}, err
	}
	text, err := o.text()
	if err != nil {
		return harness.Boot{}, &harness.Problem{Blame: harness.Usage, What: "the configuration cannot be read", Err: err}
	}
	from := o.From
	if from == "" {
		from = "nginx"
	}
	boot := harness.Boot{From: from, Command: []string{"nginx"}, Files: []harness.File{{Path: Path, Text: text}}}
	if at.socket != "" {
		boot.Files = append(boot.Files, harness.File{Path: at.socket, Link: agent.SocketFile(0)})
		boot.Around.Sockets = []string{at.socket}
	}
	if !settlesDaemon(boot.Files) {
		boot.Command = append(boot.Command, "-g", "daemon off;")
	}
	return boot, nil
}

func (o Own) text() ([]byte, error) {
	if o.Text != "" {
		return []byte(o.Text), nil
	}
	return os.ReadFile(o.Config)
}

// settlesDaemon says whether the configuration says itself that NGINX stays in the
// foreground, as those for containers do: it may be said once. One that cannot be read says
// so when its policy is.
func settlesDaemon(files []harness.File) bool {
	c, err := config.Of(files, func(native string) string { return native })
	return err == nil && len(c.Find("daemon")) > 0
}

// Policy is that of the location that the URL leads to.
func (o Own) Policy(b harness.Boot, _ harness.Site) (harness.Policy, error) {
	at, err := o.target()
	if err != nil {
		return harness.Policy{}, err
	}
	return policyOf(b.Files, filepath.Base(o.Config), request{host: at.host, port: at.port, path: at.path})
}

// Read makes sense of a line of the error log.
func (Own) Read(line string) (harness.LogLine, bool) { return read(line) }

// Deviations are NGINX's own, whatever the configuration.
func (Own) Deviations(version string) []harness.Deviation { return deviations(version) }
