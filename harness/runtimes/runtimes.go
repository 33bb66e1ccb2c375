// Package runtimes chooses where labs are made: the runtime that is asked for, or the one
// that can play most of what is to be played. It makes no lab itself.
package runtimes

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/docker"
	"github.com/badgateway/badgateway/harness/local"
)

// Auto is the name that leaves the choice to Open.
const Auto = "auto"

// candidate is a runtime that may be there.
type candidate struct {
	name string
	open func(progress func(string)) (harness.Runtime, error)
}

// candidates are all there are; the first of equals is chosen.
var candidates = []candidate{
	{"docker", func(say func(string)) (harness.Runtime, error) {
		return opened(docker.New(docker.Options{Progress: say}))
	}},
	{"local", func(say func(string)) (harness.Runtime, error) {
		return opened(local.New(local.Options{Progress: say}))
	}},
}

// opened turns a pointer into an interface, and keeps an error from becoming a Runtime.
func opened[R harness.Runtime](rt R, err error) (harness.Runtime, error) {
	if err != nil {
		return nil, err
	}
	return rt, nil
}

// Names are those of the runtimes.
func Names() []string {
	names := make([]string, len(candidates))
	for i, c := range candidates {
		names[i] = c.name
	}
	return names
}

// Want is what a runtime is wanted for.
type Want struct {
	// From is where the gateway's program comes from, in provision's words; "" is "nginx".
	From string
	// Needs are those of the gateway itself.
	Needs harness.Needs
	// Scenarios are what is to be played; their worlds say what they need.
	Scenarios []harness.Scenario
}

// Open opens the runtime of that name. Auto is the one that supports most of the
// scenarios, and of equals the first of Names. why says for what reason, "" where there was
// no choice. Progress may be nil.
func Open(ctx context.Context, name string, w Want, progress func(string)) (rt harness.Runtime, why string, err error) {
	if w.From == "" {
		w.From = "nginx"
	}
	if name == Auto {
		return choose(ctx, candidates, w, progress)
	}
	i := slices.IndexFunc(candidates, func(c candidate) bool { return c.name == name })
	if i < 0 {
		return nil, "", &harness.Problem{Blame: harness.Usage, What: fmt.Sprintf("there is no runtime %q", name),
			Hint: "there are " + Auto + ", " + strings.Join(Names(), ", ")}
	}
	if rt, err = candidates[i].open(progress); err != nil {
		return nil, "", err
	}
	if err := rt.Takes(w.From); err != nil {
		return nil, "", errors.Join(err, rt.Close())
	}
	return rt, "", nil
}

// choose opens one candidate after the other until one can do everything.
func choose(ctx context.Context, from []candidate, w Want, progress func(string)) (best harness.Runtime, why string, err error) {
	var reasons []string // what each one so far lacks
	var refused []error
	var others []harness.Runtime
	least := len(w.Scenarios) + 1
	for _, c := range from {
		rt, missing, reason := c.examine(ctx, w, progress)
		switch {
		case ctx.Err() != nil:
			refused = append(refused, context.Cause(ctx))
		case rt == nil:
			reasons, refused = append(reasons, c.name+": "+oneLine(reason)), append(refused, fmt.Errorf("%s: %w", c.name, reason))
		case missing > 0:
			reasons = append(reasons, fmt.Sprintf("%s cannot play %d of %d: %s", c.name, missing, len(w.Scenarios), oneLine(reason)))
		}
		if rt != nil && missing < least { // of equals the first
			best, rt, least = rt, best, missing
		}
		if rt != nil {
			others = append(others, rt)
		}
		if least == 0 || ctx.Err() != nil {
			break
		}
	}
	if best == nil || ctx.Err() != nil {
		err = nowhere(ctx, refused)
		if best != nil {
			others = append(others, best)
		}
		best = nil
	}
	for _, rt := range others {
		err = errors.Join(err, rt.Close())
	}
	if err != nil && best != nil {
		return nil, "", errors.Join(err, best.Close())
	}
	return best, because(reasons), err
}

// because says why a runtime was chosen, by what was found of all that were asked.
func because(reasons []string) string {
	if len(reasons) == 0 {
		return "it can play all of this"
	}
	return strings.Join(reasons, "; ")
}

// examine opens a candidate and asks how many of the scenarios it cannot play, and why not.
// It returns no runtime where it can play none at all.
func (c candidate) examine(ctx context.Context, w Want, progress func(string)) (rt harness.Runtime, missing int, reason error) {
	rt, err := c.open(progress)
	if err != nil {
		return nil, 0, err
	}
	err = rt.Takes(w.From)
	if err == nil {
		err = rt.Supports(ctx, w.Needs)
	}
	said := map[harness.Needs]error{}
	for _, s := range w.Scenarios {
		if err != nil {
			break
		}
		need := s.World.Needs
		if _, asked := said[need]; !asked {
			said[need] = rt.Supports(ctx, need)
		}
		switch lack := said[need]; {
		case harness.IsLack(lack):
			missing, reason = missing+1, lack
		default:
			err = lack // trouble, as a rule nil
		}
	}
	if err != nil {
		return nil, 0, errors.Join(err, rt.Close())
	}
	return rt, missing, reason
}

// nowhere is the end of all runtimes.
func nowhere(ctx context.Context, refused []error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var hints []string
	blame := harness.Usage
	for _, err := range refused {
		if hint := harness.Hint(err); hint != "" {
			hints = append(hints, hint)
		}
		if harness.BlameOf(err) == harness.Environment {
			blame = harness.Environment
		}
	}
	return &harness.Problem{Blame: blame, What: "there is nowhere to make a lab", Hint: strings.Join(hints, "; or "), Err: errors.Join(refused...)}
}

// oneLine is an error as a part of a sentence.
func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }
