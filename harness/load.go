package harness

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

// Load is what came of the requests of a crowd, which began when they were planned to and not
// when somebody was ready for them. Times count from then.
type Load struct {
	Requests int `json:"requests"`
	// Attempts is how many connections to upstreams the gateway began meanwhile, the visitor's
	// among them.
	Attempts int       `json:"attempts"`
	Late     float64   `json:"late"` // by how many seconds the worst of them began too late: the lab's own doing
	Took     Quantiles `json:"took"`
	Ends     []LoadEnd `json:"ends"` // what they got, the commonest first

	ended time.Duration // the last of them, on the lab's clock
}

// LoadEnd is what some requests of a load got.
type LoadEnd struct {
	Outcome Outcome   `json:"outcome"`
	Status  int       `json:"status,omitempty"` // 0: there was none
	Count   int       `json:"count"`
	Took    Quantiles `json:"took"`
}

// Quantiles are how long requests took, in seconds: that share of them at most that long. It is
// exact to a thousandth of itself.
type Quantiles struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

// String is what they got: "200 OK", "200 OK, truncated", "hang".
func (l LoadEnd) String() string {
	e := Evidence{Outcome: l.Outcome, Exchange: agent.Exchange{Response: agent.Response{Status: l.Status}}}
	return e.Saw()
}

// loadOf sums up the arrivals of a crowd.
func loadOf(arrivals []agent.Arrival, attempts int) *Load {
	type end struct {
		outcome Outcome
		status  int
	}
	l, all := &Load{Requests: len(arrivals), Attempts: attempts}, newLatencies()
	ends := map[end]latencies{}
	for _, a := range arrivals {
		how := end{OutcomeOf(a.Exchange), a.Exchange.Response.Status}
		if _, known := ends[how]; !known {
			ends[how] = newLatencies()
		}
		all.took(a.Took)
		ends[how].took(a.Took)
		l.Late, l.ended = max(l.Late, a.Late.Seconds()), max(l.ended, a.Exchange.Began+a.Exchange.Ended)
	}
	for how, took := range ends {
		l.Ends = append(l.Ends, LoadEnd{how.outcome, how.status, int(took.TotalCount()), took.quantiles()})
	}
	slices.SortFunc(l.Ends, func(a, b LoadEnd) int {
		return cmp.Or(b.Count-a.Count, a.Status-b.Status, cmp.Compare(a.Outcome, b.Outcome))
	})
	l.Took = all.quantiles()
	return l
}

// latencies counts in microseconds, up to what nobody waits for.
type latencies struct{ *hdrhistogram.Histogram }

func newLatencies() latencies {
	const most, digits = 24 * time.Hour, 3
	return latencies{hdrhistogram.New(1, most.Microseconds(), digits)}
}

func (l latencies) took(d time.Duration) {
	_ = l.RecordValue(max(1, min(d.Microseconds(), l.HighestTrackableValue()))) // which is in its range
}

func (l latencies) quantiles() Quantiles {
	at := func(share float64) float64 { return float64(l.ValueAtQuantile(share)) / 1e6 }
	return Quantiles{P50: at(50), P95: at(95), P99: at(99), Max: float64(l.Max()) / 1e6}
}

// end is of those who got that status as a whole answer.
func (l *Load) end(status int) LoadEnd {
	i := slices.IndexFunc(l.Ends, func(e LoadEnd) bool { return e.Outcome == Answered && e.Status == status })
	if i < 0 {
		return LoadEnd{}
	}
	return l.Ends[i]
}

// asPlanned is the proof of a crowd: it asked when it was to. A machine that is too busy for it has
// made another load than the one that was planned.
func asPlanned(e *Evidence) (string, error) {
	l := e.Load
	switch {
	case l == nil:
		return "", errNoCrowd
	case l.Late > tolerable.Seconds():
		return "", fmt.Errorf("a request of the crowd began %.3f s later than planned: the machine is too busy", l.Late)
	}
	return plural(l.Requests, "request") + " of a crowd came as planned", nil
}

// UnderWay is the proof of a crowd of which somebody was still waiting when the visitor came.
func UnderWay(e *Evidence) (string, error) {
	if e.Load == nil || e.Load.ended <= e.Exchange.Began {
		return "", errors.New("nobody was waiting any more when the visitor came")
	}
	return fmt.Sprintf("the last of it waited for %v more when the visitor came", milliseconds(e.Load.ended-e.Exchange.Began)), nil
}

// UnderWayStill is the proof of a crowd of which somebody was still waiting when the visitor had
// his answer.
func UnderWayStill(e *Evidence) (string, error) {
	left := time.Duration(0)
	if e.Load != nil {
		left = e.Load.ended - e.Exchange.Began - e.Exchange.Ended
	}
	if left <= 0 {
		return "", errors.New("nobody was waiting any more when the visitor had his answer")
	}
	return fmt.Sprintf("the last of it waited for %v more when the visitor had his answer", milliseconds(left)), nil
}

// Reached is the proof of a script: the step that does its harm began on a connection of the
// gateway's while the visitor waited.
func Reached(s script.Script) Proof { return stepReached(s[0]) }

// Waiting is the proof of an upstream with more to do than it has workers: requests waited in
// its accept queue when the visitor came.
func Waiting(e *Evidence) (string, error) {
	if n := e.before().Queue; n > 0 {
		return pluralWas(n, "connection") + " in the upstream's accept queue when the visitor came", nil
	}
	return "", errors.New("nobody waited for the upstream when the visitor came")
}
