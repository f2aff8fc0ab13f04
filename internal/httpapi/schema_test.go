package httpapi

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/greenroom-registry/greenroom/internal/connectyaml"
)

// Editors get the schema of the grammar byte for byte, and know what it is.
func TestSchema(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := w.call(t, nobody, http.MethodGet, "/schema/connect.yaml.json", "")
	if got.status != http.StatusOK || !bytes.Equal(got.body, connectyaml.JSONSchema()) {
		t.Errorf("answered %s", got)
	}
	if is := got.header.Get("Content-Type"); is != "application/schema+json" {
		t.Errorf("the type is %q", is)
	}
	refused := w.call(t, nobody, http.MethodDelete, "/schema/connect.yaml.json", "")
	if refused.status != http.StatusMethodNotAllowed || refused.header.Get("Content-Type") != "application/json; charset=utf-8" {
		t.Errorf("DELETE answered %s of type %q", refused, refused.header.Get("Content-Type"))
	}
}
