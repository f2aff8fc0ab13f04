package clients_test

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/internal/testkit/binary"
)

// startServer starts `greenroom dev` on a free port with an empty database and
// the aliases, and returns its URL. It is stopped with the test.
func startServer(t *testing.T, aliases ...string) string {
	t.Helper()
	return startServerIn(t, t.TempDir(), aliasFlags(aliases...)...)
}

// startServerIn starts one with its database in the folder.
func startServerIn(t *testing.T, data string, flags ...string) string {
	t.Helper()
	return binary.Dev(t, data, flags...).URL
}

func aliasFlags(aliases ...string) []string {
	var flags []string
	for _, alias := range aliases {
		flags = append(flags, "--repository-alias="+alias)
	}
	return flags
}

// createClient makes a client in the database of the folder and returns it as
// `greenroom client create` prints it.
func createClient(t *testing.T, data, project, scopes string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary.Path(t), "client", "create",
		"--project="+project, "--scopes="+scopes, "--data="+data)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", strings.Join(cmd.Args, " "), err)
	}
	return string(out)
}
