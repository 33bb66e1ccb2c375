package document

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Has says whether a mapping has a key, whatever its value.
func Has(n *yaml.Node, key string) bool {
	for i := 0; n.Kind == yaml.MappingNode && i < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return true
		}
	}
	return false
}

// IsText says whether a node is a text with something in it.
func IsText(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Tag == "!!str" && strings.TrimSpace(n.Value) != ""
}

// Text reads a text.
func (r *Reader) Text(into *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if IsText(n) {
			*into = n.Value
			return
		}
		r.Wants(n, "a text")
	}
}

// Sentence reads a sentence. Reports tell it in one line, so lines are joined.
func (r *Reader) Sentence(into *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if r.Text(into)(n); *into != "" {
			*into = strings.Join(strings.Fields(*into), " ")
		}
	}
}

// Words reads one text or a list of them, and has each checked.
func (r *Reader) Words(into *[]string, what string, check func(*yaml.Node)) func(*yaml.Node) {
	return func(n *yaml.Node) {
		*into = nil
		for _, item := range r.Several(n, what) {
			if !IsText(item) {
				r.Wants(item, what)
				continue
			}
			*into = append(*into, item.Value)
			check(item)
		}
	}
}

// The durations that make sense here. Times are told in milliseconds, and nobody waits for
// a gateway for longer than a day.
const (
	shortest = time.Millisecond
	longest  = 24 * time.Hour
)

// Duration reads a time to wait.
func (r *Reader) Duration(into *time.Duration) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.Kind != yaml.ScalarNode || IsNothing(n) {
			r.Wants(n, "a duration such as 1m30s")
			return
		}
		d, err := time.ParseDuration(n.Value)
		switch {
		case n.Tag == "!!int" || n.Tag == "!!float":
			r.Wrong(n, "write "+seconds(n.Value), "%.40s what?", n.Value)
		case err != nil:
			r.Wrong(n, "write it as 30s, 500ms or 1m30s", "%.40q is no duration", n.Value)
		case d < shortest || d > longest:
			r.Wrong(n, "what makes sense is between 1ms and 24h", "%s is no time to wait", n.Value)
		default:
			*into = d
		}
	}
}

// seconds is how a bare number was most likely meant.
func seconds(number string) string {
	if d, err := time.ParseDuration(number + "s"); err != nil || d < shortest || d > longest {
		return "30s, 500ms or 1m30s"
	}
	return number + "s"
}

// Number reads decimal digits: YAML's other ways to write a number, of which 0504 is one for
// 324, are nobody's here.
func (r *Reader) Number(n *yaml.Node, what string, least, most int) (got int, ok bool) {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!int" {
		r.Wants(n, what)
		return 0, false
	}
	got, err := strconv.Atoi(n.Value)
	if err != nil || strconv.Itoa(got) != n.Value || got < least || got > most {
		r.Wrong(n, "write "+strconv.Itoa(least)+" to "+strconv.Itoa(most), "%.40s is no %s", n.Value, strings.TrimPrefix(what, "a "))
		return 0, false
	}
	return got, true
}

// Bool reads true or false. YAML's other words for them are texts here.
func (r *Reader) Bool(into *bool) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.Kind != yaml.ScalarNode || n.Value != "true" && n.Value != "false" {
			r.Wants(n, "true or false")
			return
		}
		*into = n.Value == "true"
	}
}

// OneOf reads one of a place's words.
func (r *Reader) OneOf(words []string, take func(string)) func(*yaml.Node) {
	all := strings.Join(words, ", ")
	return func(n *yaml.Node) {
		switch {
		case n.Kind != yaml.ScalarNode || IsNothing(n):
			r.Wants(n, "one of "+all)
		case !slices.Contains(words, n.Value):
			r.Wrong(n, Meant(n.Value, words, "it is one of "+all), "there is no %.40q here", n.Value)
		default:
			take(n.Value)
		}
	}
}

// Count reads a number of a range that is larger than an int's, or not signed.
func (r *Reader) Count(into *uint64, what string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		got, ok := r.Number(n, what, 0, math.MaxInt)
		if ok {
			*into = uint64(got)
		}
	}
}
