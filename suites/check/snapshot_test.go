//go:build linux

package check_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness/snapshot"
)

// guarded is a configuration of two routes, with timeouts that a client by the machine's clock
// would not wait for.
const guarded = `
-- nginx.conf --
events {}
http {
    upstream app { server app1.internal:9000 max_fails=0; server app2.internal:9000 max_fails=0; }
    proxy_read_timeout 45s;
    add_header X-Frame-Options DENY always;
    server {
        listen 80;
        server_name shop.test;
        location / { proxy_pass http://app; }
        location /api/pay { proxy_pass http://app; }
    }
}
-- badgateway.yaml --
faults: [slow/never, crash/refused, crash/killed]
`

// recorded is a folder with the configuration and what was recorded of it.
func recorded(t *testing.T) (dir string) {
	t.Helper()
	needsLabs(t)
	dir = lay(t, guarded)
	s := checked(t, dir, "nginx.conf", "--record")
	s.exits(t, 0)
	says(t, s.stderr, `recorded in badgateway.snapshot.yaml`)
	return dir
}

// amended writes the configuration with something in the place of something else.
func amended(t *testing.T, dir string, oldnew ...string) {
	t.Helper()
	path := filepath.Join(dir, "nginx.conf")
	was := textOf(t, path)
	is := strings.NewReplacer(oldnew...).Replace(was)
	if is == was {
		t.Fatalf("nothing is replaced in %s", was)
	}
	write(t, path, is)
}

