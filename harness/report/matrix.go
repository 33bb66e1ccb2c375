package report

import "github.com/badgateway/badgateway/harness"

// matrix has a row for each route and a column for each fault, or the other way round where
// there are more faults: a long table is read more easily than a wide one.
func (s *summary) matrix() {
	cells := map[[2]string]harness.Cell{}
	for _, c := range s.run.Summary.Cells {
		cells[[2]string{c.Route, c.ID}] = c
	}
	down, across := each(s.run.Summary.Cells, routeOf), each(s.run.Summary.Cells, faultOf)
	at := func(row, column string) string { return inMatrix(cells[[2]string{row, column}]) }
	if len(across) > len(down) {
		down, across = across, down
		at = func(row, column string) string { return inMatrix(cells[[2]string{column, row}]) }
	}
	var rows []string
	for _, row := range down {
		columns := []string{code(row)}
		for _, column := range across {
			columns = append(columns, at(row, column))
		}
		rows = append(rows, tableRow(columns...))
	}
	head := []string{" "}
	for _, column := range across {
		head = append(head, code(column))
	}
	s.pieces(matrixLimit, tableHead(head...), rows, leftOut("more rows"))
	s.WriteString(legend)
}

// inMatrix is a cell in a word or two, " " for one that was not played.
func inMatrix(c harness.Cell) string {
	switch {
	case c.ID == "":
		return " "
	case c.Verdict == harness.Unsupported:
		return "–"
	}
	return plain(marked(c) + saw(c))
}
