package mutant

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// mainVariable lets the test binary be the program.
const mainVariable = "MUTANT_TEST_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(mainVariable) != "" {
		os.Exit(Main(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), mainVariable+"=1")
	return cmd
}

// configFor writes a configuration for one site.
func configFor(t *testing.T, upstream string, change ...func(*config)) string {
	t.Helper()
	c := reference(nil)
	c.Listen = "127.0.0.1:0"
	c.Sites = []siteConfig{{Name: "app.test", Upstream: upstream, Resolve: literally}}
	for _, f := range change {
		f(&c)
	}
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "mutant.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A crash is felt by the client as the end of its connection, without a word.
func TestMainDies(t *testing.T) {
	t.Parallel()
	cmd := program(t, "dies", configFor(t, nobodyThere(t)))
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	log := bufio.NewReader(stderr)
	first, _ := log.ReadString('\n')
	conn, err := net.Dial("tcp", strings.TrimSpace(strings.TrimPrefix(first, "mutant: listening on ")))
	if err != nil {
		t.Fatalf("it said %q: %v", first, err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	conn.Write(visit)
	res, end := agent.ReadResponse(conn, "GET")
	if got := harness.OutcomeOf(agent.Exchange{Response: res, End: end}); got != harness.Closed {
		t.Errorf("the client saw %s, %q", got, res.Raw)
	}
	said, _ := io.ReadAll(log)
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != exitFailed {
		t.Errorf("it ended with %v", err)
	}
	if l, ok := readLog(strings.SplitN(string(said), "\n", 2)[0]); !ok || l.ErrorType != connectionRefused {
		t.Errorf("it said %q", said)
	}
}

func TestMainDoesNotStart(t *testing.T) {
	t.Parallel()
	r := resolver(t, rcode(dnsmessage.RCodeNameError))
	taken := listen(t).Addr().String()
	bad := filepath.Join(t.TempDir(), "bad.json")
	if err := os.WriteFile(bad, []byte(`{"sites": [{"name": "x", "upstream": "x", "resolve": "start"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		says string
		code int
		args []string
	}{
		{"mutant: - start dns_error: " + upstreamName, exitFailed, []string{Honest, configFor(t, "", named(t, r, atStart, "127.0.0.1:1"))}},
		{"mutant: - start proxy_internal_error: listening: ", exitFailed, []string{Honest, configFor(t, "127.0.0.1:1", func(c *config) { c.Listen = taken })}},
		{"usage: ", exitUsage, nil},
		{`mutant: nobody is called "x"`, exitUsage, []string{"x", bad}},
		{"mutant: reading the configuration: ", exitUsage, []string{Honest, bad + "x"}},
		{`mutant: ` + bad + `: site "x": `, exitUsage, []string{Honest, bad}},
	} {
		var stderr bytes.Buffer
		if code := Main(c.args, io.Discard, &stderr); code != c.code || !strings.HasPrefix(stderr.String(), c.says) {
			t.Errorf("%q ended with %d and said %q, expected %d and %q", c.args, code, &stderr, c.code, c.says)
		}
	}
}
