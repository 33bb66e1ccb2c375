package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/own"
)

// selection is what words on the command line can name: the catalogue, and the scenarios of
// the files among them.
type selection struct {
	all   []harness.Scenario
	words []string          // those that are left: a file's are its scenarios' IDs
	files map[string]string // where a scenario is from that is not of the catalogue
}

// selection reads the files among the words. gateway is what configurations in them are booted in.
func (a *app) selection(words []string, gateway string) (s selection, err error) {
	s = selection{all: a.catalogue(), files: map[string]string{}}
	for _, word := range words {
		if !isFile(s.all, word) {
			s.words = append(s.words, word)
			continue
		}
		told, err := own.Read(word, gateway)
		if err != nil {
			return s, err
		}
		for _, one := range told {
			if err := s.add(one, word); err != nil {
				return s, err
			}
		}
	}
	return s, nil
}

// add takes in a scenario of a file. One that is named twice is once there.
func (s *selection) add(one harness.Scenario, file string) error {
	i := slices.IndexFunc(s.all, func(o harness.Scenario) bool { return o.ID == one.ID })
	switch before := s.files[one.ID]; {
	case i < 0:
		s.all = append(s.all, one)
		s.files[one.ID] = file
	case before == "":
		return usage("call it otherwise", "%s: the catalogue has a scenario %s of its own", file, one.ID)
	case filepath.Clean(before) != filepath.Clean(file):
		return usage("call one of them otherwise", "%s and %s both tell a scenario %s", before, file, one.ID)
	}
	s.words = append(s.words, one.ID)
	return nil
}

// isFile says whether a word is a file of scenarios, and no scenario.
func isFile(all []harness.Scenario, word string) bool {
	if word == wordAll || word == wordDocumented || slices.ContainsFunc(all, func(s harness.Scenario) bool { return s.ID == word }) {
		return false
	}
	if ext := filepath.Ext(word); ext == ".yaml" || ext == ".yml" {
		return !isPattern(word) || exists(word)
	}
	return exists(word)
}

func exists(path string) bool {
	at, err := os.Stat(path)
	return err == nil && !at.IsDir()
}

// writeSchema is what editors check such a file by.
func (a *app) writeSchema() error {
	_, err := fmt.Fprintf(a.stdout, "%s", own.Schema())
	return err
}
