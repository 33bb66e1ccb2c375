//go:build linux

package check_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// frame is a configuration with one route, around what is hostile.
func frame(top, http, server, location string) string {
	return top + "\nevents {}\nhttp {\n    proxy_connect_timeout 1s;\n    proxy_read_timeout 1s;\n    " + http +
		"\n    server {\n        listen 80;\n        server_name shop.test;\n        " + server +
		"\n        location / {\n            " + location + "\n            proxy_pass http://app.shop.internal:9000;\n        }\n    }\n}\n"
}

// hostile configurations, what check says of each, and whom the exit code blames.
type hostile struct {
	conf  string            // nginx.conf
	files map[string]string // beside it
	links map[string]string // and what they lead to
	code  int
	says  string // a pattern that the outputs match
	bound time.Duration
}

// within is how much of the cores' time a check may use of what is no more than a few lines, and
// patience how long it may take beside all the others.
const (
	within   = 10 * time.Second
	patience = time.Minute
)

var elf = "\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 100)

var shadow = `/etc/shadow: (a stand-in for a file that is included|nothing, for a pattern)`

func many(n int, format string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(format, "#", fmt.Sprint(i)))
	}
	return b.String()
}

var hostiles = map[string]hostile{
	"include of /etc/shadow":         {conf: frame("", "include /etc/shadow;", "", ""), says: shadow},
	"include of a link to it":        {conf: frame("", "include shadow.conf;", "", ""), links: map[string]string{"shadow.conf": "/etc/shadow"}, says: shadow},
	"include of it by ..":            {conf: frame("", "include ../../../../etc/shadow;", "", ""), says: shadow},
	"include of it by a pattern":     {conf: frame("", "include /etc/shado*;", "", ""), says: `/etc/shado\*: nothing, for a pattern that is included`},
	"a stranger's module":            {conf: frame("load_module modules/evil.so;", "", "", ""), files: map[string]string{"modules/evil.so": elf}, code: 2, says: `nginx.conf:1:1: .*dlopen\(\).*evil.so`},
	"links in a circle":              {conf: frame("", "include conf.d/*.conf;", "", ""), links: map[string]string{"conf.d": "other", "other": "conf.d", "self": "."}, says: `1 of 1 routes`},
	"a file that includes itself":    {conf: frame("", "include nginx.conf;", "", ""), code: 2, says: `includes itself`},
	"blocks nested 200 deep":         {conf: frame("", "", strings.Repeat("if ($a) { ", 200)+strings.Repeat("}", 200), ""), code: 2, says: `nginx.conf:10:\d+: blocks nested more than 100 deep`},
	"2,000 listens":                  {conf: strings.Replace(frame("", "", many(2000, "listen 127.0.0.1:1#; "), ""), "events {}", "events { worker_connections 5000; }", 1), says: `1 of 1 routes`},
	"300 servers in a group":         {conf: strings.Replace(frame("", "upstream g { "+many(300, "server 10.9.0.1:1#; ")+"}", "", ""), "app.shop.internal:9000", "g", 1), says: `1 of 1 routes`},
	"an error log at a device":       {conf: frame("error_log /dev/sda;", "", "", ""), says: `1 of 1 routes`},
	"a pid file at /etc/passwd":      {conf: frame("pid /etc/passwd;", "", "", ""), says: `1 of 1 routes`},
	"daemon on":                      {conf: frame("daemon on;", "", "", ""), says: `daemon off, in the place of what is written, for conf/nginx.conf:1:1`},
	"no master":                      {conf: frame("master_process off;", "", "", ""), says: `1 of 1 routes`},
	"1,000 workers":                  {conf: frame("worker_processes 1000;", "", "", ""), says: `1 of 1 routes`, bound: 2 * within},
	"the user root":                  {conf: frame("user root;", "", "", ""), says: `1 of 1 routes`},
	"all descriptors":                {conf: frame("worker_rlimit_nofile 10000000;", "", "", ""), says: `1 of 1 routes`},
	"redirections without an end":    {conf: frame("", "", "", "return 301 $scheme://$host$request_uri/x;"), says: `is redirected without an end`},
	"rewrites without an end":        {conf: frame("", "", "", "rewrite ^(.*)$ /x$1 last;"), says: `rewrite or internal redirection cycle`},
	"a megabyte in a word":           {conf: frame("", "", "location /big { return 200 '"+strings.Repeat("x", 1<<20)+"'; }", ""), code: 2, says: `nginx.conf:10:\d+: .*too long parameter`},
	"a way to itself":                {conf: strings.Replace(frame("", "", "", ""), "app.shop.internal:9000", "127.0.0.1:80", 1), says: `it passes requests to this NGINX itself, at 127.0.0.1:80`},
	"port 0":                         {conf: strings.Replace(frame("", "", "", ""), "listen 80;", "listen 0;", 1), code: 2, says: `nginx.conf:8:\d+: .*invalid port`},
	"port 65535":                     {conf: strings.Replace(frame("", "", "", ""), "listen 80;", "listen 65535;", 1), says: `GET http://shop.test:65535/`},
	"the resolver's port":            {conf: strings.Replace(frame("", "", "", ""), "listen 80;", "listen 53;", 1), says: `GET http://shop.test:53/`},
	"8 GB for a body":                {conf: frame("", "client_body_buffer_size 8g;", "", ""), code: 2, says: `nginx.conf:6:\d+: .*client_body_buffer_size`},
	"a cache of 100 GB in memory":    {conf: frame("", "proxy_cache_path /var/cache/x keys_zone=z:100g;", "", "proxy_cache z;"), code: 2, says: `nginx.conf:6:\d+: .*keys zone`},
	"a cache that is the whole disk": {conf: frame("", "proxy_cache_path / keys_zone=z:1m max_size=10000g;", "", "proxy_cache z;"), says: `1 of 1 routes`},
	"1,000 servers":                  {conf: servers(1000), says: `1000 of 1000 routes`, bound: 2 * within},
}

