// Package holder keeps a lab for people who break it by hand: a process of its own owns it and
// takes orders at a socket, and what clients say at another goes to the lab's gateway. The lab
// ends with its holder, whatever ends that.
package holder

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"github.com/badgateway/badgateway/harness"
)

// Holding is what is held.
type Holding struct {
	Root, Name string
	// Idle is how long nobody has to want anything of the lab for it to end.
	Idle time.Duration
	// Open makes the lab. It is called once the name is taken.
	Open func(context.Context) (Held, error)
	// Find is the scenario whose fault an order means.
	Find func(Inject) (harness.Scenario, error)
	// Ready is told once the lab can be reached.
	Ready func(Status)
	// Hide takes out of a text what nobody is to see.
	Hide func(string) string
}

// Held is a lab with one bay.
type Held struct {
	*harness.OpenLab
	Runtime string
	Gateway string // its name
	Close   func() error
}

// errIdle and errDown are why a holder ends that nothing has gone wrong with.
var (
	errIdle = errors.New("nobody wanted anything of the lab")
	errDown = errors.New("the lab was ended")
)

// Hold takes the name, makes the lab, and holds it until it is told to end, nobody has wanted
// anything for the idle time, or ctx ends. Then it reverts what is broken, ends the lab and takes
// the folder away.
func Hold(ctx context.Context, h Holding) (err error) {
	f, orders, err := take(h.Root, h.Name)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	k := &keeper{Holding: h, folder: f, end: cancel, ended: make(chan struct{}), opened: make(chan struct{})}
	k.idle = time.AfterFunc(h.Idle, func() { cancel(errIdle) })
	k.idleAt = time.Now().Add(h.Idle)
	k.told.looks = make(chan chan struct{})
	k.talking.Go(func() { k.takeOrders(ctx, orders) })
	why := k.hold(ctx)
	cancel(why)
	k.idle.Stop()
	k.left = errors.Join(k.left, os.RemoveAll(string(f)), orders.Close())
	close(k.ended)
	k.talking.Wait()
	if errors.Is(why, errIdle) || errors.Is(why, errDown) {
		return k.left
	}
	return errors.Join(why, k.left)
}

// keeper is a Holding at work.
type keeper struct {
	Holding
	folder folder
	end    context.CancelCauseFunc
	ended  chan struct{} // once the lab is gone
	left   error         // what could not be reverted or taken away, once it has ended
	opened chan struct{} // once it is there
	lab    Held
	bay    *harness.Bay

	turn sync.Mutex // held while the lab is broken or mended
	told journal

	mu     sync.Mutex
	idle   *time.Timer
	idleAt time.Time
	broken string // what goes wrong, "" for nothing

	talking sync.WaitGroup // answers that are on their way
}

// hold makes the lab, serves whoever wants its gateway, and ends it. The error is why.
func (k *keeper) hold(ctx context.Context) (err error) {
	if k.lab, err = k.Open(ctx); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return err
	}
	k.bay = k.lab.Bays[0]
	defer func() { k.left = k.close() }()
	door, err := net.Listen("unix", k.folder.gateway())
	if err != nil {
		return fmt.Errorf("listening for clients: %w", err)
	}
	defer door.Close()
	k.told.hide = k.Hide
	go k.told.follow(ctx, k.lab, k.bay)
	go k.letIn(ctx, door)
	close(k.opened)
	if k.Ready != nil {
		k.Ready(k.status())
	}
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-k.lab.Agent.Done():
		return errors.New("the lab has ended by itself")
	}
}

// revertsWithin bounds reverting at the end: the lab is destroyed in any case.
const revertsWithin = 5 * time.Second

func (k *keeper) close() error {
	k.turn.Lock()
	defer k.turn.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), revertsWithin)
	defer cancel()
	var reverted error
	select {
	case <-k.lab.Agent.Done():
	default:
		reverted = k.bay.Mend(ctx)
	}
	return errors.Join(reverted, k.lab.OpenLab.Close(), k.lab.Close())
}

