package nginx

import (
	"slices"
	"strings"

	"github.com/badgateway/badgateway/harness"
)

// symptom is a row of the table of all that NGINX's error log says of exchanges. The log
// oracle, `badgateway explain --log` and what is documented are made of it. To add a row:
// find how NGINX's source words it, write it into the list of its phase, above any row that
// is less exact, and a line of it into the test.
type symptom struct {
	// said and and are pieces of NGINX's own words, in that order; "" is in every line.
	// Words of others, which NGINX quotes, are `"..."` there.
	said, and string
	// quoted is a piece of what NGINX quotes.
	quoted string
	// phase is where in the exchange it is; "" leaves it to the end of the message.
	phase harness.Phase
	// errorType is its name in RFC 9209 section 2.3. NGINX's read timeout runs between
	// two reads, which is connection_read_timeout.
	errorType  string
	means      string
	candidates []candidate
}

// candidate is a scenario by its ID, and how it is told from the others.
type candidate struct{ scenario, tell string }

// symptoms is the table. The first row that a message shows counts.
var symptoms = widened(slices.Concat(starting, resolving, connecting, handshaking, choosing, sending, answering, framing, speaking, passing, local))

// find returns the row that a message shows, nil where there is none.
func find(message string) *symptom {
	own, quoted := voices(message)
	for i := range symptoms {
		if symptoms[i].shown(own, quoted) {
			return &symptoms[i]
		}
	}
	return nil
}

func (s *symptom) shown(own, quoted string) bool {
	_, rest, ok := strings.Cut(own, s.said)
	return ok && strings.Contains(rest, s.and) && strings.Contains(quoted, s.quoted)
}

// elision stands in a message for what others have written.
const elision = "..."

// voices takes a message apart: NGINX's own words, and what it quotes, which a client or an
// upstream has written. It quotes as it is, quotes too, so all from the first to the last one
// is others' words.
func voices(message string) (own, quoted string) {
	message, _, _ = strings.Cut(message, ", client: ") // what follows holds words of the client
	first, last := strings.IndexByte(message, '"'), strings.LastIndexByte(message, '"')
	if first < 0 {
		return message, ""
	}
	if last == first { // NGINX cuts what is longer than 2048 bytes
		return message[:first+1] + elision, message[first+1:]
	}
	return message[:first+1] + elision + message[last:], message[first+1 : last]
}

// public is the row as the harness knows it.
func (s *symptom) public() harness.Symptom {
	says := s.said
	for _, piece := range []string{s.quoted, s.and} {
		if piece != "" {
			says += " " + elision + " " + piece
		}
	}
	public := harness.Symptom{Says: says, Phase: s.phase, ErrorType: s.errorType, Means: s.means}
	for _, c := range s.candidates {
		public.Candidates = append(public.Candidates, harness.Candidate{Scenario: c.scenario, Tell: c.tell})
	}
	return public
}
