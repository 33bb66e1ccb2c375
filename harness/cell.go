package harness

import "strings"

// Finding is how one check came out.
type Finding struct {
	Strength Strength `json:"strength"`
	Check    string   `json:"check"`
	Held     bool     `json:"held"`
	Doubt    bool     `json:"doubt,omitempty"`
	Saw      string   `json:"saw,omitempty"` // what was seen instead
	// Declared is the reason of a declared deviation that replaced the check.
	Declared string `json:"declared,omitempty"`
}

// Cell is the record of one scenario on one gateway, as the journal keeps it.
type Cell struct {
	Type      string    `json:"type"` // "cell"
	ID        string    `json:"id"`
	Title     string    `json:"title"`
	Cause     Cause     `json:"cause"`
	Phase     Phase     `json:"phase"`
	While     string    `json:"while"` // the fault's title
	Folklore  string    `json:"folklore,omitempty"`
	Gateway   string    `json:"gateway"`
	Version   string    `json:"version"`
	Runtime   string    `json:"runtime"`
	Clock     string    `json:"clock"`
	Take      int       `json:"take"`   // 2: played again, in a lab of its own
	Status    int       `json:"status"` // 0: there was none
	Outcome   Outcome   `json:"outcome"`
	Seconds   float64   `json:"seconds"`
	Attempts  int       `json:"attempts"`
	Log       []string  `json:"log"`
	ErrorType string    `json:"error_type"`
	Receipt   string    `json:"receipt"`
	Decided   string    `json:"decided"` // the setting that decided how long it took
	Verdict   Verdict   `json:"verdict"`
	Reason    string    `json:"reason"` // of the verdict, in a sentence
	Why       string    `json:"why"`
	Findings  []Finding `json:"findings"`
	Recovery  float64   `json:"recovery_seconds"`
	Spent     Spent     `json:"spent"`
}

// newCell is the cell of a scenario before it is played.
func newCell(plan *Plan, s Scenario, take int) Cell {
	return Cell{
		Type: "cell", ID: s.ID, Title: s.Title, Why: s.Why, Folklore: s.Folklore,
		Cause: s.Fault.Cause, Phase: s.Fault.Phase, While: s.Fault.Title,
		Gateway: plan.Gateway.Name(), Runtime: plan.Runtime.Name(), Clock: "real", Take: take,
		Log: []string{}, Findings: []Finding{},
	}
}

// judge fills the cell from what was played. trouble is what kept it from being played
// to its end, nil as a rule.
func (c *Cell) judge(s Scenario, declared []Deviation, k *bracket, trouble error) {
	c.Spent = k.spent
	if trouble != nil {
		c.Verdict, c.Reason = Inconclusive, strings.ReplaceAll(trouble.Error(), "\n", "; ")
		return
	}
	e := &k.evidence
	c.Status, c.Outcome = e.Exchange.Response.Status, e.Outcome
	c.Seconds, c.Attempts, c.ErrorType = e.Exchange.Ended.Seconds(), e.Attempts(), e.ErrorType()
	c.Recovery = e.Recovery.After.Seconds()
	for _, l := range e.Log {
		c.Log = append(c.Log, l.Text)
	}
	c.Decided = decided(s.Expect, k.bay.Policy)
	c.Findings = Judge(s, declared, k.bay.Policy, e)
	c.Verdict, c.Reason = verdictOf(c.Findings)
	var err error
	if c.Receipt, err = k.receipt(); err != nil {
		c.Verdict, c.Reason = Inconclusive, err.Error()
	}
}
