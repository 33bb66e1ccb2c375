package check

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/nginx/config"
)

// startLines are those in which NGINX says why it does not start, and where it read that. Of
// code of the configuration's own that fails it says no more than [error].
var startLines = []*regexp.Regexp{startLine("emerg|crit"), startLine("alert|error")}

func startLine(levels string) *regexp.Regexp {
	return regexp.MustCompile(`\[(?:` + levels + `)\] \d+#\d+: (.*?)(?: in (/\S+):(\d+))?$`)
}

// causes say what helps against what NGINX says. The first that fits counts.
var causes = []struct {
	says   *regexp.Regexp
	remedy string
}{
	{regexp.MustCompile(`^unknown directive`), "it is of a module: leave it out with --without-module NAME, or run your own image with --image registry/edge:tag"},
	{regexp.MustCompile(`^unknown ".*" variable|^unknown log format|zone ".*" is unknown|zero size shared memory`), "hand over the file that defines it too"},
	{regexp.MustCompile(`^dlopen|is not binary compatible|^module ".*" version`), "a module of another build cannot be loaded: run your own image with --image registry/edge:tag"},
	{regexp.MustCompile(`^invalid|^unexpected|^unknown parameter`), "if it is a placeholder, give it a value with --set NAME=value; if it is for another NGINX, name that with --gateway"},
}

// blame turns what NGINX said into an error that names the line of the configuration, as its
// user names it.
func (s *Subject) blame(said []string, err error) error {
	for i, pattern := range startLines {
		for _, line := range said {
			m := pattern.FindStringSubmatch(line)
			if m == nil {
				continue
			}
			p := &harness.Problem{Blame: harness.Usage, What: s.place(m) + "NGINX does not start: " + m[1], Hint: remedyFor(m[1])}
			if version := s.Place.Boot.From; version != "nginx" {
				p.Hint += " (this was " + version + ")"
			}
			if i > 0 { // it may have said more, in lines of its own
				p.Detail = said[max(0, len(said)-20):]
			}
			return p
		}
	}
	return err
}

func remedyFor(text string) string {
	for _, c := range causes {
		if c.says.MatchString(text) {
			return c.remedy
		}
	}
	return "`nginx -t` says the same where the configuration is installed"
}

// place is where NGINX read what it does not take. Of a variable it says no place: it is the
// first that uses it.
func (s *Subject) place(m []string) string {
	if m[2] != "" {
		line, _ := strconv.Atoi(m[3])
		for d := range s.Config.Walk() {
			if d.File == m[2] && d.Line == line {
				return s.Config.Position(d) + ": "
			}
		}
		return fmt.Sprintf("%s:%s: ", s.Config.Show(m[2]), m[3])
	}
	if name := regexp.MustCompile(`^unknown "([^"]+)" variable`).FindStringSubmatch(m[1]); name != nil {
		for d := range s.Config.Walk() {
			if uses(d, name[1]) {
				return s.Config.Position(d) + ": "
			}
		}
	}
	return ""
}

func uses(d *config.Directive, variable string) bool {
	for _, a := range d.Args {
		if strings.Contains(a, "$"+variable) || strings.Contains(a, "${"+variable+"}") {
			return true
		}
	}
	return false
}
