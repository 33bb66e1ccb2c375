package own

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/document"
)

// expectKeys are the checks, in the order in which they are told. What is only wished or only
// noted has a section of its own, with the same keys.
func (r *reader) expectKeys(d *draft) []key {
	return append(r.checkKeys(d, &d.Expect),
		key{"should", "What is only wished: where it does not hold the cell warns.", object(r.checkKeys(d, nil)), r.weakened(d, harness.Check.Should)},
		key{"note", "What is only reported.", object(r.checkKeys(d, nil)), r.weakened(d, harness.Check.Note)},
	)
}

func (r *reader) checkKeys(d *draft, into *[]harness.Check) []key {
	e := &expectation{into: into, draft: d}
	return []key{
		{"status", "What the client gets: any of them.", oneOrMore(number(100, 599)), r.status(e)},
		{"outcome", "What becomes of the request; without it that is a whole answer.", among(words(outcomes)), r.outcome(e)},
		{"time", "When the exchange ends, in words of the gateway's own configuration.", matching(termPattern(), "read timeout", "2 x connect timeout"), r.term(e, harness.AnswersInTime)},
		{"at_least", "Before when it does not end, in the same words.", matching(termPattern(), "0.5 x read timeout"), r.term(e, harness.TakesAtLeast)},
		{"within", "When it is over at the latest, whatever the configuration says.", duration, r.within(e)},
		{"tries", "How many connections to the upstream are begun.", number(0, mostTries), r.tries(e)},
		{"error", "What the gateway calls it, by RFC 9209 section 2.3; none where it tells of no error of its own.", among(errorTypes), r.errorType(e)},
		{"log", "What its log says of the exchange: a part of a line.", text, r.said(e, harness.Logs)},
		{"body_contains", "What the body of the answer says: a part of it.", text, r.said(e, harness.Says)},
		{"header", "Fields of the answer with their values.", fields, r.header(e)},
		{"recovers", "It serves again once the fault is gone: true, or at-once, with the first request.", shape{"enum": []any{true, "at-once"}}, r.recovers(e)},
	}
}

// expectation is a section of checks while it is read.
type expectation struct {
	into     *[]harness.Check
	draft    *draft
	statuses []int
}

func (e *expectation) add(checks ...harness.Check) { *e.into = append(*e.into, checks...) }

func (r *reader) expect(d *draft) func(*yaml.Node) {
	return func(n *yaml.Node) {
		said := r.Mistakes()
		r.keys(n, r.expectKeys(d))
		if len(d.Expect) == 0 && r.Mistakes() == said {
			r.Wrong(n, "write status: 504, or another of the keys", "this expects nothing")
		}
	}
}

func (r *reader) weakened(d *draft, weak func(harness.Check) harness.Check) func(*yaml.Node) {
	return func(n *yaml.Node) {
		var checks []harness.Check
		r.keys(n, r.checkKeys(d, &checks))
		for _, c := range checks {
			d.Expect = append(d.Expect, weak(c))
		}
	}
}

// status is the last of the two that are read: with an outcome it is that one's.
func (r *reader) status(e *expectation) func(*yaml.Node) {
	return func(n *yaml.Node) {
		for _, item := range r.Several(n, "a status") {
			if status, ok := r.Number(item, "a status such as 504", 100, 599); ok {
				e.statuses = append(e.statuses, status)
			}
		}
		if len(e.statuses) > 0 {
			e.add(anyOf(e.statuses, harness.Answers))
		}
	}
}

var outcomes = []harness.Outcome{
	harness.Answered, harness.Truncated, harness.SilentlyTruncated, harness.Closed, harness.RawBytes, harness.Hang, harness.DidNotStart,
}

// outcome replaces the check of the status, which takes the answer for a whole one.
func (r *reader) outcome(e *expectation) func(*yaml.Node) {
	return func(n *yaml.Node) {
		r.OneOf(words(outcomes), func(word string) {
			o := harness.Outcome(word)
			without := o == harness.Closed || o == harness.RawBytes || o == harness.DidNotStart
			switch {
			case without && e.statuses != nil:
				r.Wrong(n, "leave one of them out", "this cannot come true: %s has no status", o)
			case !without && o != harness.Hang && e.statuses == nil:
				r.Wrong(n, "write status: too", "what is %s has a status", o)
			case o == harness.DidNotStart:
				e.draft.outcome = n
				e.add(harness.RefusesToStart())
			case o == harness.Answered:
			case e.statuses != nil:
				*e.into = (*e.into)[:len(*e.into)-1]
				e.add(anyOf(e.statuses, func(status int) harness.Check { return harness.Ends(status, o) }))
			default:
				e.add(harness.Ends(0, o))
			}
		})(n)
	}
}

// anyOf is one check of which one of several has to hold.
func anyOf(statuses []int, check func(int) harness.Check) harness.Check {
	either := check(statuses[0])
	for _, status := range statuses[1:] {
		one, other := either.Judge, check(status)
		either.Title += ", or " + other.Title
		either.Judge = func(p harness.Policy, e *harness.Evidence) error {
			if err := one(p, e); err != nil && other.Judge(p, e) != nil {
				return err
			}
			return nil
		}
	}
	return either
}

