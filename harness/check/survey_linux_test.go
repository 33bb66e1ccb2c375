package check

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/local"
	_ "github.com/badgateway/badgateway/harness/local/inside" // the test's executable is the agent
	"github.com/badgateway/badgateway/harness/nginx/config"
)

// runtimeFor makes labs on this machine, or skips where that is forbidden: with CI set
// everything is meant to be possible.
func runtimeFor(t *testing.T) harness.Runtime {
	t.Helper()
	rt, err := local.New(local.Options{Progress: func(text string) { t.Log(text) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := rt.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := rt.Supports(t.Context(), 0); err != nil {
		if os.Getenv("CI") != "" || !harness.IsLack(err) {
			t.Fatalf("%v; %s", err, harness.Hint(err))
		}
		fmt.Fprintln(os.Stderr, "SKIPPED, NOTHING WAS TESTED: ", err)
		t.Skipf("SKIPPED, NOTHING WAS TESTED: %v", err)
	}
	return rt
}

// surveyed opens a configuration of testdata and finds its routes.
func surveyed(t *testing.T, rt harness.Runtime, path string) *Subject {
	t.Helper()
	s, err := Open(filepath.Join("testdata/configs", path), Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute) // a package may have to be fetched
	defer cancel()
	if err := s.Find(ctx, rt, func(text string) { t.Log(text) }); err != nil {
		t.Fatalf("%v; %s", err, harness.Hint(err))
	}
	return s
}

// TestTheRoutesOfAConfigurationAreFound: what is written in a configuration is what is found
// by asking, and what no request comes to is told with its reason.
func TestTheRoutesOfAConfigurationAreFound(t *testing.T) {
	rt := runtimeFor(t)
	for _, c := range surveys {
		t.Run(c.path, func(t *testing.T) {
			t.Parallel()
			s := surveyed(t, rt, c.path)
			if got, want := listed(s, c.path), strings.TrimSpace(c.want); got != want {
				t.Errorf("found:\n%s\nwant:\n%s", got, want)
			}
			if ways := s.Gateway().Ways; len(ways) != len(s.Survey.Routes) {
				t.Errorf("the gateway knows %d ways for %d routes", len(ways), len(s.Survey.Routes))
			}
			if from := c.from; from != "" && s.Place.Boot.From != from {
				t.Errorf("it was booted in %s, want %s", s.Place.Boot.From, from)
			}
		})
	}
}

// logged is what NGINX's log says of a visit that was turned away. It may come after the answer.
const logged = ": access forbidden by rule"

// listed is what was found, a line each: a route begins with its method, an unreached way with
// a minus, a location without an upstream with its name, a gap with "made up".
func listed(s *Subject, path string) string {
	at := func(d *config.Directive) string {
		_, place, _ := strings.Cut(s.Config.Position(d), strings.SplitN(path, "/", 2)[0]+"/")
		return place
	}
	var lines []string
	for _, r := range s.Survey.Routes {
		id, _, _ := strings.Cut(r.ID, " (")
		line := id + " -> " + spoken(r.Protocol)
		if r.TLS {
			line += " over TLS"
		}
		for _, server := range r.Servers {
			line += " " + server.String()
		}
		lines = append(lines, line)
	}
	for _, u := range s.Survey.Unreached {
		lines = append(lines, "- "+at(u.Way.Pass)+" "+strings.ReplaceAll(u.Why, logged, ""))
	}
	for _, b := range s.Survey.Blind {
		lines = append(lines, b.Location.String()+" "+b.Why)
	}
	for _, m := range s.Place.Gaps() {
		lines = append(lines, "made up: "+m.What+" "+m.Path)
	}
	return strings.Join(lines, "\n")
}

// spoken is a protocol. Which HTTP/1 NGINX speaks by itself depends on its version.
func spoken(p agent.Protocol) string {
	if p == agent.HTTP10 || p == agent.HTTP11 {
		return "http/1"
	}
	return string(p)
}
