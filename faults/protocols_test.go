package faults_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"golang.org/x/net/http2"

	"github.com/badgateway/badgateway/faults"
	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

// ofProtocols are the faults of what is spoken on either side.
var ofProtocols = map[string]harness.Fault{
	"Nothing": faults.Nothing, "NotThatProtocol": faults.NotThatProtocol,
	"ApplicationStatus": faults.ApplicationStatus, "ApplicationStalls": faults.ApplicationStalls, "ApplicationCut": faults.ApplicationCut,
	"ApplicationHeadless": faults.ApplicationHeadless, "ApplicationHeaderTooLarge": faults.ApplicationHeaderTooLarge,
	"ExitStatus": faults.ExitStatus, "OverloadedApplication": faults.OverloadedApplication, "StderrOnly": faults.StderrOnly,
	"StdoutEmpty": faults.StdoutEmpty, "RecordVersion": faults.RecordVersion, "RecordCut": faults.RecordCut,
	"NoEnd": faults.NoEnd, "NoEndNoLength": faults.NoEndNoLength, "MissingKey": faults.MissingKey, "CacheError": faults.CacheError,
	"CallError": faults.CallError, "NoTrailers": faults.NoTrailers, "GoAwayError": faults.GoAwayError,
	"GoAwayUnprocessed": faults.GoAwayUnprocessed, "GoAwayGraceful": faults.GoAwayGraceful, "StreamRefused": faults.StreamRefused,
	"StreamReset": faults.StreamReset, "StreamResetLate": faults.StreamResetLate, "CallStalls": faults.CallStalls, "CallCut": faults.CallCut,
	"CallClosed": faults.CallClosed, "FrameLength": faults.FrameLength, "FrameTooLarge": faults.FrameTooLarge, "DataOnZero": faults.DataOnZero,
	"WindowOverflow": faults.WindowOverflow, "NoSettings": faults.NoSettings,
	"SocketMissing": faults.SocketMissing, "SocketForbidden": faults.SocketForbidden, "SocketFull": faults.SocketFull,
	"NoLength": faults.NoLength, "NoLengthCut": faults.NoLengthCut, "NoLengthReset": faults.NoLengthReset, "UnaskedChunks": faults.UnaskedChunks,
	"UpgradeRefused": faults.UpgradeRefused, "UpgradeIgnored": faults.UpgradeIgnored, "TunnelClosed": faults.TunnelClosed,
	"TunnelReset": faults.TunnelReset, "TunnelKilled": faults.TunnelKilled, "TunnelIdle": faults.TunnelIdle,
	"PlainToTLS": faults.PlainToTLS, "TLSToPlain": faults.TLSToPlain, "HTTP2ToHTTP1": faults.HTTP2ToHTTP1,
}

// protocolWorlds are those that they need.
var protocolWorlds = map[string]harness.World{
	"ApplicationStatus": {Speaks: agent.FastCGI}, "ApplicationStalls": {Speaks: agent.FastCGI}, "ApplicationCut": {Speaks: agent.SCGI},
	"ApplicationHeadless": {Speaks: agent.FastCGI}, "ApplicationHeaderTooLarge": {Speaks: agent.UWSGI},
	"SocketMissing": {Socket: true}, "SocketForbidden": {Socket: true}, "SocketFull": {Socket: true},
	"TunnelKilled": {Process: true},
	"PlainToTLS":   bothPorts, "TLSToPlain": bothPorts, "HTTP2ToHTTP1": bothPorts,
}

var bothPorts = harness.World{Front: harness.FrontTLS, Setup: harness.AlsoPlain}

// spoken is what the upstream of that world says, and how it ends.
func spoken(t *testing.T, name string, w harness.World) (text string, end error) {
	t.Helper()
	lab := &obedient{policy: policyOf(2 * time.Second), exited: make(chan struct{})}
	_, with, _, _ := lab.while(t, w, all[name])
	text, _, _, end = played(t, with.host.Script)
	return text, end
}

