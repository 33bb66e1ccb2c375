package settings

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// node is what of a JSON Schema is looked at here.
type node struct {
	Ref         string          `json:"$ref"`
	Properties  map[string]node `json:"properties"`
	Additional  json.RawMessage `json:"additionalProperties"`
	Enum        []string        `json:"enum"`
	Definitions map[string]node `json:"definitions"`
}

func schema(t *testing.T) (root node) {
	t.Helper()
	if err := json.Unmarshal([]byte(Schema), &root); err != nil {
		t.Fatal(err)
	}
	return root
}

func tags(v any) (tags []string) {
	for _, f := range reflect.VisibleFields(reflect.TypeOf(v)) {
		if tag := f.Tag.Get("yaml"); tag != "-" {
			tags = append(tags, tag)
		}
	}
	return tags
}

// closed are the objects whose keys are the format's, each with the type that it is read into.
func closed(root node) map[string]struct {
	schema node
	of     any
} {
	return map[string]struct {
		schema node
		of     any
	}{
		"%s":                {root, Settings{}},
		"budgets: %s":       {root.Properties["budgets"], Budgets{}},
		"rules: {a: %s}":    {root.Definitions["rule"], Rule{}},
		"expect: [%s]":      {root.Definitions["expectation"], Expectation{}},
		"skip: [%s]":        {root.Definitions["skip"], Skip{}},
		"configuration: %s": {root.Properties["configuration"], Configuration{}},
	}
}

func TestTheSchemasKeysAreTheTypesAndTheReaders(t *testing.T) {
	for where, o := range closed(schema(t)) {
		keys := slices.Sorted(maps.Keys(o.schema.Properties))
		if got := slices.Sorted(slices.Values(tags(o.of))); !slices.Equal(keys, got) {
			t.Errorf("%s: the schema has %v, the type %v", where, keys, got)
		}
		if string(o.schema.Additional) != "false" {
			t.Errorf("%s: the schema lets other keys pass", where)
		}
		_, err := parse("f", []byte(strings.Replace(where, "%s", "{ÜÜÜÜÜÜÜÜÜÜÜ: 1}", 1)), Known{})
		_, listed, _ := strings.Cut(strings.Join(told(t, err), "\n"), "(the keys here are ")
		listed, _, _ = strings.Cut(listed, ")")
		if got := slices.Sorted(slices.Values(strings.Split(listed, ", "))); !slices.Equal(keys, got) {
			t.Errorf("%s: the schema has %v, the reader knows %v", where, keys, got)
		}
	}
}

func TestTheSchemasWordsAreTheReaders(t *testing.T) {
	root := schema(t)
	for name, want := range map[string][]string{"outcome": outcomes, "level": levelNames} {
		got := root.Definitions[name].Enum
		if name == "level" {
			got = root.Definitions["rule"].Properties[name].Enum
		}
		if !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
			t.Errorf("%s: the schema has %v, the reader knows %v", name, got, want)
		}
	}
}

func TestWhatTheSchemaRefersToIsThere(t *testing.T) {
	root := schema(t)
	found := 0
	for rest := Schema; ; found++ {
		_, after, more := strings.Cut(rest, `"$ref": "#/definitions/`)
		if !more {
			break
		}
		name, _, _ := strings.Cut(after, `"`)
		if _, is := root.Definitions[name]; !is {
			t.Errorf("there is no definition %q", name)
		}
		rest = after
	}
	if found < 20 {
		t.Errorf("only %d references are found", found)
	}
}
