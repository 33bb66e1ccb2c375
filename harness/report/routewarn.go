package report

import (
	"fmt"
	"strings"

	"github.com/badgateway/badgateway/harness"
)

// warnings are told once for a rule, with every line that is behind it: a rule that does not
// hold on one route does not on most.
func (t *text) warnings() {
	var all []complaint
	for _, m := range t.run.complaints() {
		if m.verdict == harness.Warn {
			all = append(all, m)
		}
	}
	for len(all) > 0 {
		var same, rest []complaint
		for _, m := range all {
			if m.name() == all[0].name() && (m.ofRule || m.what == all[0].what) {
				same = append(same, m)
			} else {
				rest = append(rest, m)
			}
		}
		t.warning(same)
		all = rest
	}
}

func (t *text) warning(same []complaint) {
	whole := same[0]
	for _, m := range same[1:] {
		whole.cells = append(whole.cells[:len(whole.cells):len(whole.cells)], m.cells...)
	}
	t.apart()
	word := harness.Warn.String()
	for i, line := range Hanging(word+"  ", whole.name()+": "+strings.TrimPrefix(whole.on()+", "+whole.what, ", "), t.Width) {
		if i == 0 {
			line = t.paint(harness.Warn, word) + strings.TrimPrefix(line, word)
		}
		t.line(line)
	}
	t.entries(warned(same, whole, t.run))
}

// warned is what there is to know of a warning. Of many lines the first few are enough to
// see what is meant.
func warned(same []complaint, whole complaint, r Run) (found []entry) {
	const most = 5
	for _, m := range same[:min(len(same), most)] {
		if m.at != nil {
			found = append(found, entry{name: where(m.at), text: m.at.Says})
		}
	}
	if more := len(same) - most; more > 0 {
		found = append(found, entry{name: "...", text: fmt.Sprintf("%d places more", more)})
	}
	found = append(found, entry{name: "seen", text: seenIn(whole.cells)})
	if whole.try != "" {
		found = append(found, entry{name: "try", text: whole.try})
	}
	if again := r.replay(whole.cells[0]); again != "" {
		found = append(found, entry{name: "replay", text: again, whole: true})
	}
	return found
}

// coverage says what was covered, and each piece that was not.
func (t *text) coverage() {
	said, uncovered := t.run.Coverage.said(), t.run.uncovered()
	if said == "" && len(uncovered) == 0 {
		return
	}
	t.apart()
	if said != "" {
		t.hanging("covered: ", said, t.Width)
	}
	kinds := 0
	for _, u := range uncovered {
		kinds = max(kinds, len(u.kind))
	}
	for _, u := range uncovered {
		about := u.what
		if u.where != "" {
			about += " (" + u.where + ")"
		}
		t.hanging(fmt.Sprintf("  %-*s  ", kinds, u.kind), about+": "+u.why, t.Width)
	}
}