// What an application says is CGI's output, in what carries that.
func TestWhatApplicationsSay(t *testing.T) {
	for _, p := range []agent.Protocol{agent.FastCGI, agent.SCGI, agent.UWSGI} {
		for name, c := range map[string]struct {
			begins, holds string
			ends          bool // FastCGI's request
		}{
			"ApplicationStatus":         {"503 Service Unavailable\r\n", "Retry-After: 7\r\n", true},
			"ApplicationStalls":         {"200 OK\r\n", "\r\n\r\n" + script.Page[:len(script.Page)/2], false},
			"ApplicationCut":            {"200 OK\r\n", "\r\n\r\n" + script.Page[:len(script.Page)/2], false},
			"ApplicationHeadless":       {"", script.Page, false},
			"ApplicationHeaderTooLarge": {"200 OK\r\n", strings.Repeat("x", policyOf(0).HeaderBytes), true},
		} {
			text, _ := spoken(t, name, harness.World{Speaks: p})
			ended := p != agent.FastCGI
			if p == agent.FastCGI {
				text, _, ended = records(t, text)
			}
			first := map[agent.Protocol]string{agent.FastCGI: "Status: ", agent.SCGI: "Status: ", agent.UWSGI: "HTTP/1.0 "}[p]
			if c.begins == "" {
				first = ""
			}
			if !strings.HasPrefix(text, first+c.begins) || !strings.Contains(text, c.holds) || p == agent.FastCGI && ended != c.ends {
				t.Errorf("%s in %s is %.120q, ended %v", name, p, text, ended)
			}
		}
	}
}

// records takes FastCGI apart: what was printed, what was complained, and whether the request
// was ended.
func records(t *testing.T, text string) (stdout, stderr string, ended bool) {
	t.Helper()
	for len(text) >= 8 {
		size := int(binary.BigEndian.Uint16([]byte(text[4:6])))
		if text[0] != 1 || text[3] != 1 || len(text) < 8+size {
			t.Fatalf("a record that is none: %.40q", text)
		}
		switch content := text[8 : 8+size]; text[1] {
		case 6:
			stdout += content
		case 7:
			stderr += content
		case 3:
			ended = size == 8
		}
		text = text[8+size:]
	}
	return stdout, stderr, ended
}

func TestWhatFastCGIApplicationsSay(t *testing.T) {
	for name, c := range map[string]struct {
		stdout, stderr string
		ended          bool
	}{
		"ExitStatus":            {script.Page, "", true},
		"OverloadedApplication": {"", "", true},
		"StderrOnly":            {"", "no such thing as an answer\n", true},
		"StdoutEmpty":           {"", "", true},
		"NoEnd":                 {script.Page, "", false},
		"NoEndNoLength":         {script.Page[:len(script.Page)/2], "", false},
	} {
		text, end := spoken(t, name, harness.World{Speaks: agent.FastCGI})
		stdout, stderr, ended := records(t, text)
		if !strings.HasSuffix(stdout, c.stdout) || (stdout == "") != (c.stdout == "") || stderr != c.stderr || ended != c.ended || end != io.EOF {
			t.Errorf("%s prints %q, complains %q, ended %v, %v", name, stdout, stderr, ended, end)
		}
	}
	if text, _ := spoken(t, "RecordVersion", harness.World{}); text[0] != 2 {
		t.Errorf("the version is %d", text[0])
	}
	if text, _ := spoken(t, "RecordCut", harness.World{}); int(binary.BigEndian.Uint16([]byte(text[4:6]))) <= len(text)-8 {
		t.Errorf("the record is whole: %q", text)
	}
}

