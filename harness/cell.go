package harness

import (
	"cmp"
	"strings"
)

// Finding is how one check came out.
type Finding struct {
	Strength Strength `json:"strength"`
	Check    string   `json:"check"`
	Held     bool     `json:"held"`
	Doubt    bool     `json:"doubt,omitempty"`
	Saw      string   `json:"saw,omitempty"` // what was seen instead
	// Declared is the reason of a declared deviation that replaced the check.
	Declared string `json:"declared,omitempty"`
	// Rule names the rule that the check is of, Cite what it rests on, and At is the line of
	// the configuration that decided it; all are empty where it is of a scenario.
	Rule string    `json:"rule,omitempty"`
	Cite string    `json:"cite,omitempty"`
	At   *Position `json:"at,omitempty"`
	Try  string    `json:"try,omitempty"` // what would help
}

// Position is a place in a configuration, as its user names the file. Line and Column count
// from 1; Column is 0 where it is not known.
type Position struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column,omitempty"`
	Says   string `json:"says"` // what is written there
}

// Cell is the record of one scenario on one gateway, as the journal keeps it.
type Cell struct {
	Type     string `json:"type"` // "cell"
	ID       string `json:"id"`
	Route    string `json:"route,omitempty"`  // the one that was broken
	Method   string `json:"method,omitempty"` // of the request; "" is GET
	Title    string `json:"title"`
	Cause    Cause  `json:"cause"`
	Phase    Phase  `json:"phase"`
	While    string `json:"while"` // the fault's title
	Folklore string `json:"folklore,omitempty"`
	Gateway  string `json:"gateway"`
	Version  string `json:"version"`
	Runtime  string `json:"runtime"`
	Clock    Clock  `json:"clock"`
	// ClockReason is why it was the real one where the virtual one was wanted.
	ClockReason string    `json:"clock_reason,omitempty"`
	Real        *Cell     `json:"real,omitempty"` // the same by the machine's clock, where that was to confirm it
	Take        int       `json:"take"`           // 2: played again, in a lab of its own
	Status      int       `json:"status"`         // 0: there was none
	Outcome     Outcome   `json:"outcome"`
	Seconds     float64   `json:"seconds"`
	Attempts    int       `json:"attempts"`
	Log         []string  `json:"log"`
	ErrorType   string    `json:"error_type"`
	Receipt     string    `json:"receipt"`
	Decided     string    `json:"decided"`         // the setting that decided how long it took
	At          *Position `json:"at,omitempty"`    // where that is written, nil where it is a default
	Time        string    `json:"time,omitempty"`  // how long it took, as an expression of the policy
	Tried       []string  `json:"tried,omitempty"` // the upstreams that were asked, in order
	Verdict     Verdict   `json:"verdict"`
	Reason      string    `json:"reason"` // of the verdict, in a sentence
	Why         string    `json:"why"`
	Findings    []Finding `json:"findings"`
	// Helps is what a visitor could have done about it; Suffered is how many requests failed
	// once the fault was gone, until Recovery.
	Helps    Remedy  `json:"helps,omitempty"`
	Suffered int     `json:"suffered,omitempty"`
	Recovery float64 `json:"recovery_seconds"`
	// RetryAfter and CacheControl are those fields of the answer.
	RetryAfter   string `json:"retry_after,omitempty"`
	CacheControl string `json:"cache_control,omitempty"`
	Page         Page   `json:"page,omitempty"`
	// Proof is what becomes of a cell that fails where the line is altered that decided it.
	Proof string `json:"proof,omitempty"`
	// Recorded is what clients are known to get, nil where that was not looked at.
	Recorded *Record     `json:"recorded,omitempty"`
	Timeline []Happening `json:"timeline,omitempty"`
	Load     *Load       `json:"load,omitempty"` // what a crowd got meanwhile, nil where none came
	Spent    Spent       `json:"spent"`
}

// newCell is the cell of a scenario before it is played.
func newCell(plan *Plan, s Scenario, take int) Cell {
	c := Cell{
		Type: "cell", ID: s.ID, Title: s.Title, Why: s.Why, Folklore: s.Folklore,
		Cause: s.Cause(), Phase: s.Fault.Phase, While: s.Fault.Title,
		Gateway: plan.gatewayOf(s).Name(), Runtime: plan.Runtime.Name(), Clock: RealClock, Take: take,
		Method: s.Traffic.Method, Log: []string{}, Findings: []Finding{},
	}
	if s.Route != nil {
		c.Route, c.Method = s.Route.ID, cmp.Or(c.Method, s.Route.Visit.Method)
	}
	return c
}

// Key tells the cells of a run from each other: "slow/never@GET https://shop.test/".
func (c Cell) Key() string {
	if c.Route == "" {
		return c.ID
	}
	return c.ID + "@" + c.Route
}

// judge fills the cell from what was played. trouble is what kept it from being played
// to its end, nil as a rule.
func (c *Cell) judge(s Scenario, declared []Deviation, k *bracket, trouble error) {
	c.Spent = k.spent
	if IsLack(trouble) {
		c.Verdict, c.Reason = Unsupported, trouble.Error()
		return
	}
	if trouble != nil {
		c.Verdict, c.Reason = Inconclusive, strings.ReplaceAll(trouble.Error(), "\n", "; ")
		return
	}
	e := &k.evidence
	c.Status, c.Outcome = e.Exchange.Response.Status, e.Outcome
	c.Seconds, c.Attempts, c.ErrorType = e.Exchange.Ended.Seconds(), e.Attempts(), e.ErrorType()
	c.Recovery, c.Suffered, c.Helps = e.Recovery.After.Seconds(), e.Recovery.Failed, e.Helps
	c.Load = e.Load
	c.RetryAfter, c.CacheControl = e.Exchange.Response.Get("Retry-After"), e.Exchange.Response.Get("Cache-Control")
	c.Page, c.Timeline = pageOf(e), timeline(e)
	for _, l := range e.Log {
		c.Log = append(c.Log, l.Text)
	}
	c.Decided = decided(s.Expect, k.bay.Policy)
	if s.Route != nil {
		c.account(k)
	}
	c.Findings = Judge(s, declared, k.bay.Policy, e)
	c.Verdict, c.Reason = VerdictOf(c.Findings)
	var err error
	if c.Receipt, err = k.receipt(); err != nil {
		c.Verdict, c.Reason = Inconclusive, err.Error()
	}
}

// account says how long a route's cell took in the words of its policy, what decided that, and
// which of its servers were asked.
func (c *Cell) account(k *bracket) {
	a, _ := Explain(k.bay.Policy, &k.evidence)
	c.Time, c.Decided, c.At = a.Text, a.Setting.String(), a.Setting.Position()
	for i, s := range k.bay.Site.servers() {
		one := k.evidence.at(i)
		for range one.after().Attempts - one.before().Attempts {
			c.Tried = append(c.Tried, s.String())
		}
	}
}
