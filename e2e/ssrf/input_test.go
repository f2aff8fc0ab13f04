package ssrf_test

import (
	"net/http"
	"strings"
	"testing"
)

// requireBadField checks that the answer is 400 and names the member of the body
// by its path.
func requireBadField(t *testing.T, d door, member, value string, got answer) {
	t.Helper()
	path := d.at + "." + member + ":"
	if got.status != http.StatusBadRequest || !strings.Contains(got.body, `"code":"InvalidJsonInput"`) || !strings.Contains(got.body, path) {
		t.Errorf("%s of %q: %d %s; want 400 that names %s", d.name, value, got.status, got.body, path)
	}
}
