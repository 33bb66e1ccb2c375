package config

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
)

// Secrets are the values in what was handed over that are nobody's business: whoever shows
// anything of it, or of what NGINX makes of it, hides them first.
func (c *Config) Secrets() []string {
	var s secrets
	for d := range c.Walk() {
		s.directive(d)
	}
	for native, f := range c.tree.files {
		s.text(string(f.text))
		if s.holds[native] {
			s.lines(string(f.text))
		}
	}
	for name, value := range c.tree.set {
		if secretName.MatchString(name) {
			s.add(value)
		}
	}
	return s.found
}

type secrets struct {
	found []string
	holds map[string]bool // files that hold nothing but secrets, by native path
}

// secretName is how things are called whose value is a secret.
var secretName = regexp.MustCompile(`(?i)auth|cookie|passw|passphrase|passwd|pwd|(?:^|[_-]|db|sql|smtp|mail|user)pass(?:$|[_-])|secret|token|api.?key|access.?key|private|credential|session|signature|dsn|database_url|jwt`)

// notSecret are values that such things often have and that say nothing.
var notSecret = regexp.MustCompile(`^(?i:on|off|true|false|basic|bearer|always|none|any|all|close|keep-alive|httponly|secure|(?:path|domain|samesite|max-age|expires)=.*|https?://[\w.-]+(?::\d+)?/?|[\d.]*[smhdkg]?)$`)

// shortest is what a secret has at least: a shorter one is guessed anyway, and hiding it
// would hide half of every sentence.
const shortest = 4

func (s *secrets) add(value string) {
	value = strings.TrimSpace(value)
	for _, part := range append(variable.Split(value, -1), strings.Fields(value)...) {
		part = strings.Trim(part, " \t\"';,")
		if len(part) >= shortest && !notSecret.MatchString(part) && !strings.HasPrefix(part, "$") && !slices.Contains(s.found, part) {
			s.found = append(s.found, part)
			s.decoded(part)
		}
	}
}

var variable = regexp.MustCompile(`\$\{?\w+\}?`)

// decoded adds what credentials of the Basic scheme say (RFC 7617).
func (s *secrets) decoded(part string) {
	text, err := base64.StdEncoding.DecodeString(part)
	if _, password, ok := strings.Cut(string(text), ":"); err == nil && ok {
		s.add(password)
	}
}

// naming are the directives that give a value to what their first argument names.
var naming = regexp.MustCompile(`^(proxy|grpc)_set_header$|^(fastcgi|uwsgi|scgi)_param$|^add_header$|^add_trailer$|^set$|^env$|^auth_request_set$|^proxy_cookie_\w+$`)

// telling are the directives all of whose arguments are secrets, or hold some.
var telling = regexp.MustCompile(`^(secure_link_md5|secure_link_secret|auth_jwt_key\w*|passenger_env_var|more_set_(input_)?headers|ssl_session_ticket_key|js_var|lua_\w+_secret)$`)

// holding are the directives that name a file of secrets.
var holding = regexp.MustCompile(`^((proxy|grpc|uwsgi)_)?ssl_(password_file|certificate_key)$|^auth_basic_user_file$`)

func (s *secrets) directive(d *Directive) {
	switch {
	case d.Parent != nil && d.Parent.Name == "map":
		if secretName.MatchString(strings.Join(d.Parent.Args, " ")) {
			s.all(d.Args)
			s.add(d.Name)
		}
	case naming.MatchString(d.Name) && secretName.MatchString(d.Arg(0)):
		s.all(d.Args[1:])
		if _, value, ok := strings.Cut(d.Arg(0), "="); ok { // env NAME=value
			s.add(value)
		}
	case telling.MatchString(d.Name):
		s.all(d.Args)
	case holding.MatchString(d.Name) && len(d.Args) > 0:
		if s.holds == nil {
			s.holds = map[string]bool{}
		}
		s.holds[d.Arg(0)] = true
	}
}

func (s *secrets) all(args []string) {
	for _, a := range args {
		s.add(a)
	}
}

// lines adds each line of a file of secrets: of user:hash the second part.
func (s *secrets) lines(text string) {
	for line := range strings.Lines(text) {
		if _, hash, ok := strings.Cut(line, ":"); ok {
			line = hash
		}
		if !strings.HasPrefix(line, "-----") && !strings.HasPrefix(line, "#") {
			s.add(line)
		}
	}
}

// inText are secrets wherever they stand: in a URL, in a query, in a script.
var inText = []*regexp.Regexp{
	regexp.MustCompile(`://[^\s/@:'"]*:([^\s/@'"]+)@`),
	regexp.MustCompile(`(?i)[?&](?:[\w-]*(?:key|token|secret|passw(?:or)?d|signature|sig))=([^&\s'";]+)`),
	regexp.MustCompile(`(?i)\b(?:bearer|basic)\s+([A-Za-z0-9+/_.=~-]{6,})`),
	regexp.MustCompile(`\b(eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*)`),
	regexp.MustCompile(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----\s*(.*?)\s*-----END`),
}

// likely are secrets wherever they stand, as long as they do not look like a word: a word is
// in many sentences, and hiding it hides those.
var likely = []*regexp.Regexp{
	regexp.MustCompile(`(?i)/(?:[\w-]*(?:token|secret|passw(?:or)?d|api[_-]?key)|hooks?|webhooks?|services)/([^\s;"'?#{}]+)`),
	regexp.MustCompile(`(?i)(?:token|secret|passw(?:or)?d|_key|api[_-]?key)\\?["']?\s*[:=]\s*\\?["']?([^\s"'\\;,&{}]+)`),
}

func (s *secrets) text(text string) {
	for _, re := range inText {
		for _, m := range re.FindAllStringSubmatch(text, -1) {
			s.add(m[1])
		}
	}
	for _, re := range likely {
		for _, m := range re.FindAllStringSubmatch(text, -1) {
			for part := range strings.SplitSeq(m[1], "/") {
				if noWord(part) {
					s.add(part)
				}
			}
		}
	}
}

// noWord says whether a text is long enough for a secret, and has both letters and digits.
func noWord(text string) bool {
	const least = 8
	letter := func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
	return len(text) >= least && strings.ContainsAny(text, "0123456789") && strings.ContainsFunc(text, letter) && !strings.ContainsAny(text, "$()[]\\")
}