// terms are the times that can be spoken of.
var terms = []struct {
	word string
	term harness.Term
}{
	{"at once", harness.Immediately}, {"connect timeout", harness.ConnectTimeout}, {"read timeout", harness.ReadTimeout},
	{"resolver timeout", harness.ResolveTimeout}, {"shorter timeout", harness.ShorterTimeout},
	{"connect timeout or ARP", harness.ARPTimeout}, {"full header buffer", harness.HeaderBuffer},
}

func termWords() (words []string) {
	for _, t := range terms {
		words = append(words, t.word)
	}
	return words
}

func termPattern() string {
	return `^([0-9]+(\.[0-9]+)? x )?(` + strings.Join(termWords(), "|") + `)$`
}

func (r *reader) term(e *expectation, check func(harness.Term) harness.Check) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if !document.IsText(n) {
			r.Wants(n, "a time in words of the configuration: "+strings.Join(termWords(), ", "))
			return
		}
		factor, word, is := strings.Cut(n.Value, " x ")
		if !is {
			factor, word = "1", n.Value
		}
		times, err := strconv.ParseFloat(factor, 64)
		i := slices.Index(termWords(), word)
		switch {
		case i < 0:
			r.Wrong(n, document.Meant(word, termWords(), "the times are "+strings.Join(termWords(), ", ")+"; a budget of one's own is within: 5s"), "there is no time %.40q", word)
		case err != nil || !(times > 0 && times <= mostTries):
			r.Wrong(n, "write it like 2 x read timeout", "%.40q is no number of times", factor)
		case times != 1:
			e.add(check(terms[i].term.Times(times)))
		default:
			e.add(check(terms[i].term))
		}
	}
}

func (r *reader) within(e *expectation) func(*yaml.Node) {
	return func(n *yaml.Node) {
		var budget time.Duration
		if r.Duration(&budget)(n); budget > 0 {
			e.add(harness.Within(budget))
		}
	}
}

// mostTries is more than any gateway has servers to try.
const mostTries = 1000

func (r *reader) tries(e *expectation) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if tries, ok := r.Number(n, "a number of tries", 0, mostTries); ok {
			e.add(harness.Tries(tries))
		}
	}
}

// errorTypes are the names of RFC 9209 section 2.3, and one for none.
var errorTypes = []string{
	"none", "dns_timeout", "dns_error", "destination_not_found", "destination_unavailable", "destination_ip_prohibited", "destination_ip_unroutable",
	"connection_refused", "connection_terminated", "connection_timeout", "connection_read_timeout", "connection_write_timeout", "connection_limit_reached",
	"tls_protocol_error", "tls_certificate_error", "tls_alert_received", "http_request_error", "http_request_denied", "http_response_incomplete",
	"http_response_header_section_size", "http_response_header_size", "http_response_body_size", "http_response_trailer_section_size",
	"http_response_trailer_size", "http_response_transfer_coding", "http_response_content_coding", "http_response_timeout", "http_upgrade_failed",
	"http_protocol_error", "proxy_internal_response", "proxy_internal_error", "proxy_configuration_error", "proxy_loop_detected",
}

// errorType is expected as strictly as its section says, where the catalogue only wishes for it.
func (r *reader) errorType(e *expectation) func(*yaml.Node) {
	return r.OneOf(errorTypes, func(word string) {
		if word == "none" {
			word = ""
		}
		check := harness.Names(word)
		check.Strength = harness.Must
		e.add(check)
	})
}

func (r *reader) said(e *expectation, check func(string) harness.Check) func(*yaml.Node) {
	return func(n *yaml.Node) {
		part := ""
		if r.Text(&part)(n); part != "" {
			e.add(check(part))
		}
	}
}

func (r *reader) header(e *expectation) func(*yaml.Node) {
	return func(n *yaml.Node) {
		for _, p := range r.Pairs(n, "names of fields with their values") {
			switch {
			case p.Value.Kind != yaml.ScalarNode:
				r.Wants(p.Value, "a value")
			case !isToken(p.Key.Value):
				r.Wants(p.Key, "the name of a field")
			default:
				value := p.Value.Value
				if document.IsNothing(p.Value) {
					value = ""
				}
				e.add(harness.Carries(p.Key.Value, value))
			}
		}
	}
}

func (r *reader) recovers(e *expectation) func(*yaml.Node) {
	return func(n *yaml.Node) {
		switch {
		case n.Kind == yaml.ScalarNode && n.Value == "true":
			e.add(harness.Recovers())
		case n.Kind == yaml.ScalarNode && n.Value == "at-once":
			e.add(harness.Recovers(), harness.RecoversAtOnce())
		default:
			r.Wants(n, fmt.Sprintf("true or %q", "at-once"))
		}
	}
}
