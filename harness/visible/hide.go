package visible

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"html"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
)

// Hidden stands for what is not shown.
const Hidden = "[hidden]"

// A Hider takes secrets out of texts, however those spell them: as they are, in JSON, XML,
// HTML, in Go's quotes, in a URL.
type Hider struct {
	replacer atomic.Pointer[strings.Replacer]
}

// NewHider returns a Hider of those secrets.
func NewHider(secrets ...string) *Hider {
	h := &Hider{}
	h.Hide(secrets)
	return h
}

// Hide lets those secrets be hidden from now on, and no others.
func (h *Hider) Hide(secrets []string) {
	var pairs []string
	var forms []string
	for _, s := range secrets {
		forms = append(forms, spellings(s)...)
	}
	// The longest first: one may be a part of another.
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) })
	for _, f := range slices.Compact(forms) {
		if f != "" {
			pairs = append(pairs, f, Hidden)
		}
	}
	h.replacer.Store(strings.NewReplacer(pairs...))
}

// spellings are all the ways in which a report may write a text.
func spellings(s string) []string {
	found := []string{s, html.EscapeString(s), url.QueryEscape(s), url.PathEscape(s), Text(s)}
	if text, err := json.Marshal(s); err == nil {
		found = append(found, strings.Trim(string(text), `"`), strings.Trim(string(JSON(text)), `"`))
	}
	quoted := strconv.Quote(s)
	found = append(found, quoted[1:len(quoted)-1])
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(s)); err == nil {
		found = append(found, b.String())
	}
	return found
}

// Text is the text without the secrets. A nil Hider hides nothing.
func (h *Hider) Text(s string) string {
	if h == nil {
		return s
	}
	return h.replacer.Load().Replace(s)
}

// Writer hides secrets in what is written. Each write is looked at by itself.
func (h *Hider) Writer(w io.Writer) io.Writer {
	if h == nil {
		return w
	}
	return &hiding{w, h}
}

type hiding struct {
	io.Writer
	hider *Hider
}

func (w *hiding) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.Writer, w.hider.Text(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Under is what is written to in the end.
func (w *hiding) Under() io.Writer { return w.Writer }

// Sync waits for the disk, where there is one.
func (w *hiding) Sync() error {
	if disk, ok := w.Writer.(interface{ Sync() error }); ok {
		return disk.Sync()
	}
	return nil
}
