package settings

import (
	"path/filepath"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/document"
)

// Known are the names that a file may use. A list that is nil is not checked.
type Known struct {
	Rules  []string
	Faults []string // IDs
}

// Read reads the file at a path and holds the names in it against those that are known. All
// that is wrong with it is told at once. Where there is no file the error wraps
// fs.ErrNotExist.
func Read(path string, known Known) (*Settings, error) {
	text, err := document.Load(path)
	if err != nil {
		return nil, &harness.Problem{Blame: harness.Usage, What: "reading " + path, Err: err,
			Hint: "`badgateway init` writes a first " + Name}
	}
	return parse(path, text, known)
}

// parse reads a file's text.
func parse(path string, text []byte, known Known) (*Settings, error) {
	r := &reader{Reader: document.New(path, text), known: known, settings: Default()}
	if root := r.Root(); root != nil {
		r.whole(root)
	}
	if err := r.Problem(); err != nil {
		return nil, err
	}
	if c := &r.settings.Configuration; c.Path != "" && !filepath.IsAbs(c.Path) {
		c.Path = filepath.Join(filepath.Dir(path), c.Path)
	}
	return r.settings, nil
}

// reader reads a document into settings.
type reader struct {
	*document.Reader
	known    Known
	settings *Settings
}