// servers are that many, all with one upstream.
func servers(n int) string {
	return "events {}\nhttp {\n" + many(n, "server { listen 80; server_name s#.test; location / { proxy_pass http://10.0.0.1; } }\n") + "}\n"
}

func TestHostileConfigurationsAreBoundedAndNamed(t *testing.T) {
	needsLabs(t)
	for name, h := range hostiles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := lay(t, "")
			write(t, filepath.Join(dir, "conf", "nginx.conf"), h.conf)
			for path, text := range h.files {
				write(t, filepath.Join(dir, "conf", path), text)
			}
			for path, to := range h.links {
				if err := os.Symlink(to, filepath.Join(dir, "conf", path)); err != nil {
					t.Fatal(err)
				}
			}
			cmd := command(t, dir, "check", "conf", "--runtime", "local", "--routes")
			s := run(t, cmd)
			s.exits(t, h.code)
			says(t, s.stdout+s.stderr, h.says)
			if strings.Contains(s.stdout+s.stderr, "root:") {
				t.Errorf("a file of the machine's is told:\n%s%s", s.stdout, s.stderr)
			}
			if bound := max(h.bound, within); s.used > bound || s.took > patience {
				t.Errorf("it took %v, of %v, and %v of the cores' time, of %v", s.took, patience, s.used, bound)
			}
			t.Logf("exit code %d after %v and %v of the cores' time", s.code, s.took.Round(time.Millisecond), s.used)
			nothingLeft(t, cmd, s.brood)
		})
	}
}

// nothingLeft looks for what a command left: files in its folder for temporary ones, mounts,
// processes, and control groups that nobody holds.
func nothingLeft(t *testing.T, cmd *exec.Cmd, b brood) {
	t.Helper()
	const gone = 5 * time.Second
	var found []string
	for began := time.Now(); time.Since(began) < gone; time.Sleep(20 * time.Millisecond) {
		if found = append(left(cmd), b.alive()...); len(found) == 0 {
			return
		}
	}
	t.Errorf("left: %s", strings.Join(found, ", "))
}

