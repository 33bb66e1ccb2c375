package mutant

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"github.com/badgateway/badgateway/harness"
)

// config is the configuration file.
type config struct {
	Listen      string         `json:"listen"`
	Resolver    netip.AddrPort `json:"resolver,omitzero"`
	Timeouts    timeouts       `json:"timeouts"`
	HeaderLimit int            `json:"header_limit"` // bytes of an answer's header
	Sites       []siteConfig   `json:"sites"`
}

// timeouts are what an honest proxy keeps.
type timeouts struct {
	Connect duration `json:"connect"`
	Send    duration `json:"send"` // between two writes of the request
	Read    duration `json:"read"` // the answer's header, and between two reads of its body
	Resolve duration `json:"resolve"`
}

// siteConfig sends the requests for one host name to one upstream.
type siteConfig struct {
	Name     string  `json:"name"`
	Upstream string  `json:"upstream"` // host:port
	Resolve  resolve `json:"resolve"`
}

// resolve says when the upstream's name is looked up.
type resolve string

const (
	literally resolve = "never" // it is an address
	atStart   resolve = "start"
	atRequest resolve = "request"
)

var resolveOf = map[harness.Resolve]resolve{
	harness.Literal: literally, harness.AtStart: atStart, harness.AtRequest: atRequest,
}

// duration is written as Go writes one: "1.5s".
type duration time.Duration

func (d duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

func (d *duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	*d = duration(v)
	return err
}

func parseConfig(text []byte) (config, error) {
	var c config
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		return c, fmt.Errorf("parsing: %w", err)
	}
	for _, s := range c.Sites {
		if err := s.check(); err != nil {
			return c, fmt.Errorf("site %q: %w", s.Name, err)
		}
	}
	return c, nil
}

func (s siteConfig) check() error {
	switch s.Resolve {
	case literally:
		_, err := netip.ParseAddrPort(s.Upstream)
		return err
	case atStart, atRequest:
		_, port, err := splitHostPort(s.Upstream)
		if err == nil {
			_, err = strconv.ParseUint(port, 10, 16)
		}
		return err
	}
	return fmt.Errorf("resolve is %q, not %q, %q or %q", s.Resolve, literally, atStart, atRequest)
}
