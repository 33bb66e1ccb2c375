package settings

import _ "embed"

// Schema is the JSON Schema of the file (draft 7), by which editors complete and check what
// is written. It does not know the names of rules and faults, so Read refuses more.
//
//go:embed badgateway.schema.json
var Schema string
