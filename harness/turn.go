package harness

import (
	"cmp"
	"container/heap"
	"context"
	"runtime"
	"slices"
	"sync"
	"time"
)

// Turns bounds how much is done at one moment. Cells that wait cost nothing, but those that
// begin all at once would wait for each other in the queues of one gateway and one agent, and
// each would take that for the time of its own exchange. Who will have to wait for longest goes
// first: others work meanwhile, and a run ends soonest like that (Jackson's rule of 1955, for
// one machine and jobs that have a tail).
type Turns struct {
	mu      sync.Mutex
	free    int // places
	queue   queue
	healthy time.Duration // what the healthy exchanges took that were seen, all together
	seen    int
}

// A core bears a few cells at a time, so that none of them has to wait long for the others, and
// no core for any of them; or a lab that is opened.
const (
	ofCell = 1
	ofLab  = 4
)

// NewTurns is for one machine, and for all runs that go on there at one time.
func NewTurns() *Turns { return &Turns{free: ofLab * runtime.NumCPU()} }

// turn is a place in the queue.
type turn struct {
	size  int           // in places
	after time.Duration // what will be waited for when it has been taken
	since int           // how many came before
	taken chan struct{} // closed when it is
}

// queue is a heap: who waits for longest comes first, and of those alike who came first.
type queue struct {
	turns []*turn
	came  int
}

func (q *queue) Len() int      { return len(q.turns) }
func (q *queue) Swap(i, j int) { q.turns[i], q.turns[j] = q.turns[j], q.turns[i] }
func (q *queue) Push(x any)    { q.turns = append(q.turns, x.(*turn)) }
func (q *queue) Less(i, j int) bool {
	a, b := q.turns[i], q.turns[j]
	return cmp.Or(cmp.Compare(b.after, a.after), cmp.Compare(a.since, b.since)) < 0
}

func (q *queue) Pop() any {
	last := len(q.turns) - 1
	defer func() { q.turns = q.turns[:last] }()
	return q.turns[last]
}

// A moment is what an exchange takes that waits for nothing, generously: one that goes on for
// longer is waiting. How long that is on this machine the healthy exchanges tell.
const (
	shortMoment = 30 * time.Millisecond
	longMoment  = 4 * shortMoment
)

func (t *Turns) moment() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.seen == 0 {
		return shortMoment
	}
	return min(max(2*t.healthy/time.Duration(t.seen), shortMoment), longMoment)
}

// saw takes in what a healthy exchange took.
func (t *Turns) saw(took time.Duration) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.healthy += took
	t.seen++
}

// take does something in its turn, which ends with it, or in a cell after a moment.
func (t *Turns) take(ctx context.Context, size int, after time.Duration, do func() error) error {
	if t == nil {
		return do()
	}
	if err := t.wait(ctx, size, after); err != nil {
		return err
	}
	leave := sync.OnceFunc(func() { t.leave(size) })
	defer leave()
	if size == ofCell {
		defer time.AfterFunc(t.moment(), leave).Stop()
	}
	return do()
}

// wait returns when it is its turn.
func (t *Turns) wait(ctx context.Context, size int, after time.Duration) error {
	mine := &turn{size: size, after: after, taken: make(chan struct{})}
	t.mu.Lock()
	mine.since = t.queue.came
	t.queue.came++
	heap.Push(&t.queue, mine)
	t.admit()
	t.mu.Unlock()
	select {
	case <-mine.taken:
		return nil
	case <-ctx.Done():
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if i := slices.Index(t.queue.turns, mine); i >= 0 {
		heap.Remove(&t.queue, i)
	} else { // it was granted in this moment
		t.free += size
	}
	t.admit()
	return context.Cause(ctx)
}

func (t *Turns) leave(size int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.free += size
	t.admit()
}

// admit lets in who is first, while there is room for that one.
func (t *Turns) admit() {
	for t.queue.Len() > 0 && t.queue.turns[0].size <= t.free {
		first := heap.Pop(&t.queue).(*turn)
		t.free -= first.size
		close(first.taken)
	}
}
