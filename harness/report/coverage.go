package report

import "fmt"

// Coverage is how much of a configuration was played, and what was not: a report that is
// silent about that would pass for one of everything. It is empty where no configuration
// was checked.
type Coverage struct {
	Told string `json:"told"` // all of it, in a sentence
	// Covered of the Ways that the configuration has to upstreams were played.
	Covered   int         `json:"covered"`
	Ways      int         `json:"ways"`
	Unreached []Uncovered `json:"unreached,omitempty"` // ways that no request came to
	NotRun    []Left      `json:"not_run,omitempty"`   // faults that a route gives no occasion for
	Gaps      []Gap       `json:"gaps,omitempty"`
	Dropped   []Uncovered `json:"dropped,omitempty"` // directives that were left out
	Skipped   []Left      `json:"skipped,omitempty"` // that were not asked for
}

// Uncovered is a piece of the configuration that was not played.
type Uncovered struct {
	Where string `json:"where"` // "deploy/nginx.conf:41:9"
	What  string `json:"what"`  // as it is written there
	Why   string `json:"why"`
}

// Left is a fault that was not played on a route, or on any where Route is empty.
type Left struct {
	Fault string `json:"fault"`
	Route string `json:"route"`
	Why   string `json:"why"`
}

// Gap is something that was made up for the configuration to start, and does less than what
// is there where the configuration is installed.
type Gap struct {
	Path  string `json:"path"`
	What  string `json:"what"`  // "an empty file"
	Where string `json:"where"` // what wants it
}

// said is how much was covered, in a sentence, "" where there is nothing to tell.
func (c Coverage) said() string {
	if c.Told == "" && c.Ways > 0 {
		return fmt.Sprintf("%d of %d ways through the configuration were played", c.Covered, c.Ways)
	}
	return c.Told
}
