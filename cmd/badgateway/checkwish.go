package main

import (
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/check"
	"github.com/badgateway/badgateway/harness/check/settings"
)

// wanted is what the flags and the settings ask for.
func (c *checking) wanted() (w check.Wish, err error) {
	s := c.settings
	w = check.Wish{
		MaxWait: s.MaxWait, Budgets: check.Budgets{Client: s.Budgets.Client, CDN: s.Budgets.CDN}, Skip: s.Skipped,
		Strength: func(rule string) (harness.Strength, bool) {
			level := s.Level(rule, c.flags.strict)
			if level == settings.Fail {
				return harness.Must, false
			}
			return harness.Should, level == settings.Off
		},
	}
	for _, only := range c.flags.only {
		if fault, _, ok := strings.Cut(only, "@"); !ok || fault == "" {
			return w, usage("say FAULT@ROUTE; each may be a glob: 'slow/*@*'", "--only cannot be %q", only)
		}
	}
	var words []string
	for _, word := range s.Faults {
		if word == wordCanonical {
			w.Families = len(s.Faults) == 1
			word = wordAll
		}
		words = append(words, word)
	}
	w.Faults, err = choose(c.portable(), words, "", "nginx")
	return w, err
}
