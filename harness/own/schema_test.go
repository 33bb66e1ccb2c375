package own

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestThePublishedSchemaIsThisOne(t *testing.T) {
	published, err := os.ReadFile("../../docs/scenario.schema.json")
	if err != nil || !bytes.Equal(published, Schema()) {
		t.Errorf("docs/scenario.schema.json is stale (%v): badgateway run --schema > docs/scenario.schema.json", err)
	}
}

// refused is why a value does not have a shape, "" where it has it: as much of JSON Schema as
// there is in ours.
func refused(v any, s map[string]any) string {
	if is, said := s["const"]; said && !reflect.DeepEqual(is, v) {
		return fmt.Sprintf("%v is not %v", v, is)
	}
	if words, said := s["enum"].([]any); said && !has(words, v) {
		return fmt.Sprintf("%v is none of %v", v, words)
	}
	if options, said := s["oneOf"].([]any); said {
		fit, why := 0, ""
		for _, o := range options {
			if no := refused(v, o.(map[string]any)); no != "" {
				why += "; " + no
			} else {
				fit++
			}
		}
		if fit != 1 {
			return fmt.Sprintf("%v fits %d of them%s", v, fit, why)
		}
	}
	types, said := s["type"]
	if may := append([]any{types}, listed(types)...); said && !has(may, typeOf(v)) && !(typeOf(v) == "integer" && has(may, "number")) {
		return fmt.Sprintf("%v is no %v", v, types)
	}
	switch v := v.(type) {
	case string:
		if p, said := s["pattern"].(string); said && !regexp.MustCompile(p).MatchString(v) {
			return fmt.Sprintf("%q is not like %s", v, p)
		}
	case float64:
		least, _ := s["minimum"].(float64)
		if most, said := s["maximum"].(float64); said && (v < least || v > most) {
			return fmt.Sprintf("%v is not in %v to %v", v, least, most)
		}
	case []any:
		items, said := s["items"].(map[string]any)
		for _, item := range v {
			if no := refused(item, items); said && no != "" {
				return no
			}
		}
	case map[string]any:
		if s["oneOf"] == nil { // else one of those has seen its keys
			return refusedObject(v, s)
		}
	}
	return ""
}

func refusedObject(v, s map[string]any) string {
	for _, must := range listed(s["required"]) {
		if _, there := v[must.(string)]; !there {
			return "there is no " + must.(string)
		}
	}
	known, _ := s["properties"].(map[string]any)
	for name, value := range v {
		of, is := known[name].(map[string]any)
		if !is {
			if of, is = s["additionalProperties"].(map[string]any); !is {
				return "no key is " + name
			}
		}
		if no := refused(value, of); no != "" {
			return name + ": " + no
		}
	}
	return ""
}

func listed(v any) []any {
	list, _ := v.([]any)
	return list
}

func has(words []any, v any) bool {
	for _, w := range words {
		if reflect.DeepEqual(w, v) {
			return true
		}
	}
	return false
}

func typeOf(v any) string {
	switch v := v.(type) {
	case string:
		return "string"
	case bool:
		return "boolean"
	case nil:
		return "null"
	case []any:
		return "array"
	case float64:
		if v == float64(int64(v)) {
			return "integer"
		}
		return "number"
	}
	return "object"
}

// checked is why the published schema refuses a text of YAML, "" where it does not.
func checked(t *testing.T, text string) string {
	t.Helper()
	var doc, s any
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	plain, err := json.Marshal(doc)
	if err == nil {
		err = json.Unmarshal(plain, &doc)
	}
	if err == nil {
		err = json.Unmarshal(Schema(), &s)
	}
	if err != nil {
		t.Fatal(err)
	}
	return refused(doc, s.(map[string]any))
}

func TestTheSchemaTakesWhatIsRead(t *testing.T) {
	example, err := os.ReadFile("../../examples/scenarios/shop.yaml")
	if err != nil {
		t.Fatal(err)
	}
	orders, err := os.ReadFile("../../suites/own/testdata/orders.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		string(example), string(orders), everything, one(hold, timeout),
		one("{hosts: [link: {delay: 20ms, jitter: 5ms, seed: 1}], rules: [{where: arriving, action: drop, after: 5, loss: {lost: 1, of: 3, seed: 9}}]}", timeout),
		in("{resolve: at-request}", "{names: {app: {addrs: [host, 10.1.2.3], ttl: 9}}}", timeout), in("{resolve: at-request}", "{names: {app: {addrs: nobody}}}", timeout),
	} {
		read(t, strings.Replace(text, "configuration: nginx.conf", "configuration: ../../../examples/scenarios/nginx.conf", 1))
		if no := checked(t, text); no != "" {
			t.Errorf("the schema refuses %s\n%s", no, text)
		}
	}
}

func TestTheSchemaRefusesWhatIsNotRead(t *testing.T) {
	for text, want := range map[string]string{
		"scenarios: [{id: a/b}]":                                   "there is no inject",
		one(hold, timeout) + "  titel: x":                          "no key is titel",
		one("{hosts: [process: dead]}", timeout):                   "process: dead is none of",
		one("{hosts: [script: 5]}", timeout):                       "5 is no string",
		one(hold, "{status: 5}"):                                   "5 fits 0 of them",
		one(hold, "{time: 5s}"):                                    `"5s" is not like`,
		one(hold, "{within: soon}"):                                `"soon" is not like`,
		one(hold, "{recovers: false}"):                             "false is none of",
		one("{rules: [{where: arriving}]}", timeout):               "there is no action",
		strings.Replace(one(hold, timeout), "id: a/b", "id: A", 1): `"A" is not like`,
	} {
		if no := checked(t, text); !strings.Contains(no, want) {
			t.Errorf("%s: %q, want %q", text, no, want)
		}
	}
}
