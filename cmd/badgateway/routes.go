package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/badgateway/badgateway/harness/check"
	"github.com/badgateway/badgateway/harness/visible"
)

// listed routes, for people and for machines.
type listedRoutes struct {
	Told      string            `json:"told"`
	Gateway   string            `json:"gateway"`
	Version   string            `json:"version"`
	Source    string            `json:"source"`
	Routes    []listedRoute     `json:"routes"`
	Unreached []listedUnreached `json:"unreached"`
	Blind     []listedUnreached `json:"no_upstream"`
	Gaps      []listedGap       `json:"gaps"`
	Made      []listedGap       `json:"made_up"`
	Unread    []string          `json:"unread"`
	Dropped   []string          `json:"left_out"`
}

type listedRoute struct {
	ID       string   `json:"id"`
	Where    string   `json:"where"`
	Says     string   `json:"says"`
	Protocol string   `json:"protocol"`
	TLS      bool     `json:"tls"`
	Servers  []string `json:"servers"`
	Status   int      `json:"status"`
}

type listedUnreached struct {
	Where string `json:"where"`
	Says  string `json:"says"`
	Why   string `json:"why"`
}

type listedGap struct {
	What string `json:"what"`
	Path string `json:"path"`
	For  string `json:"for,omitempty"`
}

func listedOf(s *check.Subject) listedRoutes {
	l := listedRoutes{
		Told: s.Told, Gateway: s.Place.Boot.From, Version: s.Survey.Version, Source: s.Survey.Source,
		Routes: []listedRoute{}, Unreached: []listedUnreached{}, Blind: []listedUnreached{}, Gaps: []listedGap{}, Made: []listedGap{},
		Unread: append([]string{}, s.Config.Unread...), Dropped: []string{},
	}
	for _, r := range s.Survey.Routes {
		protocol := string(r.Protocol)
		one := listedRoute{ID: r.ID, Where: r.Where.Where(), Says: r.Where.Says(), Protocol: protocol, TLS: r.TLS, Status: r.Healthy}
		for _, server := range r.Servers {
			one.Servers = append(one.Servers, server.String())
		}
		l.Routes = append(l.Routes, one)
	}
	for _, u := range s.Survey.Unreached {
		l.Unreached = append(l.Unreached, listedUnreached{s.Config.Position(u.Way.Pass), u.Way.Pass.String(), u.Why})
	}
	for _, b := range s.Survey.Blind {
		if b.Location != nil {
			l.Blind = append(l.Blind, listedUnreached{s.Config.Position(b.Location), b.Location.String(), b.Why})
		}
	}
	for _, m := range s.Place.Made {
		gap := listedGap{m.What, m.Path, m.For}
		if m.Gap {
			l.Gaps = append(l.Gaps, gap)
		} else {
			l.Made = append(l.Made, gap)
		}
	}
	for _, d := range s.Config.Dropped {
		l.Dropped = append(l.Dropped, s.Config.Position(d)+" "+d.String())
	}
	return l
}

func (a *app) listRoutes(s *check.Subject, asJSON bool) error {
	l := listedOf(s)
	if !asJSON {
		_, err := a.stdout.Write([]byte(l.text()))
		return err
	}
	text, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		return err
	}
	_, err = a.stdout.Write(append(visible.JSON(text), '\n'))
	return err
}

// text is the list for people. It says what is covered, and what is not.
func (l listedRoutes) text() string {
	var b bytes.Buffer
	line := func(format string, args ...any) { fmt.Fprintf(&b, "%s\n", visible.Text(fmt.Sprintf(format, args...))) }
	if l.Version == "" {
		line("%s; nothing was booted: that requests come by these routes is not proven", l.Told)
	} else {
		line("%s; nginx %s (%s)", l.Told, l.Version, l.Source)
	}
	line("%d of %d routes to an upstream reached", len(l.Routes), len(l.Routes)+len(l.Unreached))
	for _, r := range l.Routes {
		tls := ""
		if r.TLS {
			tls = " over TLS"
		}
		line("  %s", r.ID)
		line("      %s%s to %s, %d; %s  %s", r.Protocol, tls, strings.Join(r.Servers, ", "), r.Status, r.Where, r.Says)
	}
	section := func(title string, found []listedUnreached) {
		if len(found) == 0 {
			return
		}
		line("")
		line("%s (%d)", title, len(found))
		for _, u := range found {
			line("  %s  %s", u.Where, u.Says)
			line("      %s", u.Why)
		}
	}
	section("not reached", l.Unreached)
	section("locations that lead to no upstream", l.Blind)
	gaps := func(title string, found []listedGap) {
		if len(found) == 0 {
			return
		}
		line("")
		line("%s (%d)", title, len(found))
		for _, g := range found {
			text := "  " + g.Path + ": " + g.What
			if g.For != "" {
				text += ", for " + g.For
			}
			line("%s", text)
		}
	}
	gaps("made up in the lab, and what depends on it is not covered", l.Gaps)
	gaps("made up in the lab, as a stand-in of its kind", l.Made)
	lines := func(title string, found []string) {
		if len(found) == 0 {
			return
		}
		line("")
		line("%s (%d)", title, len(found))
		for _, f := range found {
			line("  %s", f)
		}
	}
	lines("handed over, and nothing includes it: not covered", l.Unread)
	lines("left out with their module: not covered", l.Dropped)
	return b.String()
}
