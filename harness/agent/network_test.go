package agent

import (
	"slices"
	"testing"
)

func TestALossFollowsFromItsSeed(t *testing.T) {
	loss := Loss{Seed: 5, Of: 100, Lost: 30}
	drawn := loss.Indices()
	if !slices.Equal(drawn, loss.Indices()) {
		t.Error("two draws of one seed differ")
	}
	if len(drawn) != loss.Lost || !slices.IsSorted(drawn) || len(slices.Compact(slices.Clone(drawn))) != loss.Lost || drawn[0] < 0 || drawn[len(drawn)-1] >= loss.Of {
		t.Errorf("drawn were %v", drawn)
	}
	loss.Seed++
	if slices.Equal(drawn, loss.Indices()) {
		t.Error("two seeds draw the same")
	}
	if all := (Loss{Of: 4, Lost: 4}).Indices(); !slices.Equal(all, []int{0, 1, 2, 3}) {
		t.Errorf("all of four are %v", all)
	}
	if none := (Loss{}).Indices(); len(none) != 0 {
		t.Errorf("none are %v", none)
	}
}
