package local

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/provision"
)

// Runtime makes labs on this machine.
type Runtime struct {
	shop *provision.Shop

	finding  sync.Mutex
	programs map[string]provision.Program // found so far, by reference

	mu   sync.Mutex
	open map[*lab]bool

	starts  chan func()   // to be carried out by the starter
	closed  chan struct{} // once no more labs are made
	closing sync.Once

	trying sync.Mutex
	tried  map[string]error // what came of trying the abilities

	asking  sync.Mutex
	asked   bool
	users   users   // who a lab's processes are
	instead []error // why they are not somebody who could do more
	denied  error   // why there can be no lab at all
}

var _ harness.Runtime = (*Runtime)(nil)

// New returns the runtime. Whether the machine allows any lab is found out by the first.
func New(o Options) (*Runtime, error) {
	r := &Runtime{
		shop: provision.NewShop(o.Progress), programs: map[string]provision.Program{}, open: map[*lab]bool{}, tried: map[string]error{},
		starts: make(chan func()), closed: make(chan struct{}),
	}
	go r.starter()
	return r, nil
}

// Name is the runtime's in reports.
func (r *Runtime) Name() string { return "local" }

// Takes refuses images.
func (r *Runtime) Takes(from string) error {
	if from == "agent" {
		return nil
	}
	return provision.Runs(from, provision.Machine)
}

// Footprint was measured on two cores: an agent, a gateway and its worker, made and ended.
func (r *Runtime) Footprint() harness.Footprint {
	return harness.Footprint{Memory: 16 << 20, Start: 50 * time.Millisecond}
}

// Open starts an agent, lets it build its world, and finds the gateway's program.
func (r *Runtime) Open(ctx context.Context, spec harness.LabSpec) (_ *harness.Lab, err error) {
	if err := r.Allowed(ctx); err != nil {
		return nil, err
	}
	program, err := r.program(ctx, spec.Boot.From)
	if err != nil {
		return nil, err
	}
	apps, err := r.applications(ctx, spec.Applications)
	if err != nil {
		return nil, err
	}
	l, err := r.start(ctx, program.Root, spec.MemoryLimit, apps.systems()...)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.destroy())
		}
	}()
	built, err := l.agent.Build(ctx, spec.Build())
	if err != nil {
		return nil, l.explained("building the lab", err)
	}
	p := &process{lab: l, program: program, launch: r.users.launch(program, spec.Boot)}
	l.agent.Output(&p.log)
	sockets := len(spec.Boot.Around.Sockets) > 0
	return &harness.Lab{
		Agent: l.agent, Gateway: p, ICMPUnlimited: built.ICMPUnlimited, LogByAgent: true, Destroy: l.destroy,
		Program: func(a harness.Application) (agent.Program, error) { return r.users.program(apps, a, sockets) },
	}, nil
}

// program finds the program of a reference, once. "agent" is this executable.
func (r *Runtime) program(ctx context.Context, ref string) (provision.Program, error) {
	return r.find(ref, func() (provision.Program, error) {
		if ref == "agent" {
			return itself()
		}
		return r.shop.Gateway(ctx, ref)
	})
}

// find looks for a program once.
func (r *Runtime) find(name string, look func() (provision.Program, error)) (provision.Program, error) {
	r.finding.Lock()
	defer r.finding.Unlock()
	if program, ok := r.programs[name]; ok {
		return program, nil
	}
	program, err := look()
	if err == nil {
		r.programs[name] = program
	}
	return program, err
}

// itself is this executable as a gateway: a mutant.
func itself() (provision.Program, error) {
	file, err := os.Executable()
	return provision.Program{
		Path: file, Product: "agent", Source: "this executable",
		Root: agent.Root{System: "/", Bind: []string{file[min(1, len(file)):], "etc/ld.so.cache"}},
	}, err
}

// starter is the thread that starts agents, until the runtime is closed. They ask to end
// with their parent, and for the kernel that is the thread that made them: one of the
// caller's own might not live as long (prctl(2), PR_SET_PDEATHSIG).
func (r *Runtime) starter() {
	runtime.LockOSThread()
	for {
		select {
		case start := <-r.starts:
			start()
		case <-r.closed:
			return
		}
	}
}

// errClosed is what a lab meets that is to begin when all is over.
var errClosed = errors.New("the runtime is closed")

func (r *Runtime) begin(cmd *exec.Cmd) error {
	done := make(chan error, 1)
	select {
	case r.starts <- func() { done <- cmd.Start() }:
		return <-done
	case <-r.closed:
		return errClosed
	}
}

// Close ends every lab that is left. The runtime makes no more.
func (r *Runtime) Close() error {
	r.closing.Do(func() { close(r.closed) })
	r.mu.Lock()
	var left []*lab
	for l := range r.open {
		left = append(left, l)
	}
	r.mu.Unlock()
	var errs []error
	for _, l := range left {
		errs = append(errs, l.destroy())
	}
	return errors.Join(errs...)
}
