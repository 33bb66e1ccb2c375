package provision

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"

	"github.com/badgateway/badgateway/harness/agent"
)

// packageName is what Debian calls its packages (policy 5.6.7).
var packageName = regexp.MustCompile(`^[a-z0-9][a-z0-9+.-]+$`)

// Application returns a program of the distribution's packages, the first of which is its own. They are
// unpacked into the cache and not installed, whatever the machine itself has. file is the program's path in them, or a
// pattern that one file matches (path.Match): names hold versions.
func (s *Shop) Application(ctx context.Context, packages []string, file string) (Program, error) {
	if len(packages) == 0 {
		return Program{}, misnamed("an application without a package", "name one, such as php-fpm.", nil)
	}
	for _, name := range packages {
		if !packageName.MatchString(name) {
			return Program{}, misnamed("no package can be called "+quoted(name), "write it as for apt-get install.", nil)
		}
	}
	pkg, err := s.shelf().hostPackage(packages...)
	if err != nil {
		return Program{}, err
	}
	t, err := pkg.fetched(ctx, s.say)
	if err != nil {
		return Program{}, err
	}
	found, err := fs.Glob(os.DirFS(t.root), strings.TrimPrefix(file, "/"))
	if err != nil || len(found) != 1 {
		return Program{}, misnamed(fmt.Sprintf("%d files of %s are called %s", len(found), pkg.source(t), quoted(file)),
			"one has to be: `dpkg -L` lists a package's.", err)
	}
	return Program{
		Path: "/" + found[0], Product: packages[0], Version: t.upstream(), Source: pkg.source(t), Root: agent.Root{System: t.root},
	}, nil
}
