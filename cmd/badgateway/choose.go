package main

import (
	"path"
	"strings"

	"github.com/onsi/ginkgo/v2/types"
	"github.com/spf13/cobra"

	"github.com/badgateway/badgateway/harness"
)

// The words that select more than one scenario and are no pattern.
const (
	wordAll        = "all"
	wordDocumented = "documented"
)

// choose returns the scenarios that any of the words names and the filter accepts, in
// the catalogue's order. No words are all of it. A word that matches nothing is an
// error even where others match: what was meant would silently not be played.
func choose(all []harness.Scenario, words []string, filter, gateway string) ([]harness.Scenario, error) {
	accepts, err := filterOf(filter)
	if err != nil {
		return nil, err
	}
	if len(words) == 0 {
		words = []string{wordAll}
	}
	named := map[string]bool{}
	for _, word := range words {
		if err := name(all, word, named); err != nil {
			return nil, err
		}
	}
	var chosen []harness.Scenario
	for _, s := range all {
		if named[s.ID] && accepts(s.Labels(gateway)) {
			chosen = append(chosen, s)
		}
	}
	if len(chosen) == 0 {
		return nil, &nothing{harness.Problem{What: "the filter " + filter + " accepts none of the selected scenarios",
			Hint: "it knows causes, phases, the gateway's name and documented: `badgateway list --json` shows each scenario's labels"}}
	}
	return chosen, nil
}

// filterOf parses Ginkgo's label grammar: "slow && !body", "(crash || dns) && documented".
func filterOf(filter string) (types.LabelFilter, error) {
	accepts, err := types.ParseLabelFilter(filter)
	if err != nil {
		return nil, usage("write it as for ginkgo --label-filter: 'slow && !body'", "the filter %q cannot be understood", filter)
	}
	return accepts, nil
}

// name notes the scenarios that a word names.
func name(all []harness.Scenario, word string, named map[string]bool) error {
	matches, err := matcher(word)
	if err != nil {
		return err
	}
	found := false
	for _, s := range all {
		if matches(s) {
			named[s.ID], found = true, true
		}
	}
	switch {
	case found:
		return nil
	case isPattern(word) || word == wordAll || word == wordDocumented:
		return &nothing{harness.Problem{What: "nothing matches " + word, Hint: "`badgateway list` shows what there is"}}
	}
	return noSuchID(all, word)
}

func isPattern(word string) bool { return strings.ContainsAny(word, `*?[\`) }

func matcher(word string) (func(harness.Scenario) bool, error) {
	switch {
	case word == wordAll:
		return func(harness.Scenario) bool { return true }, nil
	case word == wordDocumented:
		return func(s harness.Scenario) bool { return s.Documented }, nil
	case !isPattern(word):
		return func(s harness.Scenario) bool { return s.ID == word }, nil
	}
	if _, err := path.Match(word, ""); err != nil {
		return nil, usage("a pattern is made of *, ? and [sets]", "the pattern %q cannot be understood", word)
	}
	return func(s harness.Scenario) bool {
		ok, _ := path.Match(flat(word), flat(s.ID))
		return ok
	}, nil
}

// flat hides the slash from path.Match, whose * would stop there: * is everything.
func flat(s string) string { return strings.ReplaceAll(s, "/", "\x00") }

// find returns the scenario of that ID.
func find(all []harness.Scenario, id string) (harness.Scenario, error) {
	for _, s := range all {
		if s.ID == id {
			return s, nil
		}
	}
	return harness.Scenario{}, noSuchID(all, id)
}

func noSuchID(all []harness.Scenario, id string) error {
	hint := "`badgateway list` shows all"
	if near := nearest(all, id); len(near) > 0 {
		hint = "did you mean " + strings.Join(near, " or ") + "?"
	}
	return usage(hint, "there is no scenario %q", id)
}

// nearest suggests as cobra does for commands, and knows that a cause or a name alone
// is half an ID.
func nearest(all []harness.Scenario, word string) []string {
	const most = 3
	near := suggestions(word, wordAll, wordDocumented)
	for _, s := range all {
		cause, name, _ := strings.Cut(s.ID, "/")
		switch {
		case cause == word:
			return []string{"'" + word + "/*'"}
		case len(suggestions(word, s.ID)) > 0, !strings.Contains(word, "/") && len(suggestions(word, name)) > 0:
			near = append(near, s.ID)
		}
	}
	return near[:min(len(near), most)]
}

// suggestions returns the options that word may be a misspelling or the beginning of.
func suggestions(word string, options ...string) []string {
	shelf := &cobra.Command{SuggestionsMinimumDistance: mistakes}
	for _, option := range options {
		shelf.AddCommand(&cobra.Command{Use: option, Run: func(*cobra.Command, []string) {}})
	}
	return shelf.SuggestionsFor(word)
}

// mistakes is how many a misspelled word may have: cobra's own default.
const mistakes = 2

// completeIDs offers IDs to a shell, with what they promise.
func (a *app) completeIDs(more ...cobra.Completion) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		offers := append([]cobra.Completion{}, more...)
		for _, s := range a.catalogue() {
			offers = append(offers, cobra.CompletionWithDesc(s.ID, s.Title))
		}
		return offers, cobra.ShellCompDirectiveNoFileComp
	}
}