// wanted puts the end off: somebody wants something of the lab.
func (k *keeper) wanted() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.idle.Stop() {
		k.idle.Reset(k.Idle)
		k.idleAt = time.Now().Add(k.Idle)
	}
}

func (k *keeper) status() Status {
	s := Status{Name: k.Name, PID: os.Getpid(), State: "starting"}
	k.mu.Lock()
	broken := k.broken
	s.Idle = time.Until(k.idleAt)
	k.mu.Unlock()
	select {
	case <-k.opened:
	default:
		return s
	}
	s.State = "healthy"
	if broken != "" {
		s.State = "while " + broken
	}
	s.Runtime, s.Gateway = k.lab.Runtime, k.lab.Gateway+" "+k.lab.OpenLab.Gateway.Version()
	s.Curl = curl(k.folder.gateway(), k.bay.Visit())
	s.Upstream = k.bay.Site.Server.String()
	return s
}

func (k *keeper) takeOrders(ctx context.Context, orders net.Listener) {
	for {
		conn, err := orders.Accept()
		if err != nil {
			return
		}
		k.talking.Go(func() {
			defer conn.Close()
			k.talk(ctx, conn)
		})
	}
}

// hearsWithin bounds how long an order may take to be said.
const hearsWithin = 5 * time.Second

// talk takes one order and answers it.
func (k *keeper) talk(ctx context.Context, conn net.Conn) {
	conn.SetReadDeadline(time.Now().Add(hearsWithin))
	line, err := bufio.NewReader(conn).ReadBytes('\n')
	if err != nil {
		return // somebody looked whether anybody is here
	}
	say := json.NewEncoder(conn)
	var o Order
	if err := json.Unmarshal(line, &o); err != nil {
		say.Encode(answer{Fault: &trouble{What: "the order is no JSON"}})
		return
	}
	result, err := k.obey(ctx, o, func(e Entry) error { return say.Encode(answer{Entry: &e}) })
	a := answer{}
	if err == nil {
		a.Result, err = json.Marshal(result)
	}
	if err != nil {
		a = answer{Fault: troubleOf(err)}
	}
	say.Encode(a)
}

func (k *keeper) obey(ctx context.Context, o Order, tell func(Entry) error) (any, error) {
	if o.Op != opStatus { // who only looks wants nothing
		k.wanted()
	}
	switch o.Op {
	case opStatus:
		return k.status(), nil
	case opDown:
		k.end(errDown)
		<-k.ended
		return true, k.left
	}
	select {
	case <-k.opened:
	default:
		return nil, &harness.Problem{Blame: harness.Usage, What: "the lab is not there yet", Hint: "wait for it: badgateway lab ls"}
	}
	switch o.Op {
	case opInject:
		return k.inject(ctx, o.Inject)
	case opRevert:
		return k.revert(ctx)
	case opLogs:
		return true, k.logs(ctx, o.Follow, tell)
	}
	return nil, &harness.Problem{Blame: harness.Usage, What: fmt.Sprintf("no order is called %q", o.Op)}
}

// breaksWithin bounds how long it may take to break a lab or to mend it.
const breaksWithin = 2 * time.Minute

func (k *keeper) inject(ctx context.Context, i Inject) (any, error) {
	s, err := k.Find(i)
	if err != nil {
		return nil, err
	}
	k.turn.Lock()
	defer k.turn.Unlock()
	if err := k.bay.Holds(s); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, breaksWithin)
	defer cancel()
	if err := k.bay.Break(ctx, s.Fault); err != nil {
		return nil, err
	}
	k.now(s.Fault.Title)
	k.told.add("hand", "injected: "+s.Fault.Title)
	return k.status(), nil
}

func (k *keeper) now(broken string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.broken = broken
}

func (k *keeper) revert(ctx context.Context) (any, error) {
	k.turn.Lock()
	defer k.turn.Unlock()
	ctx, cancel := context.WithTimeout(ctx, breaksWithin)
	defer cancel()
	if err := k.bay.Mend(ctx); err != nil {
		return nil, err
	}
	k.now("")
	k.told.add("hand", "reverted")
	return k.status(), nil
}
