package report

import (
	"fmt"
	"slices"

	"github.com/badgateway/badgateway/harness"
)

// where is a position as compilers write it: "deploy/nginx.conf:41:9".
func where(p *harness.Position) string {
	if p.Column == 0 {
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// routed says whether the run is of a configuration's routes.
func (r Run) routed() bool {
	return len(r.Check) > 0 || slices.ContainsFunc(r.Summary.Cells, func(c harness.Cell) bool { return c.Route != "" })
}

// each are the values that the cells have, each once, in the cells' order.
func each(cells []harness.Cell, of func(harness.Cell) string) (values []string) {
	known := map[string]bool{}
	for _, c := range cells {
		if v := of(c); !known[v] {
			known[v] = true
			values = append(values, v)
		}
	}
	return values
}

func routeOf(c harness.Cell) string { return c.Route }

func faultOf(c harness.Cell) string { return c.ID }

// onRoute are the cells of a route.
func onRoute(cells []harness.Cell, route string) (found []harness.Cell) {
	for _, c := range cells {
		if c.Route == route {
			found = append(found, c)
		}
	}
	return found
}

// replay is the command that plays the cell again, "" where nobody said how its
// configuration was asked for.
func (r Run) replay(c harness.Cell) string {
	switch {
	case c.Route == "":
		return r.Replay(c.ID)
	case len(r.Check) == 0:
		return ""
	}
	command := ""
	for _, word := range append(slices.Clone(r.Check), "--only", c.Key()) {
		command += " " + quoted(word)
	}
	return command[1:]
}
