package main

import (
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// What help tells people to type has to work.
func TestHelpNamesScenariosThatExist(t *testing.T) {
	real := wired()
	id := regexp.MustCompile(`^'?([a-z]+/[a-z*-]+)'?$`)
	found := 0
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		for word := range strings.FieldsSeq(cmd.Long + " " + cmd.Example) {
			named := id.FindStringSubmatch(word)
			if named == nil {
				continue
			}
			found++
			if _, err := choose(real.catalogue(), []string{named[1]}, "", "nginx"); err != nil {
				t.Errorf("the help of %q names %s: %v", cmd.CommandPath(), word, err)
			}
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(newApp(real, func(string) string { return "" }, io.Discard, io.Discard).root())
	if found < 5 {
		t.Errorf("only %d are found: does the pattern still see them?", found)
	}
}
