package nginx

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/nginx/config"
	"github.com/badgateway/badgateway/harness/nginx/routes"
)

// Configured is NGINX with the configuration that a team runs, in a place that has what it
// takes for granted. Its bays are for routes.
type Configured struct {
	Config *config.Config
	// Place is how it is booted.
	Place harness.Boot
	// Ways are those through the configuration, by the ID of the route that was found on it.
	Ways map[string]routes.Way
}

var _ harness.Gateway = Configured{}

// Name is "nginx".
func (Configured) Name() string { return "nginx" }

// Capacity is any number: routes that share a server are kept apart by who opens labs.
func (Configured) Capacity() int { return 0 }

// Footprint is what the configuration costs a lab. Ten thousand servers of five directives each
// took NGINX 1.22 with one worker 220 MB (proportional set sizes) and 0.34 s to read. What a
// worker takes besides is an estimate.
func (c Configured) Footprint() harness.Footprint {
	const (
		directive = 4 << 10
		worker    = 2 << 20
		read      = 7 * time.Microsecond
	)
	n, workers := 0, 1
	for d := range c.Config.Walk() {
		n++
		if many, err := strconv.Atoi(d.Arg(0)); d.Name == "worker_processes" && err == nil {
			workers = many
		}
	}
	return harness.Footprint{Memory: int64(n*directive + workers*worker), Start: time.Duration(n) * read}
}

// Fits refuses what the configuration gives no occasion for.
func (c Configured) Fits(s harness.Scenario) error {
	r := s.Route
	switch {
	case r == nil:
		return errors.New("it is for a server of the scenario's own, and the configuration is what it is")
	case len(r.Servers) > agent.MaxHosts:
		return fmt.Errorf("a lab has %d hosts at most, and it leads to %d servers", agent.MaxHosts, len(r.Servers))
	case s.World.Restart:
		return errors.New("it is about how NGINX starts, in which no route has a part")
	case s.Fault.Cause == harness.DNS && !named(r):
		return errors.New("no name leads to its upstream")
	case s.World.Resolve == harness.AtRequest && !r.Resolves:
		return errors.New("its upstream's name is resolved once, when the configuration is loaded: what happens to it later is not felt")
	case s.World.Resolve == harness.AtStart && r.Resolves:
		return errors.New("its upstream's name is resolved as requests come")
	case s.Fault.HTTP && r.Protocol != agent.HTTP11 && r.Protocol != agent.HTTP10 && r.Protocol != agent.WebSocket:
		return fmt.Errorf("what the fault lets the upstream say is HTTP/1, and this one is spoken to in %s", r.Protocol)
	case isRefusal(s) && onHost(r) && c.silent(r.ID) != "":
		return errors.New("that a unix socket refuses is proven by the gateway's log alone, and " + c.silent(r.ID) + " keeps it silent")
	case onNetwork(s) && onHost(r):
		return errors.New("no network leads to its upstream, which is on the gateway's own host")
	case s.Fault.Cause == harness.Network && slices.ContainsFunc(r.Servers, func(s harness.Server) bool { return s.Addr.Addr().IsLoopback() }):
		return errors.New("no network leads to its upstream, which is on the gateway's own host")
	}
	return nil
}

// onHost says whether an upstream is on the gateway's own host, at a socket.
func onHost(r *harness.Route) bool {
	return slices.ContainsFunc(r.Servers, func(s harness.Server) bool { return s.Socket != "" })
}

func isRefusal(s harness.Scenario) bool {
	return s.Fault.Cause == harness.Crash && s.Fault.Phase == harness.PhaseConnect
}

// silent is the error_log that keeps failures of a route from being told, "" where none does
// (core functionality, error_log: a failure at an upstream is of the level error).
func (c Configured) silent(route string) string {
	var found []*config.Directive
	for block := range c.Ways[route].Pass.Up() {
		if found = block.Find("error_log"); len(found) > 0 {
			break
		}
	}
	if len(found) == 0 {
		found = c.Config.Find("error_log")
	}
	for _, d := range found {
		if d.Arg(0) != "/dev/null" && !strings.Contains(d.Arg(0), ":") && !slices.Contains([]string{"crit", "alert", "emerg"}, d.Arg(1)) {
			return ""
		}
	}
	if len(found) == 0 {
		return ""
	}
	return c.Config.Position(found[0]) + " (" + found[0].String() + ")"
}

func named(r *harness.Route) bool {
	return slices.ContainsFunc(r.Servers, func(s harness.Server) bool { return s.Name != "" })
}

// onNetwork says whether a fault is of what lies between the gateway and its upstream, or of
// the kernel that is at its other end.
func onNetwork(s harness.Scenario) bool {
	return slices.Contains([]harness.Cause{harness.Firewall, harness.Network, harness.DNS}, s.Fault.Cause) ||
		s.Fault.Cause == harness.Overload && !s.Fault.HTTP || s.ID == "slow/frozen"
}

// Site has a lab wait for one of the configuration's own addresses, or for a socket where it has
// none.
func (c Configured) Site(s harness.Site) harness.Site {
	if s.Route != nil {
		return s
	}
	for _, at := range c.Place.Around.Listens {
		if at.Addr().Is4() {
			s.At = at
			return s
		}
	}
	if sockets := routes.Sockets(c.Config); len(sockets) > 0 {
		s.Socket = sockets[0]
	}
	return s
}

// Boot is the place's.
func (c Configured) Boot([]harness.Site) (harness.Boot, error) {
	boot := c.Place
	boot.Around.Doors = nil
	return boot, nil
}

// Policy is that of the site's route.
func (c Configured) Policy(_ harness.Boot, s harness.Site) (harness.Policy, error) {
	if s.Route == nil {
		return harness.Policy{}, nil
	}
	way, known := c.Ways[s.Route.ID]
	if !known {
		return harness.Policy{}, &harness.Problem{Blame: harness.Usage, What: "no way through the configuration is " + s.Route.ID}
	}
	return PolicyOf(c.Config, way.Pass, way.Upstream)
}

// Read makes sense of a line of the error log.
func (Configured) Read(line string) (harness.LogLine, bool) { return read(line) }

// Deviations are none: it is told what the configuration does, whatever is promised.
func (Configured) Deviations(string) []harness.Deviation { return nil }

// Command starts NGINX with a configuration, in the foreground. Relative paths are meant from
// prefix, as far as they are not from the main file's folder.
func Command(c *config.Config, prefix string, modules []string) []string {
	command := []string{"nginx", "-p", prefix, "-c", c.Entry}
	globals := ""
	for _, m := range modules {
		globals += "load_module " + m + "; "
	}
	if !slices.ContainsFunc(c.Find("daemon"), func(d *config.Directive) bool { return d.Arg(0) == "off" }) {
		globals += "daemon off;"
	}
	if globals != "" {
		command = append(command, "-g", globals)
	}
	return command
}

// Around is what the configuration takes for granted of the network.
func Around(c *config.Config) agent.Surroundings {
	return agent.Surroundings{Elsewhere: true, Listens: routes.Listens(c), Resolvers: resolvers(c)}
}

// resolvers are the DNS servers that the configuration names by address.
func resolvers(c *config.Config) (found []netip.AddrPort) {
	for d := range c.Walk() {
		if d.Name != "resolver" {
			continue
		}
		for _, arg := range d.Args {
			at, err := netip.ParseAddrPort(arg)
			if addr, aerr := netip.ParseAddr(arg); err != nil && aerr == nil {
				at, err = netip.AddrPortFrom(addr, 53), nil
			}
			if err == nil && at.Addr().Is4() {
				found = append(found, at)
			}
		}
	}
	return found
}
