package own

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/document"
)

// worldKeys are those of harness.World.
func (r *reader) worldKeys(w *harness.World) []key {
	return []key{
		{"resolve", "When the gateway learns the upstream's address: it is written, or looked up at its start, or as requests come.", among(resolves), r.OneOf(resolves, func(word string) { w.Resolve = resolveOf(word) })},
		{"process", "The upstream is a process of its own, which can really die.", truth, r.Bool(&w.Process)},
		{"restart", "The gateway is started anew once the fault is there.", truth, r.Bool(&w.Restart)},
		{"alone", "Nothing else is played in its lab.", truth, r.Bool(&w.Alone)},
		{"servers", "How many upstreams there are.", number(1, mostServers), r.number(&w.Servers, "a number of servers", 1, mostServers)},
		{"spared", "How many of them, the last ones, the fault leaves alone.", number(1, mostServers-1), r.number(&w.Spared, "a number of servers", 1, mostServers-1)},
		{"speaks", "What the gateway speaks to its upstreams.", among(words(protocols)), r.OneOf(words(protocols), func(word string) { w.Speaks = agent.Protocol(word) })},
		{"tls", "It speaks that over TLS, and verifies the certificate.", truth, r.Bool(&w.TLS)},
		{"socket", "The upstream listens at a unix socket.", truth, r.Bool(&w.Socket)},
		{"front", "How the gateway listens for its clients.", among(words(fronts)), r.OneOf(words(fronts), func(word string) { w.Front = harness.Front(word) })},
	}
}

// resolves are the words for harness.Resolve, in its order.
var resolves = []string{harness.Literal: "literal", harness.AtStart: "at-start", harness.AtRequest: "at-request"}

func resolveOf(word string) (found harness.Resolve) {
	for i, w := range resolves {
		if w == word {
			found = harness.Resolve(i)
		}
	}
	return found
}

// hosts is how many upstream hosts of a world a fault befalls.
func hosts(w harness.World) int { return w.Hosts() - w.Spared }

// The bounds of what a request and a world may be: far more than any scenario needs.
const (
	mostBody    = 1 << 26
	mostServers = 100
)

// The words that a world is told in.
var (
	protocols = []agent.Protocol{agent.HTTP10, agent.HTTP11, agent.HTTP2, agent.GRPC, agent.WebSocket, agent.FastCGI, agent.UWSGI, agent.SCGI}
	fronts    = []harness.Front{harness.FrontTLS, harness.FrontHTTP2}
)

// requestKeys are those of harness.Traffic.
func (r *reader) requestKeys(t *harness.Traffic) []key {
	return []key{
		{"method", "The method.", matching(`^[A-Z]+$`, "POST"), r.plain(&t.Method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "a method in capitals, such as POST")},
		{"path", "The path, with its query.", matching(`^/\S*$`, "/checkout?now=1"), r.requestPath(&t.Path)},
		{"fields", "Further fields of the request's header.", fields, r.fields(&t.Header)},
		{"body", "The request's body.", text, r.Text(&t.Content)},
		{"body_bytes", "How long a body of whatever is, in bytes.", number(1, mostBody), r.number(&t.Body, "a number of bytes", 1, mostBody)},
		{"http10", "It is asked in HTTP/1.0.", truth, r.Bool(&t.HTTP10)},
	}
}

// plain reads a text of some letters only.
func (r *reader) plain(into *string, letters, what string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if !document.IsText(n) || strings.Trim(n.Value, letters) != "" {
			r.Wants(n, what)
			return
		}
		*into = n.Value
	}
}

func (r *reader) requestPath(into *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if !document.IsText(n) || n.Value[0] != '/' || strings.ContainsFunc(n.Value, unprintable) {
			r.Wants(n, "a path such as /checkout, without blanks")
			return
		}
		*into = n.Value
	}
}

func unprintable(c rune) bool { return c <= ' ' || c >= 0x7f }

// fields reads names with their values, none of which can end a line of a header.
func (r *reader) fields(into *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		for _, p := range r.Pairs(n, "names of fields with their values") {
			value := p.Value.Value
			switch {
			case p.Value.Kind != yaml.ScalarNode || document.IsNothing(p.Value):
				r.Wants(p.Value, "a value")
			case !isToken(p.Key.Value):
				r.Wants(p.Key, "the name of a field")
			case strings.ContainsAny(value, "\r\n\x00"):
				r.Wrong(p.Value, "write it in one line", "a field of a header has one line")
			default:
				*into += p.Key.Value + ": " + value + "\r\n"
			}
		}
	}
}

// isToken says whether a name is what RFC 9110 section 5.6.2 calls one.
func isToken(name string) bool {
	const others = "!#$%&'*+-.^_`|~"
	return name != "" && !strings.ContainsFunc(name, func(c rune) bool {
		return !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.ContainsRune(others, c))
	})
}
