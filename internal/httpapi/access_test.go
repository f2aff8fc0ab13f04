package httpapi

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/internal/testkit/golden"
)

// answered is what each role got of a route, in the order of roles.
type answered struct {
	route  string
	access access
}

const accessPage = `# Who may do what

<!-- Generated: go test ./internal/httpapi -run TestWhoMayDoWhat -update -->

The status that each route answers to each role, as a test gets it, by id and by key. The
routes are those of the server's one table; a route without a rule fails the test. All
roles but the last belong to the project that owns the draft, whose Connector is private.
Another project's is 404: nothing tells that it exists. The token endpoints take a
client's id and secret, which a bearer token is not.

`

// checkAccessPage compares the page with what was answered.
func checkAccessPage(t *testing.T, seen []answered) {
	t.Helper()
	var page strings.Builder
	page.WriteString(accessPage)
	page.WriteString("| route |")
	for _, r := range roles {
		fmt.Fprintf(&page, " %s |", r)
	}
	page.WriteString("\n|---|" + strings.Repeat("---|", len(roles)) + "\n")
	for _, a := range seen {
		fmt.Fprintf(&page, "| `%s` |", a.route)
		for _, status := range a.access {
			fmt.Fprintf(&page, " %d |", status)
		}
		page.WriteString("\n")
	}
	golden.Compare(t, filepath.Join("..", "..", "docs", "access.md"), page.String())
}
