package own

import (
	"errors"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
)

// told is a problem as a terminal shows it, without the name of the file.
func told(t *testing.T, err error) string {
	t.Helper()
	var p *harness.Problem
	if !errors.As(err, &p) || p.Blame != harness.Usage {
		t.Fatalf("no problem of the user's: %v", err)
	}
	first := p.What
	if p.Hint != "" {
		first += " (" + p.Hint + ")"
	}
	lines := append([]string{first}, p.Detail...)
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], "testdata/f.yaml:")
	}
	return strings.Join(lines, "\n")
}

// one is a file with a scenario that injects and expects this.
func one(inject, expect string) string {
	return "scenarios:\n- id: a/b\n  inject: " + inject + "\n  expect: " + expect + "\n"
}

// in is one in a world.
func in(world, inject, expect string) string {
	return one(inject, expect) + "  world: " + world + "\n"
}

const hold, timeout = "{hosts: [script: read-request; hold]}", "{status: 504}"

func TestMistakes(t *testing.T) {
	for text, want := range map[string]string{
		// files
		"":                            "1: there is nothing in this file (docs/scenarios.md has an example)",
		"# later":                     "1: there is nothing in this file (docs/scenarios.md has an example)",
		"version: 1":                  "1:1: there is no scenario in this file (write scenarios: and a list of them)",
		"version: 2\nscenarios: []":   "1:10: there is no version 2 of this file (this badgateway reads version 1)",
		"scenarios:\n  id: a/b":       "2:3: instead of a list of scenarios there is keys with values here",
		"scenario: []":                "1:1: there is no key \"scenario\" here (did you mean scenarios?)",
		"scenarios:\n\t- id: a/b":     "2:1: this line is indented with a tab (YAML wants spaces)",
		"scenarios: [\n":              "1: this is no YAML: did not find expected node content (are the indentation and the brackets right?)",
		one(hold, timeout) + "---\na": "5:1: a second document begins here (leave one of them out)",
		// scenarios
		"scenarios: [{id: a/b, inject: " + hold + "}]":                                 "1:13: this scenario has no expect (write expect: ...)",
		"scenarios: [{id: a/b, expect: " + timeout + "}]":                              "1:13: this scenario has no inject (write inject: ...)",
		"scenarios: [{expect: {tries: 1}, inject: " + hold + "}]":                      "1:13: this scenario has no id (write id: ...)",
		strings.Replace(one(hold, timeout), "a/b", "Shop", 1):                          `2:7: "Shop" is no ID: a group, a slash and a name, of small letters, digits and dashes (write it like shop/checkout-slow)`,
		strings.Replace(one(hold, timeout), "a/b", "a/b/c", 1):                         `2:7: "a/b/c" is no ID: a group, a slash and a name, of small letters, digits and dashes (write it like shop/checkout-slow)`,
		one(hold, timeout) + "- id: a/b\n  inject: " + hold + "\n  expect: " + timeout: "5:7: the scenario a/b is told already in line 2",
		one(hold, timeout) + "  titel: x":                                              `5:3: there is no key "titel" here (did you mean title?)`,
		one(hold, timeout) + "  cause: dsn":                                            `5:10: there is no "dsn" here (it is one of crash, overload, dns, firewall, malformed, slow, network)`,
		one(hold, timeout) + "  patience: 30":                                          `5:13: 30 what? (write 30s)`,
		// worlds and requests
		in("{resolve: start}", hold, timeout):                            `5:20: there is no "start" here (it is one of literal, at-start, at-request)`,
		in("{process: yes}", hold, timeout):                              `5:20: instead of true or false there is the text "yes" here`,
		one(hold, timeout) + "  request: {method: post}":                 `5:21: instead of a method in capitals, such as POST there is the text "post" here`,
		one(hold, timeout) + "  request: {path: checkout}":               `5:19: instead of a path such as /checkout, without blanks there is the text "checkout" here`,
		one(hold, timeout) + "  request: {path: /a b}":                   `5:19: instead of a path such as /checkout, without blanks there is the text "/a b" here`,
		one(hold, timeout) + "  request: {fields: {\"A B\": c}}":         `5:22: instead of the name of a field there is the text "A B" here`,
		one(hold, timeout) + "  request: {fields: {A: \"b\\r\\nC: d\"}}": `5:25: a field of a header has one line (write it in one line)`,
		one(hold, timeout) + "  request: {fields: {A: [b]}}":             `5:25: instead of a value there is a list here`,
		// orders to hosts
		one("{}", timeout):                                              "3:11: this injects nothing (write hosts, names or rules)",
		one("{hosts: []}", timeout):                                     "3:19: this list is empty: here belongs an order to a host (leave the key out)",
		one("{hosts: [{}]}", timeout):                                   "3:20: an order says one thing of a host, and one of the way to it (write one of script, process, machine and busy, or one of link and route, or one of each)",
		one("{hosts: [{process: killed, machine: gone}]}", timeout):     "3:20: an order says one thing of a host, and one of the way to it (write one of script, process, machine and busy, or one of link and route, or one of each)",
		one("{hosts: [{process: killed}, {process: frozen}]}", timeout): "3:19: there are 2 orders to 1 upstream hosts (write one order, which is to all of them)",
		one("{hosts: [{process: dead}]}", timeout):                      `3:30: there is no "dead" here (it is one of killed, frozen)`,
		one("{hosts: [{machine: goen}]}", timeout):                      `3:30: there is no "goen" here (did you mean gone?)`,
		one("{hosts: [{route: []}]}", timeout):                          `3:28: instead of one of missing, prohibited there is a list here`,
		one("{hosts: [script: serve]}", timeout):                        "3:28: an upstream that serves is a healthy one (write what it is to do instead, such as 'read-request; hold')",
		one("{hosts: [script: read-request; explode]}", timeout):        `3:42: this is no script: expected a step, found "explode" (column 15 of it) (docs/scenarios.md lists the steps)`,
		one("{hosts: [script: 'wait soon']}", timeout):                  `3:34: this is no script: expected a duration such as 1.5s, at most 24h0m0s, found "soon" (column 6 of it) (docs/scenarios.md lists the steps)`,
		one(`{hosts: [script: "write \"a\"; explode"]}`, timeout):       `3:28: this is no script: expected a step, found "explode" (column 12 of it) (docs/scenarios.md lists the steps)`,
		one("{hosts: [script: 5]}", timeout):                            "3:28: instead of a script such as 'read-request; wait 5s; serve' there is the number 5 here",
		one("{hosts: [link: {}]}", timeout):                             "3:26: a link is down, narrow or late (write one of down: true, rate and delay)",
		one("{hosts: [link: {down: true, rate: 5}]}", timeout):          "3:26: a link is down, narrow or late (write one of down: true, rate and delay)",
		one("{hosts: [link: {jitter: 5ms}]}", timeout):                  "3:26: what is not late has no jitter and no seed (write delay: too)",
		one("{hosts: [link: {delay: 31s}]}", timeout):                   "3:34: no frame is that late (write 30s at most)",
		// names
		one("{names: {app: {rcode: SERVFAIL}}}", timeout):                                     "3:20: in this world the gateway asks for no name: the upstream's address is written in its configuration (write world: {resolve: at-request})",
		in("{resolve: at-start}", "{names: {app: {rcode: SERVFAIL}}}", timeout):               "3:20: in this world the gateway asked for the name at its start, before this (write world: {resolve: at-start, restart: true}, or at-request)",
		in("{resolve: at-request}", "{names: {shop: {rcode: SERVFAIL}}}", timeout):            `3:20: the gateway asks for no name "shop" (the upstream's is app)`,
		in("{resolve: at-request}", "{names: {app: {rcode: SERVFIAL}}}", timeout):             `3:33: there is no "SERVFIAL" here (did you mean SERVFAIL?)`,
		in("{resolve: at-request}", "{names: {app: {}}}", timeout):                            "3:20: a name is answered in one way (write one of rcode, silent and addrs)",
		in("{resolve: at-request}", "{names: {app: {silent: true, addrs: nobody}}}", timeout): "3:20: a name is answered in one way (write one of rcode, silent and addrs)",
		in("{resolve: at-request}", "{names: {app: {addrs: [nobdy]}}}", timeout):              `3:34: "nobdy" is no IPv4 address (write host, moved, idle, nobody or 10.1.2.3)`,
		in("{resolve: at-request}", "{names: {app: {addrs: ['::1']}}}", timeout):              `3:34: "::1" is no IPv4 address (write host, moved, idle, nobody or 10.1.2.3)`,
		in("{resolve: at-request}", "{names: {app: {addrs: idle, ttl: -1}}}", timeout):        `3:44: -1 is no number of seconds (write 0 to 604800)`,
		// rules
		one("{rules: [{where: arriving}]}", timeout):                                       "3:20: this rule has no action (write {where: arriving, action: drop})",
		one("{rules: [{where: in, action: drop}]}", timeout):                               `3:28: there is no "in" here (it is one of arriving, returning)`,
		one("{rules: [{where: arriving, action: droop}]}", timeout):                        `3:46: there is no "droop" here (did you mean drop?)`,
		one("{rules: [{where: arriving, action: drop, loss: {lost: 3, of: 2}}]}", timeout): "3:58: this is no share: 3 lost of 2 (write {lost: 1, of: 10})",
		one("{rules: [{where: arriving, action: drop, after: -1}]}", timeout):              "3:59: -1 is no number of bytes (write 0 to 9223372036854775807)",
		// expectations
		one(hold, "{}"):                                "4:11: this expects nothing (write status: 504, or another of the keys)",
		one(hold, "{status: 5xx}"):                     `4:20: instead of a status such as 504 there is the text "5xx" here`,
		one(hold, "{outcome: closed, status: 502}"):    "4:21: this cannot come true: closed has no status (leave one of them out)",
		one(hold, "{outcome: truncated}"):              "4:21: what is truncated has a status (write status: too)",
		one(hold, "{outcome: did-not-start}"):          "4:21: a gateway that is not started anew does not fail to start (write world: {restart: true})",
		one(hold, "{time: 5s}"):                        `4:18: there is no time "5s" (the times are at once, connect timeout, read timeout, resolver timeout, shorter timeout, connect timeout or ARP, full header buffer; a budget of one's own is within: 5s)`,
		one(hold, "{time: raed timeout}"):              `4:18: there is no time "raed timeout" (did you mean read timeout?)`,
		one(hold, "{at_least: many x read timeout}"):   `4:22: "many" is no number of times (write it like 2 x read timeout)`,
		one(hold, "{time: NaN x read timeout}"):        `4:18: "NaN" is no number of times (write it like 2 x read timeout)`,
		one(hold, "{error: connection_reset}"):         `4:19: there is no "connection_reset" here (did you mean connection_refused?)`,
		one(hold, "{recovers: false}"):                 `4:22: instead of true or "at-once" there is the word false here`,
		one(hold, "{should: {satus: 504}}"):            `4:21: there is no key "satus" here (did you mean status?)`,
		one(hold, "{should: {should: {status: 504}}}"): `4:21: there is no key "should" here (the keys here are status, outcome, time, at_least, within, tries, error, log, body_contains, header, recovers)`,
		// configurations of one's own
		"url: http://a.test/\n" + one(hold, timeout):                                                        "1:6: a url says nothing of the reference configuration, which has one site for each scenario (write configuration: too, or leave it out)",
		"configuration: none.conf\n" + one(hold, timeout):                                                   "1:16: there is no file testdata/none.conf (and 1 more) (name it as seen from this file, or write it out as a block of text)\n1:16: what does the client ask for? A configuration of one's own wants a url (write url: http://shop.test/)",
		"configuration: ../../own\nurl: http://a.test/\nupstreams: [app:80]\n" + one(hold, timeout):         "1:16: ../own is no file (name an nginx.conf; `badgateway check` takes folders)",
		"configuration: 'events {}'\nurl: http://a.test/\n" + one(hold, timeout):                            "1:16: which upstream is to be broken? A configuration of one's own wants its name and port (write upstreams: [app:8080])",
		"configuration: 'events {}'\nurl: http://a.test/\nupstreams: [app:80, b:80]\n" + one(hold, timeout): "1:16: this configuration cannot be played: f.yaml: no server{} in it listens on port 80 (and 1 more) (name the file that holds the server)\n3:21: a configuration of one's own has one upstream here (`badgateway check` breaks each upstream of a configuration in turn)",
	} {
		_, err := parse("testdata/f.yaml", []byte(text), "nginx")
		if err == nil {
			t.Errorf("%q is read", text)
			continue
		}
		if got := told(t, err); got != want {
			t.Errorf("%q:\n got %s\nwant %s", text, got, want)
		}
	}
}
