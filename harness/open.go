package harness

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/badgateway/badgateway/harness/agent"
)

// OpenLab is a lab with its gateway serving and its bays healthy.
type OpenLab struct {
	*Lab
	Bays []*Bay
}

// memoryLimit is what a lab of one gets. It has to hold the agent, a gateway and an
// upstream that is to run out of it soon.
const memoryLimit = 192 << 20

// Open makes a lab with a bay for each plot, or with one bay whose upstream is a process
// where none is asked for, and waits until the gateway serves them. A gateway that runs
// and never listens gets a second lab, and so does one that could not be traced: either was
// seen, once in hundreds of labs of an engine with far more than cores, and not explained.
func Open(ctx context.Context, rt Runtime, gw Gateway, plots ...Plot) (*OpenLab, error) {
	return OpenBy(ctx, RealClock, rt, gw, plots...)
}

// OpenBy is Open for a lab that lives by that clock.
func OpenBy(ctx context.Context, c Clock, rt Runtime, gw Gateway, plots ...Plot) (*OpenLab, error) {
	if len(plots) == 0 {
		plots = []Plot{{Name: "own", World: World{Process: true}}}
	}
	lab, err := open(ctx, c, rt, gw, plots)
	if (errors.Is(err, errSilentGateway) || errors.Is(err, errUntraced)) && ctx.Err() == nil {
		return open(ctx, c, rt, gw, plots)
	}
	return lab, err
}

func open(ctx context.Context, c Clock, rt Runtime, gw Gateway, plots []Plot) (_ *OpenLab, err error) {
	if most := gw.Capacity(); most > 0 && len(plots) > most {
		return nil, &Problem{Blame: Usage, What: fmt.Sprintf("%d bays for a gateway that has room for %d", len(plots), most)}
	}
	sites := sitesOf(gw, plots)
	boot, err := gw.Boot(sites)
	if err != nil {
		return nil, fmt.Errorf("configuring %s: %w", gw.Name(), err)
	}
	policies := make([]Policy, len(sites))
	for i, site := range sites {
		if policies[i], err = gw.Policy(boot, site); err != nil {
			return nil, err
		}
	}
	spec := LabSpec{Clock: c, Bays: len(plots), Boot: boot, Signals: len(plots) == 1 && plots[0].World.Alone}
	for _, site := range sites {
		spec.Hosts += len(site.servers())
	}
	if len(plots) == 1 && plots[0].World.Alone && plots[0].World.Needs.Has(LimitedMemory) {
		spec.MemoryLimit = memoryLimit
	}
	for _, p := range plots {
		if p.Application != nil {
			spec.Applications = append(spec.Applications, *p.Application)
		}
	}
	spec.furnish(sites)
	lab, err := rt.Open(ctx, spec)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, lab.Close())
		}
	}()
	lab.clock, lab.front, lab.limited = c, sites[0].visit(), spec.MemoryLimit > 0
	o := &OpenLab{Lab: lab}
	for i, site := range sites {
		bay := newBay(lab, gw, i, site)
		bay.Policy = policies[i]
		if app := plots[i].Application; app != nil {
			if err := bay.install(*app); err != nil {
				return nil, err
			}
		}
		if err := bay.heal(ctx); err != nil {
			return nil, fmt.Errorf("preparing the bay of %s: %w", plots[i].Name, err)
		}
		o.Bays = append(o.Bays, bay)
	}
	return o, o.start(ctx)
}

func (o *OpenLab) start(ctx context.Context) error {
	err := o.Lab.startGateway(ctx)
	silent := errors.Is(err, errSilentGateway)
	if err == nil || ctx.Err() != nil || !silent && !errors.Is(err, errGatewayEnded) {
		return err
	}
	lines := o.Gateway.Log().Lines()
	if silent {
		return &Problem{What: "the gateway does not serve (" + lastOf(lines) + ")", Err: err,
			Hint: "it has to listen on that port, of every address", Detail: lines[max(0, len(lines)-20):]}
	}
	if why, is := strings.CutPrefix(lastOf(lines), agent.Says); is {
		return fmt.Errorf("%w: %s", errUntraced, why)
	}
	return &Problem{
		What:   "the gateway did not start: " + lastOf(lines),
		Hint:   "its log says why; a configuration of your own has to start in a place where only the lab's names resolve",
		Detail: lines[max(0, len(lines)-20):],
	}
}

// errSilentGateway is a gateway that runs and does not listen.
var errSilentGateway = errors.New("it runs and does not listen")

// errUntraced is a gateway that was not begun, since who lets it live by the lab's clock could not.
var errUntraced = errors.New("the gateway could not be traced")

func lastOf(lines []string) string {
	if len(lines) == 0 {
		return "it said nothing"
	}
	return lines[len(lines)-1]
}

// sitesOf gives each bay its names, hosts and addresses, in its gateway's words.
func sitesOf(gw Gateway, plots []Plot) []Site {
	sites, host := make([]Site, len(plots)), 0
	for i, p := range plots {
		name := siteName(p.Name)
		sites[i] = gw.Site(Site{
			ID:       p.Name,
			Name:     name,
			World:    p.world(),
			Server:   netip.AddrPortFrom(agent.HostAddr(host), agent.HostPort),
			Upstream: "app." + name,
			Resolver: netip.AddrPortFrom(agent.Resolver, 53),
			Host:     host,
			Route:    p.Route,
		})
		host += len(sites[i].servers())
	}
	return sites
}

// furnish says which hosts need a link that can delay, and which addresses of the
// configuration lead to which host.
func (spec *LabSpec) furnish(sites []Site) {
	for _, site := range sites {
		spec.Ports = spec.Ports || site.World.Needs.Has(LimitedPorts)
		for i, server := range site.servers() {
			if site.World.Needs.Has(Latency) {
				spec.Wired = append(spec.Wired, site.Host+i)
			}
			if site.Route != nil && server.Socket == "" {
				spec.Boot.Around.Doors = append(spec.Boot.Around.Doors, agent.Door{At: server.Addr, Host: site.Host + i})
			}
		}
	}
}
