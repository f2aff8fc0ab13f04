package report

import (
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/greenroom-registry/greenroom/api"
)

// JSON is the canonical form of a report: what a server stores and answers, and
// what [JSONLine] has after the path. It has no line end. Bytes that are no UTF-8,
// as in the name of a file, become U+FFFD.
func JSON(r api.Report) ([]byte, error) {
	text, err := json.Marshal(r, jsontext.AllowInvalidUTF8(true), json.FormatNilSliceAsNull(false))
	if err != nil {
		return nil, fmt.Errorf("encode a report: %w", err)
	}
	return text, nil
}

// JSONLine is the canonical form with the subject's path in front, as one line.
func JSONLine(s Subject) ([]byte, error) {
	path, err := jsontext.AppendQuote(nil, s.Path)
	if err != nil && path == nil {
		return nil, fmt.Errorf("encode the path %q: %w", s.Path, err)
	}
	text, err := JSON(s.Report)
	if err != nil {
		return nil, err
	}
	return slices.Concat([]byte(`{"path":`), path, []byte(","), text[1:], []byte("\n")), nil
}
