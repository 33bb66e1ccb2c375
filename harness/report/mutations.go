package report

import (
	"cmp"
	"fmt"

	"github.com/badgateway/badgateway/harness"
)

// Mutation is one directive of the configuration altered, and what the cells made of it.
type Mutation struct {
	At harness.Position `json:"at"`
	To string           `json:"to"` // "" where it was left out
	// Noticed is the first cell that came out otherwise, and Became in what.
	Noticed string `json:"noticed,omitempty"`
	Became  string `json:"became,omitempty"`
	Refused bool   `json:"refused,omitempty"` // the gateway does not start with it
	Would   string `json:"would,omitempty"`   // a cell that is not played and would notice it
	Dead    bool   `json:"dead,omitempty"`    // a timeout that no cell can make decisive
}

func (m Mutation) tamed() Mutation {
	spell(&m.To, &m.Noticed, &m.Became, &m.Would)
	m.At = *tamePosition(&m.At)
	return m
}

// survived says that no cell noticed it.
func (m Mutation) survived() bool { return m.Noticed == "" && !m.Refused }

// mutated is the share that was noticed, "" where nothing was altered.
func (r Run) mutated() string {
	noticed, refused := 0, 0
	for _, m := range r.Mutations {
		if m.Refused {
			refused++
		} else if m.Noticed != "" {
			noticed++
		}
	}
	counted := len(r.Mutations) - refused
	if len(r.Mutations) == 0 {
		return ""
	}
	said := fmt.Sprintf("mutations: %d of %d alterations are noticed", noticed, counted)
	if counted > 0 {
		said += fmt.Sprintf(" (%d%%)", 100*noticed/counted)
	}
	if refused > 0 {
		said += fmt.Sprintf("; with %d more the gateway does not start", refused)
	}
	return said
}

// survivors are those that no cell noticed, with the cell that would.
func (r Run) survivors() (found []entry) {
	for _, m := range r.Mutations {
		if !m.survived() {
			continue
		}
		said := m.At.Says + " -> " + cmp.Or(m.To, "left out") + ": "
		switch {
		case m.Would != "":
			said += "no cell notices; " + m.Would + " would"
		case m.Dead:
			said += "no cell notices, and none can be decided by it"
		default:
			said += "no cell notices"
		}
		found = append(found, entry{name: where(&m.At), text: said})
	}
	return found
}

// mutations follow the cells.
func (t *text) mutations() {
	said := t.run.mutated()
	if said == "" {
		return
	}
	t.apart()
	t.indented(0, said)
	t.entries(t.run.survivors())
}
