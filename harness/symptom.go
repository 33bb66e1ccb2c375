package harness

import "time"

// A Symptom is one thing that a gateway's logs say of exchanges that went wrong: what it
// means, and the scenarios that come to say it.
type Symptom struct {
	// Says is how it is worded, "..." where something differs from line to line.
	Says  string
	Phase Phase
	// ErrorType is its name in RFC 9209 section 2.3, "" where it has none.
	ErrorType string
	// Means tells it in plain words.
	Means string
	// Candidates may be its cause. Where there is none the explanation stands alone.
	Candidates []Candidate
}

// A Candidate is a scenario that a symptom may come from.
type Candidate struct {
	Scenario string // its ID
	// Tell is what to look at to know it from the others, in a sentence.
	Tell string
}

// A Sign is a line of a log that shows a symptom. It holds nothing that a client or an
// upstream has written: Said is the gateway's own words, with "..." for those of others.
type Sign struct {
	Symptom Symptom
	Said    string
	// Log is the kind of log that the line is of, "" where that cannot be told. It counts
	// where the line is Sound, too.
	Log LogKind
	// At is when it was logged, zero where the line does not tell; Stamp is how it tells.
	At    time.Time
	Stamp string
	// Upstreams are the addresses that the line names, without path, query and user.
	Upstreams []string
}

// LogKind is one of the logs that a gateway writes.
type LogKind string

// The kinds of logs.
const (
	ErrorLog  LogKind = "error log"
	AccessLog LogKind = "access log"
)

// Sense is what a gateway makes of a line.
type Sense int

// The senses.
const (
	// Unknown: it is of no log of the gateway's, or tells what the gateway has no word for.
	Unknown Sense = iota
	// Sound: it is a line of a log, and tells of no trouble.
	Sound
	// Symptomatic: it shows a symptom.
	Symptomatic
)

// An Interpreter is a Gateway that knows what its logs mean.
type Interpreter interface {
	// Symptoms are all that it knows, the more exact one first.
	Symptoms() []Symptom
	// Interpret says what a line of one of its logs shows. The Sign counts where the
	// line is Symptomatic.
	Interpret(line string) (Sign, Sense)
	// Mask takes out of a line what may be nobody's business.
	Mask(line string) string
}
