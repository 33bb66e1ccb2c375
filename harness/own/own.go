// Package own reads scenarios of one's own from a YAML file: the same literals as those of the
// catalogue, in the same words, with line and column of everything that is wrong. What it
// returns is played by harness.Run like any other scenario; it plays nothing itself.
package own

import (
	"context"

	"go.yaml.in/yaml/v3"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/document"
)

// version is that of the file's format. One that says none is of this version.
const version = 1

// Read reads the scenarios of the file at a path, in its order. Those with a configuration of
// their own boot it in the NGINX that gateway names, in provision's words. All that is wrong
// with the file is told at once; where there is no file the error wraps fs.ErrNotExist.
func Read(path, gateway string) ([]harness.Scenario, error) {
	text, err := document.Load(path)
	if err != nil {
		return nil, &harness.Problem{Blame: harness.Usage, What: "reading " + path, Err: err,
			Hint: "docs/scenarios.md has an example of such a file"}
	}
	return parse(path, text, gateway)
}

// parse reads a file's text.
func parse(path string, text []byte, gateway string) ([]harness.Scenario, error) {
	r := &reader{Reader: document.New(path, text), path: path, gateway: gateway, lines: map[string]int{}}
	if root := r.Root(); root != nil {
		r.file(root)
	} else if r.Mistakes() == 0 {
		return nil, &harness.Problem{Blame: harness.Usage, What: path + ":1: there is nothing in this file", Hint: "docs/scenarios.md has an example"}
	}
	if err := r.Problem(); err != nil {
		return nil, err
	}
	return r.scenarios, nil
}

// reader reads a document into scenarios.
type reader struct {
	*document.Reader
	path, gateway string
	shared        configuration // of all scenarios that bring none
	lines         map[string]int
	scenarios     []harness.Scenario
}

// draft is a scenario while it is read.
type draft struct {
	harness.Scenario
	while  string
	cause  harness.Cause
	phase  harness.Phase
	brings configuration
	orders []order
	names  []*yaml.Node // whose answers are ordered
	world  *yaml.Node
	// outcome is the one that is expected, and the node that says so.
	outcome *yaml.Node
}

// order is one thing that befalls the bay.
type order struct {
	says  string // completes "while ..."
	verb  verb
	cause harness.Cause
	phase harness.Phase
	http  bool          // what it lets the upstream say is HTTP/1
	takes harness.World // what it is possible in
	// kernel is what of the kernel's decides what comes of it.
	kernel harness.Kernel
}

// verb breaks a bay.
type verb func(*harness.Bay, context.Context) error

// Fault reads what is to go wrong as a file's section inject has it, and says what that is
// possible in.
func Fault(inject string) (harness.Scenario, error) {
	r := &reader{Reader: document.New("inject", []byte(inject)), lines: map[string]int{}}
	d := &draft{}
	if root := r.Root(); root != nil {
		r.inject(d)(root)
	} else if r.Mistakes() == 0 {
		return harness.Scenario{}, &harness.Problem{Blame: harness.Usage, What: "inject:1: this injects nothing", Hint: "write {hosts: {script: read-request; hold}}"}
	}
	if err := r.Problem(); err != nil {
		return harness.Scenario{}, err
	}
	s := d.finished()
	if len(d.names) > 0 { // it is asked for as requests come, or not at all
		s.World.Resolve = harness.AtRequest
	}
	return s, nil
}
