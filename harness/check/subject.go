package check

import (
	"context"
	"errors"
	"fmt"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/authority"
	"github.com/badgateway/badgateway/harness/nginx"
	"github.com/badgateway/badgateway/harness/nginx/config"
	"github.com/badgateway/badgateway/harness/nginx/place"
)

// A Subject is the configuration that is checked, in a place that has what it needs.
type Subject struct {
	// Told is how what was handed over was understood, in one sentence.
	Told   string
	Config *config.Config
	Place  *place.Place
	// Survey is what was found by asking, nil before Find.
	Survey *Survey
}

// Options say how a configuration is read and where it is booted.
type Options struct {
	config.Options
	// Gateway is in provision's words; "" is the NGINX that the configuration is for.
	Gateway string
}

// Open reads the configuration at a path of this machine, and nothing elsewhere.
func Open(path string, o Options) (*Subject, error) {
	tree, err := config.Open(path, o.Options)
	if err != nil {
		return nil, err
	}
	c, err := tree.Read()
	if err != nil {
		return nil, err
	}
	signs, err := authority.New()
	if err != nil {
		return nil, err
	}
	p, err := place.Make(c, place.Options{Gateway: o.Gateway, Signs: signs})
	if err != nil {
		return nil, err
	}
	return &Subject{Told: tree.String(), Config: c, Place: p}, nil
}

// Needs are those of a gateway that can only be asked at a unix socket.
func (s *Subject) Needs() harness.Needs {
	if s.Gateway().Site(harness.Site{}).Socket != "" {
		return harness.ClientSocket
	}
	return 0
}

// mostBoots bounds how often a configuration is booted until it starts. Each time one more
// thing is provided that it took for granted.
const mostBoots = 20

// Find boots the configuration and asks for its routes. Its error says which line keeps NGINX
// from starting, and what helps.
func (s *Subject) Find(ctx context.Context, rt harness.Runtime, say func(string)) error {
	if err := s.Place.Problem(); err != nil {
		return err
	}
	for range mostBoots {
		survey, err := Look(ctx, rt, s.Place.Gateway())
		if err == nil {
			s.Survey = survey
			return nil
		}
		said := saidBy(err)
		if ctx.Err() != nil || len(said) == 0 {
			return err
		}
		made := len(s.Place.Made)
		if !s.Place.Mend(said) {
			return s.blame(said, err)
		}
		for _, m := range s.Place.Made[made:] {
			say(fmt.Sprintf("the configuration takes %s for granted; it is made up", m.What))
		}
	}
	return &harness.Problem{What: fmt.Sprintf("the configuration does not start, with %d things made up for it", mostBoots)}
}

// saidBy is what a gateway that did not start has logged.
func saidBy(err error) []string {
	var p *harness.Problem
	if !errors.As(err, &p) {
		return nil
	}
	return p.Detail
}

// Gateway is NGINX with the configuration, with the routes that were found.
func (s *Subject) Gateway() nginx.Configured {
	gw := s.Place.Gateway()
	if s.Survey != nil {
		gw.Ways = s.Survey.Ways
	}
	return gw
}
