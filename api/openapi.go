package api

import _ "embed"

// OpenAPI is the whole contract for programs: an OpenAPI 3.1 document, in YAML.
// The server serves it as it stands here, and the tests hold the server's answers
// and the types of this package to it.
//
//go:embed openapi.yaml
var OpenAPI []byte
