package own

import (
	"go.yaml.in/yaml/v3"

	"github.com/badgateway/badgateway/harness/document"
)

// key is a key of the file: what is written in the schema about it, and how it is read. One
// line here is all that a new key takes.
type key struct {
	name, doc string
	shape     shape
	read      func(*yaml.Node)
}

// keys reads a mapping that has these keys and no others.
func (r *reader) keys(n *yaml.Node, known []key) {
	var fields []document.Field
	for _, k := range known {
		fields = append(fields, document.Key(k.name, k.read))
	}
	r.Fields(n, fields...)
}

// shape is a schema of JSON Schema (draft 7).
type shape map[string]any

// The shapes of what is written.
var (
	text     = shape{"type": "string", "pattern": `\S`}
	truth    = shape{"type": "boolean"}
	duration = shape{"type": "string", "pattern": `^\+?([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)`, "examples": []string{"500ms", "30s", "1m30s"}}
	fields   = shape{"type": "object", "additionalProperties": shape{"type": []string{"string", "number", "boolean", "null"}}}
)

func number(least, most int) shape {
	return shape{"type": "integer", "minimum": least, "maximum": most}
}

func count() shape { return shape{"type": "integer", "minimum": 0} }

func among(words []string) shape { return shape{"enum": words} }

func matching(pattern string, examples ...string) shape {
	return shape{"type": "string", "pattern": pattern, "examples": examples}
}

func oneOrMore(of shape) shape {
	return shape{"oneOf": []shape{of, {"type": "array", "minItems": 1, "items": of}}}
}

func listOf(of shape) shape { return shape{"type": "array", "minItems": 1, "items": of} }

// object is a mapping with those keys, of which some have to be there.
func object(keys []key, required ...string) shape {
	properties := shape{}
	for _, k := range keys {
		property := shape{"description": k.doc}
		for word, is := range k.shape {
			property[word] = is
		}
		properties[k.name] = property
	}
	s := shape{"type": "object", "additionalProperties": false, "properties": properties}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}
