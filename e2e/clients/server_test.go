package clients_test

import (
	"testing"

	"github.com/greenroom-registry/greenroom/internal/testkit/binary"
)

// startServer starts `greenroom dev` on a free port with an empty database and
// the aliases, and returns its URL. It is stopped with the test.
func startServer(t *testing.T, aliases ...string) string {
	t.Helper()
	var flags []string
	for _, alias := range aliases {
		flags = append(flags, "--repository-alias="+alias)
	}
	return binary.Dev(t, t.TempDir(), flags...).URL
}
