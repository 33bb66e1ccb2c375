package faults_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/badgateway/badgateway/faults"
	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

// ofBodies are what can happen to bodies, on their way to either side.
var ofBodies = map[string]harness.Fault{
	"ResetInBody": faults.ResetInBody, "ResetUnsized": faults.ResetUnsized, "CutUnsized": faults.CutUnsized, "NoLastChunk": faults.NoLastChunk,
	"TrailerCut": faults.TrailerCut, "LargeTrailer": faults.LargeTrailer, "SurplusBytes": faults.SurplusBytes, "BodyOf204": faults.BodyOf204, "BodyOf304": faults.BodyOf304,
	"BodyToHead": faults.BodyToHead, "CorruptGzip": faults.CorruptGzip,
	"StopsReading": faults.StopsReading, "ResetInUpload": faults.ResetInUpload, "EarlyTooLarge": faults.EarlyTooLarge,
	"EarlyUnauthorized": faults.EarlyUnauthorized, "EarlyAndDeaf": faults.EarlyAndDeaf,
	"HeaderRefused":   faults.HeaderRefused,
	"RequestTooLarge": faults.RequestTooLarge, "ClientStops": faults.ClientStops, "ClientLeaves": faults.ClientLeaves,
}

// said is what a client without a gateway finds of a fault.
func said(t *testing.T, f harness.Fault, method string) (r agent.Response, end agent.End) {
	t.Helper()
	with, _ := ordered(t, f, policyOf(2*time.Second))
	text, _, _, last := played(t, with.host.Script)
	return agent.ReadResponse(io.MultiReader(strings.NewReader(text), iotest.ErrReader(last)), method)
}

func TestWhatBodiesSay(t *testing.T) {
	cut := func(b string) bool { return b != "" && b != script.Page && strings.HasPrefix(script.Page, b) }
	whole := func(b string) bool { return b == script.Page }
	none := func(b string) bool { return b == "" }
	for name, c := range map[string]struct {
		method string
		status int
		whole  bool
		end    agent.End
		extra  bool
		body   func(string) bool
	}{
		"ResetInBody":       {"GET", 200, false, agent.EndReset, false, cut},
		"ResetUnsized":      {"GET", 200, false, agent.EndReset, false, cut},
		"CutUnsized":        {"GET", 200, true, agent.EndFIN, false, cut},
		"NoLastChunk":       {"GET", 200, false, agent.EndFIN, false, cut},
		"TrailerCut":        {"GET", 200, false, agent.EndFIN, false, whole},
		"SurplusBytes":      {"GET", 200, true, agent.EndComplete, true, whole},
		"BodyOf204":         {"GET", 204, true, agent.EndComplete, true, none},
		"BodyOf304":         {"GET", 304, true, agent.EndComplete, true, none},
		"BodyToHead":        {"HEAD", 200, true, agent.EndComplete, true, none},
		"EarlyTooLarge":     {"POST", 413, true, agent.EndComplete, false, whole},
		"EarlyUnauthorized": {"POST", 401, true, agent.EndComplete, false, whole},
		"EarlyAndDeaf":      {"POST", 413, true, agent.EndComplete, false, whole},
		"ResetInUpload":     {"POST", 0, false, agent.EndReset, false, none},
	} {
		t.Run(name, func(t *testing.T) {
			r, end := said(t, all[name], c.method)
			if r.Status != c.status || r.Whole != c.whole || end != c.end || r.Extra > 0 != c.extra || !c.body(string(r.Tail)) {
				t.Errorf("a client finds %d, whole %v, %s, %d bytes more, %q", r.Status, r.Whole, end, r.Extra, r.Tail)
			}
		})
	}
}

// All of the gzip is there, and only its check sum tells.
func TestCorruptGzipUnpacksToThePage(t *testing.T) {
	r, _ := said(t, faults.CorruptGzip, "GET")
	in, err := gzip.NewReader(bytes.NewReader(r.Tail))
	if err != nil || r.Get("Content-Encoding") != "gzip" || !r.Whole {
		t.Fatalf("a client finds %+v: %v", r, err)
	}
	if page, err := io.ReadAll(in); string(page) != script.Page || !errors.Is(err, gzip.ErrChecksum) {
		t.Errorf("it unpacks to %q, %v", page, err)
	}
}

// An upstream that reads no body has read the head alone, and stays deaf for longer than the
// gateway sends.
func TestWhoStopsReadingIsDeaf(t *testing.T) {
	for _, f := range []harness.Fault{faults.StopsReading, faults.EarlyAndDeaf} {
		policy := policyOf(2 * time.Second)
		policy.Send.Value = 7 * time.Second
		with, _ := ordered(t, f, policy)
		s := script.MustParse(with.host.Script)
		steps := s[0].Steps
		if last := steps[len(steps)-1]; steps[0].Verb != script.ReadHead || last.Verb != script.Wait || last.Every < 2*policy.Send.Value {
			t.Errorf("%s: it plays %s", f.Title, s)
		}
	}
}

// What a client does wrong only the visitor does.
func TestWhatVisitorsDoWrong(t *testing.T) {
	for name, want := range map[string]visit{
		"RequestTooLarge": {fill: 2 << 20}, "ClientStops": {manner: agent.Halved}, "ClientLeaves": {manner: agent.Abandoned},
	} {
		if with, _ := ordered(t, all[name], policyOf(2*time.Second)); with.visit != want {
			t.Errorf("%s: the visitor asks %+v", name, with.visit)
		}
	}
}
