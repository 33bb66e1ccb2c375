// Package settings reads badgateway.yaml, the file by which a team says which rules its
// gateway is held to, what it expects, and what is to be left out and why. It writes a first
// one too. It plays nothing and knows no gateway's configuration.
package settings

import (
	"time"

	"github.com/badgateway/badgateway/harness"
)

// Name is how the file is called where nobody names another.
const Name = "badgateway.yaml"

// version is that of the file's format. One that says none is of this version.
const version = 1

// Settings is what a file says. What it leaves out is as in Default.
type Settings struct {
	Version int     `yaml:"version"`
	Budgets Budgets `yaml:"budgets"`
	// Faults are the words that select what is played: IDs, globs, All and Canonical.
	Faults []string `yaml:"faults"`
	// MaxWait is how long a gateway is waited for at most, whatever its timeouts are.
	MaxWait       time.Duration   `yaml:"max_wait"`
	Rules         map[string]Rule `yaml:"rules"`
	Expect        []Expectation   `yaml:"expect"`
	Skip          []Skip          `yaml:"skip"`
	Configuration Configuration   `yaml:"configuration"`
}

// Budgets say how patient those are who wait for the gateway.
type Budgets struct {
	Client time.Duration `yaml:"client"` // who asked
	CDN    time.Duration `yaml:"cdn"`    // what stands between him and the gateway
}

// Rule is what a file says of a rule.
type Rule struct {
	Level  Level            `yaml:"level"`
	Reason string           `yaml:"reason"` // why it is off; "" is possible for the others only
	At     harness.Position `yaml:"-"`
}

// Expectation is what clients of some routes shall see under some faults. What it does not
// state is not judged.
type Expectation struct {
	Route    string            `yaml:"route"`    // a glob on the route's ID, "" for every route
	Fault    []string          `yaml:"fault"`    // IDs and globs, none for every fault
	Status   []int             `yaml:"status"`   // any of them
	Outcome  []harness.Outcome `yaml:"outcome"`  // any of them
	Within   time.Duration     `yaml:"within"`   // 0 is not stated
	Attempts *int              `yaml:"attempts"` // nil is not stated: to reach no upstream at all can be wanted
	Reason   string            `yaml:"reason"`
	At       harness.Position  `yaml:"-"`
}

// Skip is what is not to be played, and why.
type Skip struct {
	Route  string           `yaml:"route"` // as an Expectation's
	Fault  []string         `yaml:"fault"`
	Reason string           `yaml:"reason"`
	At     harness.Position `yaml:"-"`
}

// Configuration is what is to be checked where the command line does not say it.
type Configuration struct {
	// Path is where it is on this machine. A file writes it as seen from its own folder; here
	// it is as seen from where badgateway was started.
	Path           string            `yaml:"path"`
	At             string            `yaml:"at"`  // where it is installed
	Set            map[string]string `yaml:"set"` // values of placeholders
	WithoutModules []string          `yaml:"without_modules"`
	Gateway        string            `yaml:"gateway"` // in provision's words
}

// Default is what holds where there is no file. The budgets are round figures to begin with:
// a person's patience, and the idle timeout of 60 s with which an AWS load balancer comes. MaxWait
// is longer than both, and than the minute that NGINX waits by default.
func Default() *Settings {
	return &Settings{
		Version: version,
		Budgets: Budgets{Client: 30 * time.Second, CDN: time.Minute},
		Faults:  []string{Canonical},
		MaxWait: 90 * time.Second,
		Rules:   map[string]Rule{},
	}
}