func left(cmd *exec.Cmd) (found []string) {
	tmp := ""
	for _, v := range cmd.Env {
		if dir, is := strings.CutPrefix(v, "TMPDIR="); is {
			tmp = dir
		}
	}
	files, _ := filepath.Glob(filepath.Join(tmp, "*"))
	mounts, _ := os.ReadFile("/proc/self/mounts")
	if strings.Contains(string(mounts), tmp) {
		found = append(found, "a mount")
	}
	groups, _ := filepath.Glob("/sys/fs/cgroup/memory/badgateway-*")
	for _, group := range groups { // a keeper holds a lock on its group
		if f, err := os.Open(group); err == nil {
			if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
				found = append(found, group)
			}
			f.Close()
		}
	}
	return append(found, files...)
}

// A group of more servers than a lab has hosts is told, and its spares are used all the same.
func TestMoreServersThanALabHasHosts(t *testing.T) {
	needsLabs(t)
	t.Parallel()
	s := checked(t, lay(t, "-- nginx.conf --\n"+hostiles["300 servers in a group"].conf), "nginx.conf", "--faults", "crash/refused,slow/never", "--max-wait", "10m")
	s.exits(t, 0)
	says(t, s.stdout, `not played +crash/refused \(GET http://shop.test/\): a lab has 250 hosts at most, and it leads to 300 servers`)
	if c := s.cell(t, "spare/never@GET http://shop.test/"); c.Receipt == "" {
		t.Errorf("%s: %s", c.Verdict, c.Reason)
	}
}

// malicious code of a configuration's own: where it would write, what it would read and whom it
// would ask and kill.
var malicious = map[string]string{
	"lua": `init_by_lua_block {
        local f = io.open("%[1]s/written", "w"); if f then f:write("x"); f:close() end
        os.execute("touch %[1]s/touched; cp /etc/shadow %[1]s/; (sleep 600 &) ; kill -9 -1; echo b >/proc/sysrq-trigger; mount -t tmpfs none %[1]s")
        local p = io.open("/etc/shadow"); if p then error("LEAK:" .. p:read("*a")) end
    }`,
	"perl": `perl_set $x 'sub { open(my $f, ">%[1]s/written"); print $f "x"; system("touch %[1]s/touched; sleep 600 &"); kill 9, -1; return 1; }';`,
}

func TestCodeOfAConfigurationStaysInItsLab(t *testing.T) {
	needsLabs(t)
	for name, code := range malicious {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			host := t.TempDir()
			if err := os.Chmod(host, 0o777); err != nil {
				t.Fatal(err)
			}
			location := ""
			if name == "perl" {
				location = "set $y $x;"
			}
			cmd := command(t, lay(t, "-- nginx.conf --\n"+frame("", fmt.Sprintf(code, host), "", location)), "check", "nginx.conf", "--runtime", "local", "--faults", "crash/refused", "--verbose")
			s := run(t, cmd)
			if s.code == 3 && strings.Contains(s.stderr, "fetch") && os.Getenv("CI") == "" {
				t.Skipf("SKIPPED, NOTHING WAS TESTED: the module is not to be had here\n%s", s.stderr)
			}
			if s.took > 60*time.Second {
				t.Errorf("it took %v", s.took)
			}
			if files, _ := filepath.Glob(host + "/*"); len(files) > 0 {
				t.Errorf("it wrote %v", files)
			}
			if strings.Contains(s.stdout+s.stderr, "root:$") || strings.Contains(s.stdout+s.stderr, "LEAK:root:$") {
				t.Errorf("it told the machine's shadow file:\n%s%s", s.stdout, s.stderr)
			}
			t.Logf("exit code %d after %v\n%s", s.code, s.took, s.stderr)
			nothingLeft(t, cmd, s.brood)
		})
	}
}

// sealedVariable lets this executable be a machine with a network of its own.
const sealedVariable = "BADGATEWAY_TEST_CHECK_SEALED"

