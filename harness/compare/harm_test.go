package compare

import (
	"cmp"
	"testing"

	"github.com/badgateway/badgateway/harness"
)

// fromBestToWorst is what a client can get.
var fromBestToWorst = []harness.Cell{
	{Status: 200, Outcome: harness.Answered}, {Status: 200, Outcome: harness.Repaired}, {Status: 404, Outcome: harness.Answered}, {Status: 502, Outcome: harness.Answered},
	{Outcome: harness.Closed}, {Status: 200, Outcome: harness.Truncated}, {Outcome: harness.Hang}, {Outcome: harness.DidNotStart},
	{Outcome: harness.RawBytes}, {Status: 200, Outcome: harness.SilentlyTruncated}, {Outcome: "unheard-of"},
}

func TestWhatAClientGetsIsOrdered(t *testing.T) {
	for i, a := range fromBestToWorst {
		for j, b := range fromBestToWorst {
			want := Direction(cmp.Compare(j, i))
			if got := changeOf(Pair{a, b}).Direction(); got != want {
				t.Errorf("%d %s that became %d %s is called %v, want %v", a.Status, a.Outcome, b.Status, b.Outcome, got, want)
			}
		}
	}
}

func TestAStatusOfTheSameKindIsNeitherBetterNorWorse(t *testing.T) {
	for _, c := range [][2]int{{502, 504}, {504, 500}, {200, 204}, {200, 302}, {404, 499}} {
		change := changeOf(Pair{harness.Cell{Status: c[0], Outcome: harness.Answered}, harness.Cell{Status: c[1], Outcome: harness.Answered}})
		if change.Direction() != Otherwise || !change.Has(Result) {
			t.Errorf("%d that became %d is %v, %+v", c[0], c[1], change.Direction(), change.Points)
		}
	}
}

func TestWhichRequestsRepeat(t *testing.T) {
	for method, want := range map[string]bool{"": false, "GET": false, "PUT": false, "DELETE": false, "POST": true, "PATCH": true, "PURGE": true} {
		if got := Repeats(harness.Cell{Method: method}); got != want {
			t.Errorf("%q repeats: %v", method, got)
		}
	}
}
