package own

import (
	"bytes"
	"encoding/json"
)

// Schema is the JSON Schema of the file (draft 7), by which editors complete and check what is
// written. It is made of the keys that are read. What contradicts itself it does not see, and
// what a script says, so Read refuses more.
func Schema() []byte {
	r := &reader{}
	s := object(r.fileKeys(), "scenarios")
	s["$schema"], s["title"] = "http://json-schema.org/draft-07/schema#", "scenarios of one's own"
	s["description"] = "Promises about a gateway, each under one fault: `badgateway run FILE` plays them."
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(s); err != nil {
		panic(err) // it is made of texts and numbers
	}
	return b.Bytes()
}
