package mutant

import (
	"slices"
	"strconv"
	"strings"

	"github.com/badgateway/badgateway/harness"
)

// framing is how the end of a body is known. The zero value is one of no body.
type framing struct {
	length  int64 // that many bytes
	sized   bool  // length counts
	chunked bool
	byEnd   bool // what comes before the connection's end
}

// framingOf follows RFC 9112 6.3 in its order.
func framingOf(a *answer, method string, l leniency) (framing, error) {
	codings, lengths := listed(a.fields, "Transfer-Encoding"), listed(a.fields, "Content-Length")
	length, err := oneLength(lengths, l.anyLength)
	if err != nil && l.anyNumber {
		a.fields, lengths, err = without(a.fields, "Content-Length"), nil, nil
	}
	if err != nil {
		return framing{}, err
	}
	if l.extra && len(codings) == 0 {
		a.fields, lengths = without(a.fields, "Content-Length"), nil
	}
	if l.bothEnds && len(lengths) > 0 {
		codings = nil
	}
	if len(codings) > 0 && (!l.anyCoding || len(lengths) > 0) {
		if err := onlyChunked(a, codings, len(lengths) > 0); err != nil {
			return framing{}, err
		}
	}
	switch {
	case a.status/100 == 1, !l.bodies && (method == "HEAD" || a.status == 204 || a.status == 304):
		return framing{}, nil
	case len(codings) > 0:
		chunked := strings.EqualFold(codings[len(codings)-1], "chunked")
		return framing{chunked: chunked, byEnd: !chunked}, nil
	case len(lengths) > 0:
		return framing{sized: true, length: length}, nil
	}
	return framing{byEnd: true}, nil
}

// onlyChunked: no other coding was asked for, HTTP/1.0 has none (6.1), and one beside a
// length is how responses are smuggled (6.3 item 3).
func onlyChunked(a *answer, codings []string, sized bool) error {
	if len(codings) > 1 || !strings.EqualFold(codings[0], "chunked") || a.minor == '0' {
		return &failure{harness.PhaseHeader, badTransferCoding, "transfer codings " + strings.Join(codings, ", ")}
	}
	if sized {
		return malformed(harness.PhaseHeader, "a transfer coding and a length")
	}
	return nil
}

// oneLength is the value of Content-Length, which may be repeated and must not differ
// (6.3 item 5).
func oneLength(values []string, onlyFirst bool) (int64, error) {
	for i, v := range values {
		if i > 0 && onlyFirst {
			break
		}
		if _, err := strconv.ParseUint(v, 10, 63); err != nil {
			return 0, malformed(harness.PhaseHeader, "a length that is no number: %q", v)
		}
		if v != values[0] {
			return 0, malformed(harness.PhaseHeader, "two lengths: %s and %s", values[0], v)
		}
	}
	if len(values) == 0 {
		return 0, nil
	}
	n, err := strconv.ParseInt(values[0], 10, 64)
	return n, err
}

// without leaves a field out.
func without(fields []field, name string) []field {
	return slices.DeleteFunc(slices.Clone(fields), func(f field) bool { return strings.EqualFold(f.name, name) })
}

// listed returns the members of a field's list, over all its lines (RFC 9110 5.3).
func listed(fields []field, name string) (members []string) {
	for _, f := range fields {
		if !strings.EqualFold(f.name, name) {
			continue
		}
		for m := range strings.SplitSeq(f.value, ",") {
			members = append(members, strings.Trim(m, " \t"))
		}
	}
	return members
}
