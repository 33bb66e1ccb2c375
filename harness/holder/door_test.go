package holder

import (
	"testing"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

func TestTheCommandThatReachesAGateway(t *testing.T) {
	for name, c := range map[string]struct {
		visit harness.Visit
		want  string
	}{
		"nothing said":        {harness.Visit{Host: "lab.test"}, "curl --unix-socket '/a b' http://lab.test/"},
		"a path for a shell":  {harness.Visit{Host: "a.test", Path: "/x?y=1&z='"}, `curl --unix-socket '/a b' 'http://a.test/x?y=1&z='\'''`},
		"who asks is himself": {harness.Visit{Host: "a.test", Fields: []agent.Field{{Name: "User-Agent", Value: "badgateway"}}}, "curl --unix-socket '/a b' http://a.test/"},
		"all of a request": {harness.Visit{Host: "a.test", Method: "POST", Body: []byte("1=2"), Fields: []agent.Field{{Name: "Cookie", Value: "a=b"}}},
			"curl --unix-socket '/a b' --request POST --header 'Cookie: a=b' --data-binary 1=2 http://a.test/"},
		"TLS":    {harness.Visit{Host: "a.test", TLS: &agent.ClientTLS{ServerName: "b.test"}, HTTP2: true}, "curl --unix-socket '/a b' --insecure https://b.test/"},
		"HTTP/2": {harness.Visit{Host: "a.test", HTTP2: true}, "curl --unix-socket '/a b' --http2-prior-knowledge http://a.test/"},
	} {
		if got := curl("/a b", c.visit); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
