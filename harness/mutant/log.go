package mutant

import (
	"cmp"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"

	"github.com/badgateway/badgateway/harness"
)

// journal writes the proxy's log, a line for each failure:
//
//	mutant: CLIENT PHASE ERROR-TYPE: TEXT
//
// with a dash where there is none. Exchanges that go well leave no line.
type journal struct {
	mu     sync.Mutex
	out    io.Writer
	silent bool // only what keeps it from starting is told
}

const (
	logPrefix = "mutant: "
	nobody    = "-"
)

func (j *journal) failed(client string, f *failure) {
	if j.silent && client != "" {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	text := strconv.Quote(f.text) // it may hold what strangers sent
	fmt.Fprintf(j.out, "%s%s %s %s: %s\n", logPrefix,
		cmp.Or(client, nobody), cmp.Or(string(f.phase), nobody), f.kind, text[1:len(text)-1])
}

// listening tells people that it serves.
func (j *journal) listening(at net.Addr) {
	j.mu.Lock()
	defer j.mu.Unlock()
	fmt.Fprintf(j.out, "%slistening on %v\n", logPrefix, at)
}

// readLog makes sense of one line of that log.
func readLog(line string) (harness.LogLine, bool) {
	rest, ok := strings.CutPrefix(line, logPrefix)
	what, _, told := strings.Cut(rest, ": ")
	words := strings.Split(what, " ")
	if !ok || !told || len(words) != 3 {
		return harness.LogLine{}, false
	}
	for i := range words {
		if words[i] == nobody {
			words[i] = ""
		}
	}
	return harness.LogLine{Text: line, Client: words[0], Phase: harness.Phase(words[1]), ErrorType: words[2]}, true
}
