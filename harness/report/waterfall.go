package report

import (
	"fmt"

	"github.com/badgateway/badgateway/harness"
)

// waterfall is an exchange in three lanes on one clock, in the coordinates of an SVG.
type waterfall struct {
	Width, Height int
	Lanes         []waterfallLane
	Ticks         []waterfallTick
	Said          []waterfallLine // the same in words
}

type waterfallLane struct {
	Name string
	Y    int
	Bars []waterfallBar
}

// waterfallBar is a mark where it took no time.
type waterfallBar struct {
	X, Y, Width int
	Mark        bool
	What        string
}

type waterfallTick struct {
	X    int
	Text string
}

type waterfallLine struct{ At, Lane, What string }

// The measures, in pixels at the picture's own size.
const (
	fallLeft  = 80
	fallRight = 560
	fallLane  = 28
	fallBar   = 14
	fallTop   = 6
)

// waterfallOf is the cell's, nil where nothing was seen. What happens at once has a width too.
func waterfallOf(c harness.Cell) *waterfall {
	if len(c.Timeline) == 0 {
		return nil
	}
	whole := 0.
	for _, h := range c.Timeline {
		whole = max(whole, h.Ended)
	}
	x := func(at float64) int {
		if whole == 0 {
			return fallLeft
		}
		return fallLeft + int(at/whole*(fallRight-fallLeft))
	}
	w := &waterfall{Width: fallRight + 60}
	for i, lane := range []harness.Lane{harness.ClientLane, harness.GatewayLane, harness.UpstreamLane} {
		y := fallTop + i*fallLane
		l := waterfallLane{Name: string(lane), Y: y + fallBar}
		for _, h := range c.Timeline {
			if h.Lane != lane {
				continue
			}
			what := fmt.Sprintf("%s: %s", duration(h.Began), h.What)
			if h.Ended > h.Began {
				what = fmt.Sprintf("%s to %s: %s", duration(h.Began), duration(h.Ended), h.What)
			}
			l.Bars = append(l.Bars, waterfallBar{x(h.Began), y, max(x(h.Ended)-x(h.Began), 3), h.Ended == h.Began, what})
			w.Said = append(w.Said, waterfallLine{duration(h.Began), string(lane), h.What})
		}
		w.Lanes = append(w.Lanes, l)
	}
	w.Height = fallTop + 3*fallLane + 16
	w.Ticks = []waterfallTick{{fallLeft, "0"}, {fallRight, duration(whole)}}
	return w
}
