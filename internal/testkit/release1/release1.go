// Package release1 has a data directory as the first release left it, at schema 2:
// drafts in each state, two Connectors, their runs, a review that waits, clients, and
// a credential. It is kept as SQL, so that a change of it can be read.
package release1

import (
	"database/sql"
	_ "embed" // the files
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // the driver named "sqlite"
)

//go:embed greenroom.sql
var database string

//go:embed credentials.key.hex
var key string

// Client is what `greenroom client create` printed for the owner of the drafts.
//
//go:embed client.json
var Client []byte

// Drafts and Connectors are what the release answered for all of them, 50 at most.
var (
	//go:embed drafts.json
	Drafts []byte
	//go:embed connectors.json
	Connectors []byte
)

// Token is what its one credential opens to, of Project for Host.
const (
	Token   = "t0ken"
	Project = "europe-west1.gcp:acme"
	Host    = "git.example.com"
)

// DataDir makes the data directory anew.
func DataDir(tb testing.TB) string {
	tb.Helper()
	dir := tb.TempDir()
	db, err := sql.Open("sqlite", filepath.Join(dir, "greenroom.db"))
	if err != nil {
		tb.Fatal(err)
	}
	_, err = db.ExecContext(tb.Context(), database)
	secret, hexErr := hex.DecodeString(strings.TrimSpace(key))
	err = errors.Join(err, db.Close(), hexErr, os.WriteFile(filepath.Join(dir, "credentials.key"), secret, 0o600))
	if err != nil {
		tb.Fatal(err)
	}
	return dir
}
