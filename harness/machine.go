package harness

import (
	"context"
	"errors"
	"net/netip"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

// machine is one upstream host of a bay, with what an order can state of it.
type machine struct {
	index   int
	lives   netip.AddrPort
	now     condition // what is in force
	healthy condition
	link    agent.Link
	route   agent.Route
}

// condition is everything about an upstream that an order states as a whole.
type condition struct {
	host agent.Host
	name agent.Name // "" for one that no name leads to
}

// machinesOf are a site's upstreams, in their healthy condition.
func machinesOf(s Site) (machines []*machine) {
	for i, server := range s.servers() {
		m := &machine{index: s.Host + i}
		m.lives = netip.AddrPortFrom(agent.HostAddr(m.index), server.Addr.Port())
		m.healthy.host = agent.Host{Index: m.index, Script: script.Healthy.String(), Port: server.Addr.Port()}
		m.healthy.host.Socket = server.Socket
		if m.healthy.host.Called = server.Name; server.Name == "" && server.Addr.IsValid() && s.Route != nil {
			m.healthy.host.Called = server.Addr.Addr().String()
		}
		if s.Route == nil && s.World.TLS {
			m.healthy.host.Called = s.Upstream // whose certificate is asked for, said or not
		}
		if s.World.Process {
			m.healthy.host.Process = agent.Running
		}
		if server.Name != "" {
			m.healthy.name = agent.Name{Name: server.Name, Addrs: []netip.Addr{server.Addr.Addr()}}
		}
		if s.Route == nil && i > 0 && server.Name != "" { // one name leads to all of them
			first := &machines[0].healthy.name
			first.Addrs, m.healthy.name = append(first.Addrs, server.Addr.Addr()), agent.Name{}
		}
		m.link, m.route = agent.Link{Host: m.index}, agent.Route{Host: m.index}
		machines = append(machines, m)
	}
	for _, m := range machines {
		m.now = m.healthy
	}
	return machines
}

// network refuses what only befalls a machine that a network leads to.
func (b *Bay) network() error {
	for _, m := range b.machines {
		if path := m.healthy.host.Socket; path != "" {
			return &Problem{Lack: true, What: "no network leads to the unix socket " + path + ", so nothing of a network's can befall it"}
		}
	}
	return nil
}

// each does something to every machine of the bay, whatever fails.
func (b *Bay) each(do func(*machine) error) error {
	errs := make([]error, len(b.machines))
	for i, m := range b.machines {
		errs[i] = do(m)
	}
	return errors.Join(errs...)
}

// befallen are the machines that a fault befalls: all but the spared.
func (b *Bay) befallen() []*machine { return b.machines[:len(b.machines)-b.Site.World.Spared] }

// eachBefallen does something to every machine that a fault befalls, whatever fails.
func (b *Bay) eachBefallen(do func(*machine) error) error {
	var errs []error
	for _, m := range b.befallen() {
		errs = append(errs, do(m))
	}
	return errors.Join(errs...)
}

// indices are those of the bay's hosts.
func (b *Bay) indices() (indices []int) {
	for _, m := range b.machines {
		indices = append(indices, m.index)
	}
	return indices
}

// names are those that lead to the bay's hosts.
func (b *Bay) names() (names []string) {
	for _, m := range b.machines {
		if m.healthy.name.Name != "" {
			names = append(names, m.healthy.name.Name)
		}
	}
	return names
}

// order tells a machine what it is to be.
func (b *Bay) order(ctx context.Context, m *machine, wanted agent.Host) error {
	m.now.host = wanted
	return b.lab.Agent.SetHost(ctx, wanted)
}

// call lets the machine's name be answered in another way.
func (b *Bay) call(ctx context.Context, m *machine, wanted agent.Name) error {
	if wanted.Name == "" {
		return nil
	}
	m.now.name = wanted
	return b.lab.Agent.SetName(ctx, wanted)
}

// heal puts the machine into its healthy condition.
func (b *Bay) healMachine(ctx context.Context, m *machine) error {
	return errors.Join(
		b.order(ctx, m, m.healthy.host),
		b.healWay(ctx, m),
		b.call(ctx, m, m.healthy.name))
}
