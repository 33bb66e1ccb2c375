package report

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/badgateway/badgateway/harness"
)

func (g github) command(level string, a annotation) string {
	var properties []string
	if file, inside := g.file(a.at); inside {
		properties = append(properties, "file="+property(file), fmt.Sprintf("line=%d", a.at.Line))
		if a.at.Column > 0 {
			properties = append(properties, fmt.Sprintf("col=%d", a.at.Column))
		}
	}
	properties = append(properties, "title="+property(shortened(a.title, longestTitle)))
	return "::" + level + " " + strings.Join(properties, ",") + "::" + data(shortened(a.message, longestMessage)) + "\n"
}

// GitHub refuses annotations with a title of more than 255 characters or a message of more
// than 64 KiB (REST API, check runs); a message of this length still is read.
const longestTitle, longestMessage = 200, 4000

func shortened(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "..."
	}
	return s
}

// file is the position's as GitHub has to be given it, and whether that is in the repository.
func (g github) file(p *harness.Position) (file string, inside bool) {
	if p == nil || p.File == "" || p.Line < 1 {
		return "", false
	}
	file = p.File
	if !filepath.IsAbs(file) {
		file = filepath.Join(g.dir, file)
	}
	if outside(g.root, file) {
		return "", false
	}
	file, err := filepath.Rel(g.root, file)
	return filepath.ToSlash(file), err == nil
}

// outside says whether a path is not below root.
func outside(root, path string) bool {
	rel, err := filepath.Rel(root, path)
	return err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// data and property write what a workflow command would end at, or be split at
// (actions/toolkit, packages/core/src/command.ts).
func data(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func property(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}
