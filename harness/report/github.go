package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/badgateway/badgateway/harness"
)

// shownByGitHub is how many annotations of a level GitHub shows of a step. Those that come
// later it drops without a word.
const shownByGitHub = 10

// GitHub renders workflow commands, which GitHub Actions shows beside the lines of the
// configuration: an error for what fails, a warning for what is in doubt or only wished for,
// a notice for what is noted. It names files as seen from root, the repository's own folder.
// dir is the one from which the configuration was named; a root that is not above it is
// dir itself.
func GitHub(root, dir string) Renderer {
	return func(w io.Writer, r Run) error {
		_, err := w.Write(inRepository(r, root, dir).commands())
		return err
	}
}

// inRepository is a run, tame, whose files are named from a repository's root.
func inRepository(r Run, root, dir string) github {
	if outside(root, dir) {
		root = dir
	}
	return github{run: r.tamed(), dir: dir, root: root}
}

type github struct {
	run       Run
	root, dir string
}

// annotation is what one workflow command shows.
type annotation struct {
	at             *harness.Position
	title, message string
}

func (g github) commands() []byte {
	var out bytes.Buffer
	levels := map[string][]annotation{}
	if g.run.Drift != "" {
		levels["error"] = append(levels["error"], annotation{title: "badgateway", message: g.run.Drift})
	}
	if g.run.Trouble != "" {
		said := fmt.Sprintf("ended early, with %d of %s judged: %s", len(g.run.Summary.Cells), cells(g.run.Planned), g.run.Trouble)
		levels["error"] = append(levels["error"], annotation{title: "badgateway", message: said})
	}
	for _, m := range g.run.complaints() {
		level := levelOf[m.verdict]
		levels[level] = append(levels[level], annotation{m.at, g.title(m), g.message(m)})
	}
	for _, level := range []string{"error", "warning", "notice"} {
		for _, a := range fewest(levels[level], level) {
			out.WriteString(g.command(level, a))
		}
	}
	return out.Bytes()
}

var levelOf = map[harness.Verdict]string{
	harness.Fail: "error", harness.Inconclusive: "warning", harness.Warn: "warning", harness.Pass: "notice",
}

// fewest are as many as GitHub shows. Where there are more the last one says so.
func fewest(all []annotation, level string) []annotation {
	if len(all) <= shownByGitHub {
		return all
	}
	const kept = shownByGitHub - 1
	return append(all[:kept:kept], annotation{title: fmt.Sprintf("%d more of level %s", len(all)-kept, level),
		message: fmt.Sprintf("GitHub shows %d annotations of a level. The other %d are in badgateway's other reports: "+
			"text, summary, json and junit have all.", shownByGitHub, len(all)-kept)})
}

func (g github) title(m complaint) string {
	return strings.TrimSpace(m.name() + " " + m.on())
}

// message is what a person needs who looks at the line and has nothing else.
func (g github) message(m complaint) string {
	first := m.cells[0]
	lines := []string{m.what}
	if m.ofRule || len(m.routes()) > 1 {
		lines = append(lines, "seen: "+seenIn(m.cells))
	}
	if first.Outcome != "" {
		lines = append(lines, fmt.Sprintf("client: %s; attempts at the upstream: %d", timed(first), first.Attempts))
	}
	if m.at != nil {
		lines = append(lines, "decided by: "+m.at.Says+" ("+where(m.at)+")")
	}
	if m.try != "" {
		lines = append(lines, "try: "+m.try)
	}
	if again := g.run.replay(first); again != "" {
		lines = append(lines, "replay: "+again)
	}
	return strings.Join(lines, "\n")
}
