package agent

import (
	"math"
	"slices"
	"testing"
	"time"
)

func TestASteadyPlanComesEverySoOften(t *testing.T) {
	if got, want := Steady(3, 20*time.Millisecond), []time.Duration{0, 20 * time.Millisecond, 40 * time.Millisecond}; !slices.Equal(got, want) {
		t.Errorf("a steady plan is %v, want %v", got, want)
	}
	if got := Steady(3, 0); !slices.Equal(got, make([]time.Duration, 3)) {
		t.Errorf("a burst is %v", got)
	}
}

// The gaps of a Poisson process are exponential: their deviation is as large as their mean.
func TestAPoissonPlanIsOfStrangers(t *testing.T) {
	const n, every = 20_000, time.Millisecond
	at := Poisson(n, every, 1)
	if !slices.IsSorted(at) || len(at) != n || at[0] != 0 {
		t.Fatalf("%d requests, in order: %v, the first at %v", len(at), slices.IsSorted(at), at[0])
	}
	mean, squares := 0.0, 0.0
	for i := range at[1:] {
		gap := float64(at[i+1]-at[i]) / float64(every)
		mean, squares = mean+gap/(n-1), squares+gap*gap/(n-1)
	}
	if deviation := math.Sqrt(squares - mean*mean); math.Abs(mean-1) > 0.03 || math.Abs(deviation-1) > 0.05 {
		t.Errorf("gaps have the mean %.3f and the deviation %.3f, want 1 and 1", mean, deviation)
	}
}

func TestAPlanCanBeRepeated(t *testing.T) {
	if a, b := Poisson(9, time.Second, 7), Poisson(9, time.Second, 7); !slices.Equal(a, b) {
		t.Errorf("one seed, two plans: %v and %v", a, b)
	}
	if a, b := Poisson(9, time.Second, 7), Poisson(9, time.Second, 8); slices.Equal(a, b) {
		t.Error("two seeds, one plan")
	}
}