func textOf(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestASnapshotHoldsUntilSomethingChanges(t *testing.T) {
	t.Parallel()
	dir := recorded(t)
	s := checked(t, dir, "nginx.conf")
	s.exits(t, 0)
	for _, c := range s.cells {
		if c.Recorded == nil {
			t.Errorf("%s is held to nothing", c.Key())
		}
	}
	amended(t, dir, "location /api/pay {", "location /api/pay { proxy_next_upstream error timeout non_idempotent;", "45s", "50s")
	s = checked(t, dir, "nginx.conf")
	s.exits(t, 1)
	// A POST that is sent twice is worse than one that fails five seconds later, and told before.
	twice := strings.Index(s.stdout, "FAIL  crash/killed  on  POST http://shop.test/api/pay")
	later := strings.Index(s.stdout, "FAIL  spare/never  on  GET http://shop.test/  ")
	if twice < 0 || later < twice {
		t.Errorf("what is worst is not told first:\n%s", s.stdout)
	}
	says(t, s.stdout, `attempts \S+ x 1 became app1.internal:9000 x 1,\s+app2.internal:9000 x 1`)
	says(t, s.stdout, `breaks\s+repeats-no-post`)
	says(t, s.stdout, `time\s+proxy_read_timeout\s+=\s+45s\s+became\s+proxy_read_timeout\s+=\s+50s`)
	says(t, s.stdout, `nginx.conf:4:5 +proxy_read_timeout 50s`)
	s = checked(t, dir, "nginx.conf", "--update")
	if code := map[bool]int{true: 2}[os.Getenv("CI") != ""]; s.code != code {
		t.Fatalf("--update ends with %d: %s", s.code, s.stderr)
	}
}

func TestASnapshotIsUpdatedWherePeopleWork(t *testing.T) {
	t.Parallel()
	dir := recorded(t)
	amended(t, dir, "45s", "50s")
	update := func(ci string) told {
		cmd := command(t, dir, "check", "nginx.conf", "--runtime", "local", "--update")
		cmd.Env = append(cmd.Env, "CI="+ci)
		return run(t, cmd)
	}
	before := textOf(t, filepath.Join(dir, snapshot.Name))
	s := update("true")
	s.exits(t, 2)
	says(t, s.stderr, `--update in CI would accept whatever there is`)
	if textOf(t, filepath.Join(dir, snapshot.Name)) != before {
		t.Fatal("it was written all the same")
	}
	update("").exits(t, 0)
	if after := textOf(t, filepath.Join(dir, snapshot.Name)); after != strings.NewReplacer("45s", "50s", "1m30s", "1m40s").Replace(before) {
		t.Errorf("it became\n%s", after)
	}
	checked(t, dir, "nginx.conf").exits(t, 0)
}

// What was recorded and is not there is told with the line that it stands in, and so is what was
// not recorded.
func TestRoutesThatComeAndGo(t *testing.T) {
	t.Parallel()
	dir := recorded(t)
	amended(t, dir, "location /api/pay", "location /api/buy")
	s := checked(t, dir, "nginx.conf")
	s.exits(t, 1)
	says(t, s.stdout, `FAIL  slow/never  on  GET http://shop.test/api/pay  it is recorded, and the route is gone`)
	says(t, s.stdout, `badgateway.snapshot.yaml:\d+:5 +slow/never: \{status: 504`)
	says(t, s.stdout, `FAIL  slow/never  on  GET http://shop.test/api/buy[\s\S]* it\s+is\s+in\s+no\s+line\s+of\s+badgateway.snapshot.yaml`)
	s = checked(t, dir, "nginx.conf", "--only", "slow/never@GET http://shop.test/")
	s.exits(t, 0)
	if len(s.cells) != 1 {
		t.Errorf("of one cell it tells %d", len(s.cells))
	}
	s = checked(t, dir, "nginx.conf", "--faults", "slow/never", "--only", "*@GET http://shop.test/")
	s.exits(t, 0)
	says(t, s.stderr, `\d+ of the \d+ cells in badgateway.snapshot.yaml are not among the selected ones`)
}

// A gateway of another version is told in the first line, and not in every cell that it changes.
func TestAnotherGatewayIsTheFirstLine(t *testing.T) {
	t.Parallel()
	dir := recorded(t)
	s := checked(t, dir, "nginx.conf", "--gateway", "nginx@1.30")
	s.exits(t, 1)
	says(t, s.stdout, `^FAIL  the gateway is nginx 1\.30\.\d+, and badgateway.snapshot.yaml was recorded with nginx 1\.\d+\.\d+: \d+ of \d+\s+cells\s+differ;\s+--update records this one\n`)
	if strings.Count(s.stdout, "FAIL") != 1 {
		t.Errorf("it tells more than that:\n%s", s.stdout)
	}
}

func TestWhatIsNoSnapshotOfThis(t *testing.T) {
	t.Parallel()
	dir := recorded(t)
	path := filepath.Join(dir, snapshot.Name)
	whole := textOf(t, path)
	for name, c := range map[string]struct {
		text, says string
		args       []string
	}{
		"a later format":         {strings.Replace(whole, "snapshot: 1", "snapshot: 9", 1), `badgateway.snapshot.yaml:3:11: this is format 9`, nil},
		"nonsense":               {strings.Replace(whole, "status: 504", "status: none", 1), `badgateway.snapshot.yaml:\d+:\d+: instead of a status there is`, nil},
		"another's by name":      {strings.Replace(whole, "configuration: nginx.conf", "configuration: other.conf", 1), `is of other.conf, not of nginx.conf`, nil},
		"another's by its route": {strings.ReplaceAll(whole, "shop.test", "bank.test"), `none of its routes is there`, nil},
		"recorded already":       {whole, `there is a snapshot badgateway.snapshot.yaml already`, []string{"--record"}},
		"both":                   {whole, `contradict each other`, []string{"--record", "--update"}},
		"a part":                 {whole, `is the whole of a check`, []string{"--record", "--only", "slow/never@*"}},
		"none":                   {whole, `there is no snapshot nowhere.yaml`, []string{"--snapshot", "nowhere.yaml"}},
	} {
		write(t, path, c.text)
		s := checked(t, dir, append([]string{"nginx.conf"}, c.args...)...)
		if s.code != 2 || !regexp.MustCompile(c.says).MatchString(s.stderr) {
			t.Errorf("%s: exit code %d, %s", name, s.code, s.stderr)
		}
		if textOf(t, path) != c.text {
			t.Errorf("%s: it was written", name)
		}
	}
}
