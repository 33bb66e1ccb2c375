package local

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/provision"
)

// applications are the programs of a lab's upstreams, each kind once.
type applications struct {
	kinds []string // as kind has it
	found []provision.Program
}

// kind is what two applications have in common that are of the same packages.
func kind(a harness.Application) string { return a.Program + " of " + strings.Join(a.Packages, " ") }

// applications finds those programs in the distribution's packages.
func (r *Runtime) applications(ctx context.Context, wanted []harness.Application) (apps applications, err error) {
	for _, a := range wanted {
		if slices.Contains(apps.kinds, kind(a)) {
			continue
		}
		program, err := r.find(kind(a), func() (provision.Program, error) { return r.shop.Application(ctx, a.Packages, a.Program) })
		if err != nil {
			return apps, err
		}
		apps.kinds, apps.found = append(apps.kinds, kind(a)), append(apps.found, program)
	}
	return apps, nil
}

// systems are the folders that the agent has to show.
func (apps applications) systems() (folders []string) {
	for _, p := range apps.found {
		folders = append(folders, p.Root.System)
	}
	return folders
}

// program is how the lab's agent starts an application.
func (u users) program(apps applications, a harness.Application, sockets bool) (agent.Program, error) {
	n := slices.Index(apps.kinds, kind(a))
	if n < 0 {
		return agent.Program{}, &harness.Problem{Blame: harness.Usage, What: fmt.Sprintf("the lab was opened without %s", kind(a)),
			Hint: "open it with an application of the same packages"}
	}
	p := agent.Program{Ready: a.Ready, Dies: a.Dies}
	p.Root = apps.found[n].Root
	p.Root.System, p.Root.Sockets, p.Root.Listens = agent.ProgramFolder(n), sockets, true
	p.Root.Entries = append(u.surroundings("upstream"), entries(a.Files)...)
	p.Args, p.Env = append([]string{apps.found[n].Path}, a.Args...), environment()
	return p, nil
}
