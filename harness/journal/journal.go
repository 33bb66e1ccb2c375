// Package journal keeps the record of a run: lines of JSON, one record a line, the
// first of type "run", then one of type "cell" for every cell as it is judged, the
// last of type "end". A journal only grows: a cell that is played again adds a record.
// It never interprets what it keeps.
package journal

import (
	"time"

	"github.com/badgateway/badgateway/harness"
)

// Format is the version of the records. It rises when a key changes its meaning or
// goes; a new key alone is no new format, for readers ignore keys they do not know.
const Format = 1

// The types of records.
const (
	typeRun  = "run"
	typeCell = "cell"
	typeEnd  = "end"
)

// Start is the first record: what was going to be played.
type Start struct {
	Type       string    `json:"type"` // "run"
	Format     int       `json:"format"`
	Started    time.Time `json:"started"`
	Badgateway string    `json:"badgateway"` // our own version
	Gateway    string    `json:"gateway"`    // as it was asked for: "nginx@1.26"
	Runtime    string    `json:"runtime"`
	Selection  []string  `json:"selection"` // as it was asked for
	Filter     string    `json:"filter,omitempty"`
	Scenarios  []string  `json:"scenarios"`      // the IDs that this came to
	Seed       uint64    `json:"seed,omitempty"` // of the order that they were shuffled into
}

// End is the last record. A journal without one tells of a run that was cut off.
type End struct {
	Type    string          `json:"type"` // "end"
	Verdict harness.Verdict `json:"verdict"`
	// Interrupted names the signal that ended the run early, Trouble whatever else did.
	Interrupted string `json:"interrupted,omitempty"`
	Trouble     string `json:"trouble,omitempty"`
	Cells       int    `json:"cells"`   // that were judged
	Version     string `json:"version"` // the gateway's
	Source      string `json:"source"`  // where its program came from
	Spent       Spent  `json:"spent"`
}

// Spent is where the time of the longest lab went, in seconds, and which cell its
// playing waited for.
type Spent struct {
	Start   float64 `json:"start"`
	Play    float64 `json:"play"`
	Stop    float64 `json:"stop"`
	Longest string  `json:"longest,omitempty"`
}

// SpentOn is the record of a lab's time.
func SpentOn(s harness.LabSpent) Spent {
	return Spent{Start: s.Start, Play: s.Play, Stop: s.Stop, Longest: s.Longest.ID}
}
