package scenarios_test

import (
	"regexp"
	"strings"
	"time"

	"github.com/badgateway/badgateway/harness"
)

// crowdOf is what is seen of a crowd of that many; each status is somebody's.
func crowdOf(e *harness.Evidence) *harness.Load {
	if e.Load == nil {
		e.Load = &harness.Load{Requests: 40, Attempts: 41}
	}
	return e.Load
}

var overloadPhrases = []phrase{
	{regexp.MustCompile(`^has a whole answer for each of the crowd: (.*)$`), func(e *harness.Evidence, word []string, _ harness.Policy) {
		l := crowdOf(e)
		for _, status := range strings.Split(word[1], " or ") {
			l.Ends = append(l.Ends, harness.LoadEnd{Outcome: harness.Answered, Status: number(status[:3]), Count: 20})
		}
	}},
	{regexp.MustCompile(`^keeps none of the crowd waiting for (\d{3}) .* beyond: (.*)$`), func(e *harness.Evidence, word []string, p harness.Policy) {
		for i, end := range crowdOf(e).Ends {
			if end.Status == number(word[1]) {
				e.Load.Ends[i].Took.Max = (inWords(word[2], p) + 3*time.Millisecond).Seconds()
			}
		}
	}},
	{regexp.MustCompile(`^asks upstreams (\d+) times for each request of the crowd$`), func(e *harness.Evidence, word []string, _ harness.Policy) {
		l := crowdOf(e)
		l.Attempts = number(word[1])*(l.Requests+1) + 1
	}},
}

// ends alters each of the ends that a crowd came to.
func ends(alter func(*harness.LoadEnd)) func(*harness.Evidence) {
	return func(e *harness.Evidence) {
		if e.Load != nil {
			for i := range e.Load.Ends {
				alter(&e.Load.Ends[i])
			}
		}
	}
}

const (
	ofCrowd  = `^(has a whole answer|keeps none|asks upstreams)`
	ofWhole  = `^has a whole answer`
	ofWaits  = `^keeps none`
	ofStorms = `^asks upstreams`
)

var overloadAlterations = []alteration{
	{"no crowd", func(e *harness.Evidence) { e.Load = nil }, ofCrowd},
	{"one of the crowd that is cut off", func(e *harness.Evidence) {
		if e.Load != nil {
			e.Load.Ends = append(e.Load.Ends, harness.LoadEnd{Outcome: harness.Truncated, Status: 200, Count: 1})
		}
	}, ofWhole},
	{"one of the crowd that hangs", func(e *harness.Evidence) {
		if e.Load != nil {
			e.Load.Ends = append(e.Load.Ends, harness.LoadEnd{Outcome: harness.Hang, Count: 1})
		}
	}, ofWhole},
	{"one of the crowd with a status of its own", func(e *harness.Evidence) {
		if e.Load != nil {
			e.Load.Ends = append(e.Load.Ends, harness.LoadEnd{Outcome: harness.Answered, Status: 418, Count: 1})
		}
	}, ofWhole},
	{"a status that is nobody's", func(e *harness.Evidence) {
		if e.Load != nil {
			e.Load.Ends = e.Load.Ends[1:]
		}
	}, ofWhole},
	{"a crowd that waits an hour", ends(func(end *harness.LoadEnd) { end.Took.Max += 3600 }), ofWaits},
	{"upstreams that are asked once for each of the crowd", func(e *harness.Evidence) {
		if e.Load != nil {
			e.Load.Attempts = e.Load.Requests + 1
		}
	}, ofStorms},
	{"upstreams that are asked once more for each of the crowd", func(e *harness.Evidence) {
		if e.Load != nil {
			e.Load.Attempts += e.Load.Requests
		}
	}, ofStorms},
}
