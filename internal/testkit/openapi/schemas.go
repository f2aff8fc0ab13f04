package openapi

import (
	"fmt"
	"net/url"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// location is the name under which the compiler knows the document.
const location = "urn:greenroom:openapi.yaml"

// schemas compiles the schemas of a document where they stand.
type schemas struct{ compiler *jsonschema.Compiler }

func newSchemas(document any) (*schemas, error) {
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource(location, document); err != nil {
		return nil, fmt.Errorf("add the document: %w", err)
	}
	return &schemas{c}, nil
}

// at compiles the schema at a JSON pointer. Not for concurrent use; what it
// returns is.
func (s *schemas) at(pointer string) (*jsonschema.Schema, error) {
	fragment := url.URL{Fragment: pointer}
	compiled, err := s.compiler.Compile(location + fragment.String())
	if err != nil {
		return nil, fmt.Errorf("compile the schema at %s: %w", pointer, err)
	}
	return compiled, nil
}

// closed returns a copy of the document in which every object that has
// properties has no others. Readers must accept unknown members; tests must not.
func closed(t tree) any {
	return rewrite(t.value, func(m map[string]any) {
		if m["type"] == "object" && m["properties"] != nil {
			m["additionalProperties"] = false
		}
	})
}

func rewrite(value any, change func(map[string]any)) any {
	switch v := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, member := range v {
			out[name] = rewrite(member, change)
		}
		change(out)
		return out
	case []any:
		out := make([]any, len(v))
		for i, element := range v {
			out[i] = rewrite(element, change)
		}
		return out
	default:
		return v
	}
}
