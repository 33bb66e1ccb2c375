package place

import (
	"bytes"

	"github.com/badgateway/badgateway/harness/nginx/config"
)

// foreground takes `daemon on;` out of the lab's copy, and tells of it: NGINX that goes into the
// background ends for whoever started it, and it takes the directive only once.
func (p *Place) foreground() {
	for _, d := range p.Config.Find("daemon") {
		if d.Arg(0) != "on" {
			continue
		}
		for i, f := range p.Boot.Files {
			if f.Path == d.File {
				p.Boot.Files[i].Text = blanked(f.Text, d)
			}
		}
		p.Made = append(p.Made, Made{What: "daemon off, in the place of what is written", Path: d.File, For: p.Config.Position(d)})
	}
}

// blanked is a text with spaces in the place of a directive, so that everything else stays where
// it is.
func blanked(text []byte, d *config.Directive) []byte {
	lines := bytes.SplitAfter(text, []byte("\n"))
	if d.Line > len(lines) {
		return text
	}
	at := d.Column - 1
	for _, line := range lines[:d.Line-1] {
		at += len(line)
	}
	end := bytes.IndexByte(text[min(at, len(text)):], ';')
	if end < 0 {
		return text
	}
	text = bytes.Clone(text)
	for i := at; i <= at+end; i++ {
		if text[i] != '\n' {
			text[i] = ' '
		}
	}
	return text
}
