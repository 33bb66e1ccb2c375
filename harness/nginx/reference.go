// Package nginx knows NGINX: a reference configuration, how patient a configuration
// makes it, what its log lines mean, and where it is known to depart from the RFCs. It
// starts no process and opens no socket.
package nginx

import (
	"errors"
	"fmt"
	"path"
	"sync"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/authority"
)

// Path is where NGINX looks for its configuration, in its vendor's image and in the
// distributions' packages.
const Path = "/etc/nginx/nginx.conf"

// Reference returns NGINX with the reference configuration: one worker, one server
// for each bay, short timeouts, and every other setting at its default, save for what a
// World asks for. from is in provision's words: "nginx", "nginx@1.26",
// "image:nginx:1.29-alpine".
func Reference(from string) harness.Gateway {
	return reference{from: from, signs: sync.OnceValues(authority.New), readings: &readings{}}
}

// Patient is Reference with the timeouts that NGINX has where none are written, of a minute and
// half a minute, but for those that a World asks for.
func Patient(from string) harness.Gateway {
	r := Reference(from).(reference)
	r.patient = true
	return r
}

type reference struct {
	from    string
	patient bool
	altered bool // each scenario's part of the configuration is (altered.go)
	signs   func() (*authority.Authority, error)
	*readings
}

func (reference) Name() string                          { return "nginx" }
func (reference) Capacity() int                         { return 0 }
func (reference) Site(s harness.Site) harness.Site      { return s }
func (reference) Read(l string) (harness.LogLine, bool) { return read(l) }

func (reference) Deviations(version string) []harness.Deviation { return deviations(version) }

// Fits refuses worlds that nobody has put into NGINX's words yet.
func (r reference) Fits(s harness.Scenario) error {
	if _, known := setups[s.World.Setup]; !known && s.World.Setup != "" {
		return fmt.Errorf("nobody has said yet what %q is in NGINX's words", s.World.Setup)
	}
	if _, known := alterations[s.ID]; r.altered && !known {
		return errors.New("nothing is altered for it")
	}
	return nil
}

func (r reference) Boot(sites []harness.Site) (harness.Boot, error) {
	boot := harness.Boot{From: r.from, Command: []string{"nginx", "-g", "daemon off;"}}
	conf, err := r.text(sites)
	if err != nil {
		return boot, err
	}
	for _, s := range sites {
		siteOf(s).furnish(&boot)
	}
	boot.Files = append([]harness.File{{Path: Path, Text: []byte(conf)}}, boot.Files...)
	return boot, r.secure(&boot, sites)
}

// text is the configuration.
func (r reference) text(sites []harness.Site) (string, error) {
	conf := r.head(sites)
	for _, s := range sites {
		part := siteOf(s)
		part.patient = r.patient
		text, err := part.text()
		if err != nil {
			return "", err
		}
		if r.altered && !s.World.Alone {
			if text, err = alterations[s.ID].alter(text); err != nil {
				return "", fmt.Errorf("altering %s: %w", s.ID, err)
			}
		}
		conf += text
	}
	conf += "}\n"
	if r.altered && sites[0].World.Alone {
		return alterations[sites[0].ID].alter(conf)
	}
	return conf, nil
}

// head is what comes before the sites: the reference's, and what the setup of one that is
// alone says of the whole process.
func (r reference) head(sites []harness.Site) string {
	main, events, timeouts := "", "    worker_connections 1024;\n", shortTimeouts
	if r.patient {
		timeouts = ""
	}
	if len(sites) == 1 && sites[0].World.Alone {
		s := setups[sites[0].World.Setup]
		main = indented(s.Main, 0)
		if s.Events != "" {
			events = indented(s.Events, 4)
		}
	}
	return fmt.Sprintf(configurationHead, main, events, timeouts)
}

func (r reference) Policy(b harness.Boot, s harness.Site) (harness.Policy, error) {
	at := request{host: s.Name, port: agent.FrontPort, path: "/"}
	if s.World.Front != harness.FrontHTTP {
		at.port = agent.FrontTLSPort
	}
	return r.of(b.Files, path.Base(Path)).policy(at)
}

// Where the lab's certificates are for NGINX to find.
const (
	trusted     = "/etc/nginx/lab/authority.pem"
	revoked     = "/etc/nginx/lab/revoked.pem"
	certificate = "/etc/nginx/lab/front.pem"
	privateKey  = "/etc/nginx/lab/front.key"
)

// secure adds the lab's authority, where a site speaks TLS on either side.
func (r reference) secure(boot *harness.Boot, sites []harness.Site) error {
	needed := false
	for _, s := range sites {
		needed = needed || s.World.TLS || s.World.Front != harness.FrontHTTP
	}
	if !needed {
		return nil
	}
	signs, err := r.signs()
	if err != nil {
		return err
	}
	ca, key, err := signs.PEM()
	if err != nil {
		return err
	}
	front, frontKey, err := signs.LeafPEM("front.test")
	if err != nil {
		return err
	}
	list, err := signs.Revocations()
	if err != nil {
		return err
	}
	boot.Authority = agent.Authority{Certificate: ca, Key: key}
	boot.Files = append(boot.Files, harness.File{Path: trusted, Text: ca}, harness.File{Path: revoked, Text: list},
		harness.File{Path: certificate, Text: front}, harness.File{Path: privateKey, Text: frontKey})
	return nil
}

// shortTimeouts are each written once, so that there is one line to blame. One second is the
// shortest that can be told from the second SYN; reads get twice that, so that the two cannot
// be taken for each other.
const shortTimeouts = `    proxy_connect_timeout 1s;
    proxy_send_timeout 2s;
    proxy_read_timeout 2s;
    resolver_timeout 1s;
`

const configurationHead = `# Written by badgateway: the reference configuration.
worker_processes 1;
error_log stderr notice;
%s
events {
%s}

http {
    access_log off;
%s    proxy_buffer_size 4k;
`
