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
	app := newApp(real, func(string) string { return "" }, io.Discard, io.Discard)
	known, err := app.selection([]string{"../../examples/scenarios/shop.yaml"}, "nginx") // the file of the examples
	if err != nil {
		t.Fatal(err)
	}
	id := regexp.MustCompile(`^'?([a-z]+/[a-z*-]+)'?$`)
	found := 0
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		for word := range strings.FieldsSeq(cmd.Long + " " + cmd.Example) {
			named := id.FindStringSubmatch(word)
			if named == nil || strings.HasSuffix(word, "/nginx") { // a configuration's folder
				continue
			}
			found++
			if _, err := choose(known.all, []string{named[1]}, "", "nginx"); err != nil {
				t.Errorf("the help of %q names %s: %v", cmd.CommandPath(), word, err)
			}
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(app.root())
	if found < 5 {
		t.Errorf("only %d are found: does the pattern still see them?", found)
	}
}
