package compare

import (
	"cmp"
	"strings"

	"github.com/badgateway/badgateway/harness/journal"
)

// Run is what has to be known of a run to compare it.
type Run struct {
	Gateway    string `json:"gateway"`
	Version    string `json:"version"` // "" where it is not known
	Source     string `json:"source"`  // where its program came from
	Runtime    string `json:"runtime"`
	Badgateway string `json:"badgateway"` // which version of ours played it
	Selection  string `json:"selection"`  // as it was asked for
	// Early is why the run ended before its end, "" where it did not.
	Early string `json:"ended_early,omitempty"`
}

// Difference is one thing in which two runs differ besides what came of them.
type Difference struct{ What, From, To string }

// Differences are what may have made the change: as a rule the gateway's version.
func (c Comparison) Differences() (found []Difference) {
	gateway := Difference{"gateway", c.From.gateway(), c.To.gateway()}
	if c.From.Gateway == c.To.Gateway {
		gateway = Difference{c.From.Gateway, c.From.Version, c.To.Version}
	}
	for _, d := range []Difference{
		gateway,
		{"runtime", c.From.Runtime, c.To.Runtime},
		{"badgateway", c.From.Badgateway, c.To.Badgateway},
		{"selection", c.From.Selection, c.To.Selection},
		{"source", c.From.Source, c.To.Source},
	} {
		if d.From != d.To {
			found = append(found, d)
		}
	}
	return found
}

// gateway is its name with its version.
func (r Run) gateway() string { return strings.TrimSpace(r.Gateway + " " + r.Version) }

// String is what was played where: "nginx 1.26.3 in docker".
func (r Run) String() string { return r.gateway() + " in " + r.Runtime }

func runOf(j *journal.Run) Run {
	r := Run{
		Runtime: j.Start.Runtime, Badgateway: j.Start.Badgateway,
		Selection: cmp.Or(strings.Join(j.Start.Selection, " "), "all"),
	}
	r.Gateway, r.Version = gatewayOf(j)
	if j.Start.Filter != "" {
		r.Selection += " (" + j.Start.Filter + ")"
	}
	switch {
	case j.End == nil:
		r.Early = "its journal has no end"
	case j.End.Interrupted != "":
		r.Early = "it was ended by " + j.End.Interrupted
	case j.End.Trouble != "":
		r.Early = j.End.Trouble
	}
	if j.End != nil {
		r.Source = j.End.Source
	}
	return r
}

// gatewayOf is the name and the version that the cells tell, since a run that was cut off
// has no end to say it; or else the gateway as it was asked for.
func gatewayOf(j *journal.Run) (name, version string) {
	for _, c := range j.Cells {
		if c.Version != "" {
			return c.Gateway, c.Version
		}
	}
	return j.Start.Gateway, ""
}
