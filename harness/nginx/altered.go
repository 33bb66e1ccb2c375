package nginx

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/authority"
)

// Altered is NGINX with its reference configuration, in which one line of each scenario's
// part was changed so that the scenario's promise is broken: each has to fail there.
func Altered(from string) harness.Gateway {
	return reference{from: from, altered: true, signs: sync.OnceValues(authority.New), readings: &readings{}}
}

// An alteration replaces a piece of a site's part of the configuration, of one that is alone
// a piece of all of it. Where Old is empty New is added to the location. {address} in New is
// where requests are passed on to.
type alteration struct{ Old, New string }

// alterations are what breaks each scenario's promise, by the scenario's ID.
var alterations = joined(poolAlterations, reuseAlterations, misconfigAlterations, localAlterations, tlsAlterations, bodyAlterations, sendAlterations, protocolAlterations, edgeAlterations, overloadAlterations)

// masked gives every failure a page and a 200: what breaks a promise that nothing in the
// configuration but the status could break.
var masked = alteration{
	Old: "        location / {\n",
	New: "        location = /masked { internal; return 200 \"masked\\n\"; }\n" +
		"        location / {\n            error_page 500 502 503 504 =200 /masked;\n",
}

// passes are the directives that pass requests on.
var passes = regexp.MustCompile(`\b[a-z]+_pass (?:[a-z]+://)?([^;]+);`)

func (a alteration) alter(text string) (string, error) {
	if a.Old == "" {
		a.Old = "        location / {\n"
		a.New = a.Old + indented(a.New, 12)
	}
	if to := passes.FindStringSubmatch(text); to != nil {
		a.New = strings.ReplaceAll(a.New, "{address}", to[1])
	}
	if n := strings.Count(text, a.Old); n != 1 {
		return text, fmt.Errorf("%q is there %d times, not once, in:\n%s", a.Old, n, text)
	}
	return strings.Replace(text, a.Old, a.New, 1), nil
}