// What a service says is read as a client without a gateway would, behind a preface.
func TestWhatServicesSay(t *testing.T) {
	for name, c := range map[string]struct {
		status, body int
		whole        bool
		problem      string // how it begins
		grpc         string
	}{
		"CallError":         {200, 0, true, "", "14"},
		"NoTrailers":        {200, 5 + len(script.Page), true, "", ""},
		"GoAwayError":       {0, 0, false, "GOAWAY INTERNAL_ERROR", ""},
		"GoAwayUnprocessed": {0, 0, false, "GOAWAY NO_ERROR", ""},
		"GoAwayGraceful":    {200, 5 + len(script.Page), true, "", "0"},
		"CallClosed":        {200, 5 + len(script.Page), true, "", "0"},
		"StreamRefused":     {0, 0, false, "RST_STREAM REFUSED_STREAM", ""},
		"StreamReset":       {0, 0, false, "RST_STREAM INTERNAL_ERROR", ""},
		"StreamResetLate":   {200, len(script.Page) / 2, false, "RST_STREAM INTERNAL_ERROR", ""},
		"CallStalls":        {200, len(script.Page) / 2, false, "nothing more came", ""},
		"CallCut":           {200, len(script.Page) / 2, false, "the connection was closed", ""},
		"FrameLength":       {0, 0, false, "a frame that breaks HTTP/2", ""},
		"FrameTooLarge":     {200, 0, false, "a frame that breaks HTTP/2", ""},
		"DataOnZero":        {200, 0, false, "a frame that breaks HTTP/2", ""},
	} {
		text, end := spoken(t, name, harness.World{Speaks: agent.GRPC})
		r := heard(t, preface(t)+text, end)
		if r.Status != c.status || r.Body != c.body || r.Whole != c.whole || !strings.HasPrefix(r.Problem, c.problem) || r.Get("grpc-status") != c.grpc {
			t.Errorf("%s: a client finds %d, %d bytes, whole %v, %q, grpc-status %q", name, r.Status, r.Body, r.Whole, r.Problem, r.Get("grpc-status"))
		}
	}
	text, end := spoken(t, "NoSettings", harness.World{Speaks: agent.GRPC})
	if r := heard(t, text, end); r.Problem != "no HTTP/2" {
		t.Errorf("without settings a client finds %q", r.Problem)
	}
	if r := heard(t, preface(t)+text, end); !r.Whole || r.Get("grpc-status") != "0" {
		t.Errorf("settings are not all that is missing: %+v", r)
	}
	if text, _ = spoken(t, "WindowOverflow", harness.World{}); text[3] != byte(http2.FrameWindowUpdate) || text[9:] != "\x7f\xff\xff\xff" {
		t.Errorf("the window is widened by %q", text)
	}
}

