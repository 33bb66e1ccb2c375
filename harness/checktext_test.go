package harness

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
)

func TestWhatIsSaid(t *testing.T) {
	says := func(start, tail string, length int) *Evidence {
		return &Evidence{Exchange: agent.Exchange{Response: agent.Response{
			Status: http.StatusBadGateway, Start: []byte(start), Tail: []byte(tail), Body: length,
			Fields: []agent.Field{{Name: "Retry-After", Value: "5"}, {Name: "Via", Value: "a"}, {Name: "via", Value: "b"}},
		}}}
	}
	logs := func(lines ...string) *Evidence {
		e := &Evidence{Startup: []string{"[emerg] host not found"}}
		for _, l := range lines {
			e.Log = append(e.Log, LogLine{Text: l})
		}
		return e
	}
	took := func(d time.Duration) *Evidence { return &Evidence{Exchange: agent.Exchange{Ended: d}} }
	for name, c := range map[string]struct {
		check Check
		of    *Evidence
		want  string // what was seen instead, "" where it holds
		doubt bool
	}{
		"the beginning":             {Says("sorry"), says("so sorry", "", 9000), "", false},
		"the end":                   {Says("sorry"), says("", "we are sorry", 9000), "", false},
		"nothing like it":           {Says("sorry"), says("502", "502", 3), `the body begins with "502"`, false},
		"perhaps in the middle":     {Says("sorry"), says("502", "502", 9000), "and its middle is not known", true},
		"a field":                   {Carries("retry-after", "5"), says("", "", 0), "", false},
		"a field's second line":     {Carries("Via", "b"), says("", "", 0), "", false},
		"a field of any value":      {Carries("Via", ""), says("", "", 0), "", false},
		"another value":             {Carries("Via", "c"), says("", "", 0), `it says "a", "b"`, false},
		"no field":                  {Carries("Age", "1"), says("", "", 0), "the answer has no field Age", false},
		"no field, whatever it has": {Carries("Age", ""), says("", "", 0), "the answer has no field Age", false},
		"a line of the log":         {Logs("timed out"), logs("a", "upstream timed out"), "", false},
		"a line of the start":       {Logs("host not found"), logs(), "", false},
		"no such line":              {Logs("timed out"), logs("refused"), `it says "refused"`, false},
		"no line":                   {Logs("timed out"), logs(), "it logged nothing of the exchange", false},
		"within the budget":         {Within(3 * time.Second), took(3 * time.Second), "", false},
		"as well as can be told":    {Within(3 * time.Second), took(3*time.Second + 280*ms), "", false},
		"beyond the budget":         {Within(3 * time.Second), took(3*time.Second + 281*ms), "it took 3.281s, expected 3.28s at most", false},
	} {
		err := c.check.Judge(policy, c.of)
		saw, doubt := "", Doubt("")
		if err != nil {
			saw = err.Error()
		}
		if (err == nil) != (c.want == "") || !strings.Contains(saw, c.want) || errors.As(err, &doubt) != c.doubt {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