// A configuration that names production hosts and the machine's own addresses is broken in a lab,
// and the machine's interfaces count no packet.
func TestNothingLeavesTheLabOfACheck(t *testing.T) {
	dir := os.Getenv(sealedVariable)
	if dir == "" {
		needsLabs(t)
		t.Parallel()
		dir = lay(t, "-- nginx.conf --\n"+production+"-- out/.keep --\n")
		checked(t, dir, "nginx.conf", "--only", "crash/refused@*") // what has to be fetched is there
		cmd := exec.CommandContext(t.Context(), "/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.v")
		cmd.Env = append(os.Environ(), sealedVariable+"="+dir, "PATH="+os.Getenv("PATH")+":/usr/sbin:/sbin")
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET}
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
		if said, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(said), "--- PASS: "+t.Name()) {
			t.Errorf("%v\n%s", err, said)
		}
		return
	}
	for _, line := range []string{
		"ip link set lo up", "ip link add bridge type bridge", "ip link add port0 type veth peer name guest", "ip link set port0 master bridge", "ip addr add 192.0.2.1/24 dev bridge",
		"ip link set port0 up", "ip link set guest up", "ip link set bridge up", "ip route add default via 192.0.2.77",
	} {
		f := strings.Fields(line)
		if said, err := exec.Command(f[0], f[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", line, err, said)
		}
	}
	sent := func() (counted string) { // all of TCP, UDP and ICMP; groups that a bridge joins are nobody's
		text, err := os.ReadFile("/proc/self/net/snmp")
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if strings.HasPrefix(line, "Tcp: ") || strings.HasPrefix(line, "Udp: ") || strings.HasPrefix(line, "Icmp: ") {
				counted += line
			}
		}
		return counted
	}
	before := sent()
	s := checked(t, dir, "nginx.conf", "--faults", "canonical")
	if len(s.cells) < 20 {
		t.Fatalf("%d cells were played\n%s%s", len(s.cells), s.stdout, s.stderr)
	}
	if after := sent(); after != before {
		t.Errorf("the machine has %s, and had %s", after, before)
	}
	if conn, err := net.Dial("udp", "192.0.2.1:53"); err != nil {
		t.Error(err)
	} else if conn.Write([]byte("x")); sent() == before { // what is counted is counted
		t.Error("packets are not counted")
	}
}

const production = `events {}
http {
    resolver 8.8.8.8 192.0.2.77;
    resolver_timeout 1s;
    proxy_connect_timeout 1s;
    proxy_read_timeout 1s;
    server {
        listen 80;
        server_name shop.example.com;
        location / { proxy_pass https://github.com; }
        location /dns/ { proxy_pass http://8.8.8.8; }
        location /own/ { proxy_pass http://192.0.2.1:8080; }
        location /beside/ { proxy_pass http://192.0.2.77:8080; }
        location /late/ { set $up api.github.com; proxy_pass https://$up; }
    }
}
`

// confessing is code that tries and tells what came of it, and then keeps NGINX from starting, so
// that what it told is read.
var confessing = map[string]string{
	"lua": `init_by_lua_block {
        local f = io.open("%[1]s/written", "w")
        local p = io.open("/etc/shadow")
        error("RAN: wrote " .. tostring(f) .. ", shell " .. os.execute("exit 0") .. ", shadow " .. (p and p:read("*a") or "none"))
    }`,
	"perl": `perl_set $x 'sub { BEGIN {
        my $w = open(my $f, ">%[1]s/written") ? "it" : "nil";
        my $p = open(my $s, "/etc/shadow") ? join("", <$s>) : "none";
        print STDERR "RAN: wrote $w, shell ", system("exit 0"), ", shadow $p\n"; die "" } 1 }';`,
}

// Code does run, and finds neither the machine's folders nor its accounts, nor a shell.
func TestCodeRunsAndFindsNothing(t *testing.T) {
	needsLabs(t)
	for name, code := range confessing {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			host := t.TempDir()
			if err := os.Chmod(host, 0o777); err != nil {
				t.Fatal(err)
			}
			s := run(t, command(t, lay(t, "-- nginx.conf --\n"+frame("", fmt.Sprintf(code, host), "", "")), "check", "nginx.conf", "--runtime", "local"))
			if s.code == 3 && strings.Contains(s.stderr, "fetch") && os.Getenv("CI") == "" {
				t.Skipf("SKIPPED, NOTHING WAS TESTED: the module is not to be had here\n%s", s.stderr)
			}
			// 127 and -1 are what system(3) and Perl say of a shell that is not there.
			says(t, s.stderr, `RAN: wrote nil, shell (32512|-1), shadow none`)
			s.exits(t, 2)
		})
	}
}