func preface(t *testing.T) string {
	var b bytes.Buffer
	if err := http2.NewFramer(&b, nil).WriteSettings(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// heard is what a client makes of a service's frames.
func heard(t *testing.T, text string, end error) agent.Response {
	t.Helper()
	q, err := agent.ParseHTTP2Request([]byte("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"), "http")
	if err != nil {
		t.Fatal(err)
	}
	conn := struct {
		io.Reader
		io.Writer
	}{io.MultiReader(strings.NewReader(text), iotest.ErrReader(end)), io.Discard}
	r, _, _ := agent.AskHTTP2(conn, q, "GET", func() {})
	return r
}

// What is said in a tunnel is read as the client of a WebSocket would.
func TestWhatIsSaidInTunnels(t *testing.T) {
	for name, c := range map[string]struct {
		status, body int
		whole        bool
		problem      string
	}{
		"UpgradeRefused": {400, 0, true, ""},
		"UpgradeIgnored": {200, len(script.Page), true, ""},
		"TunnelClosed":   {101, 0, false, "the connection was closed"},
		"TunnelReset":    {101, len(script.Page)/2 - 2, false, "the connection was reset"}, // a head has two bytes
		"TunnelIdle":     {101, 0, false, "nothing more came"},
		"TunnelKilled":   {101, 0, false, "the connection was closed"},
	} {
		text, end := spoken(t, name, harness.World{Process: name == "TunnelKilled"})
		conn := struct {
			io.Reader
			io.Writer
		}{io.MultiReader(strings.NewReader(text), iotest.ErrReader(end)), io.Discard}
		r, _, err := agent.AskWebSocket(conn)
		if r.Status != c.status || r.Body != c.body || r.Whole != c.whole || r.Problem != c.problem || err != nil {
			t.Errorf("%s: a client finds %d, %d bytes, whole %v, %q, %v", name, r.Status, r.Body, r.Whole, r.Problem, err)
		}
	}
}

// And the rest as a client of HTTP/1 would.
func TestWhatOtherUpstreamsSay(t *testing.T) {
	for name, c := range map[string]struct {
		status, body int
		end          agent.End
		tail         string
	}{
		"NoLength":        {200, len(script.Page), agent.EndFIN, script.Page},
		"NoLengthCut":     {200, len(script.Page) / 2, agent.EndFIN, script.Page[:len(script.Page)/2]},
		"NoLengthReset":   {200, len(script.FirstLine) + 64<<10, agent.EndReset, "x\n"},
		"UnaskedChunks":   {200, len(script.Page), agent.EndComplete, script.Page},
		"NotThatProtocol": {400, 0, agent.EndComplete, ""},
		"MissingKey":      {0, 0, agent.EndFIN, ""},
		"CacheError":      {0, 0, agent.EndFIN, ""},
	} {
		text, end := spoken(t, name, harness.World{})
		r, got := agent.ReadResponse(io.MultiReader(strings.NewReader(text), iotest.ErrReader(end)), "GET")
		if r.Status != c.status || r.Body != c.body || got != c.end || !strings.HasSuffix(string(r.Tail), c.tail) {
			t.Errorf("%s: a client finds %d, %d bytes, %s", name, r.Status, r.Body, got)
		}
	}
}

// The control orders what health is, in words of its own.
func TestTheControlIsHealth(t *testing.T) {
	with, err := ordered(t, faults.Nothing, policyOf(2*time.Second))
	if err == nil || with.host.Script == script.Healthy.String() {
		t.Errorf("it orders %q, which nobody can tell from health; %v", with.host.Script, err)
	}
	s := script.MustParse(with.host.Script)
	if steps := s[0].Steps; len(s) != 1 || len(steps) != 2 || steps[0] != (script.Step{Verb: script.Wait}) || steps[1].Verb != script.Serve {
		t.Errorf("it orders %q, which is not health", with.host.Script)
	}
}

func TestWhatIsOrderedOfSockets(t *testing.T) {
	for name, holds := range map[string]func(agent.Host) bool{
		"SocketMissing":   func(h agent.Host) bool { return h.SocketIs == agent.SocketMissing },
		"SocketForbidden": func(h agent.Host) bool { return h.SocketIs == agent.SocketForbidden },
		"SocketFull": func(h agent.Host) bool {
			return h.Workers == agent.NoWorkers && h.Backlog > 0 && h.Crowd == h.Backlog+1
		},
	} {
		if with, _ := ordered(t, all[name], policyOf(2*time.Second)); !holds(with.host) {
			t.Errorf("%s orders %+v", name, with.host)
		}
	}
}

// A client that does wrong is the visitor; the prober, which shows health, is not.
func TestWhatClientsDoWrong(t *testing.T) {
	for name, wrong := range map[string]func(a agent.Ask) bool{
		"PlainToTLS":   func(a agent.Ask) bool { return a.To.Port() == agent.FrontTLSPort && a.TLS == nil && !a.HTTP2 },
		"TLSToPlain":   func(a agent.Ask) bool { return a.To.Port() == 8000 && a.TLS != nil && !a.HTTP2 },
		"HTTP2ToHTTP1": func(a agent.Ask) bool { return a.To.Port() == 8000 && a.TLS == nil && a.HTTP2 },
	} {
		lab := &obedient{policy: policyOf(2 * time.Second), exited: make(chan struct{})}
		lab.while(t, bothPorts, all[name])
		asked := map[string]int{}
		for _, a := range lab.asked {
			visitor := a.From == agent.Visitor(0)
			if visitor != wrong(a) {
				t.Errorf("%s: %v asks %v, over TLS %v, in HTTP/2 %v", name, a.From, a.To, a.TLS != nil, a.HTTP2)
			}
			asked[a.From.String()]++
		}
		if len(asked) != 2 {
			t.Errorf("%s: those that asked are %v", name, asked)
		}
	}
}
