package secrets

import (
	"io/fs"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
)

var committed = check.Check{
	ID:    "secrets/committed",
	Title: "No secret is committed in an application's folder",
	Why: "Whoever can read the repository, and every image that is built from it, has what is committed: a token " +
		"there has leaked, and stays in the history when the file is deleted. Texts that have the form of one " +
		"vendor's token or of a private key are errors. What only looks like a secret, because a variable is called so " +
		"and its value is random, is a warning, but an error in a .env file, which is there to hold real values. In " +
		"tests, documentation and example files the first are warnings, and the others are left alone, as are values that are " +
		"plainly made up, such as 1234567890abcdef. " +
		"Files of more than 1 MiB are not read, of one file no more than 5,000 places are judged, and a comment such as " +
		"gitleaks:allow hides nothing. " +
		"The forms are those of gitleaks.",
	Fix:            howToRepair,
	Data:           gitleaksVersion,
	RunApplication: runCommitted,
}

func runCommitted(p *check.Pass) error {
	root, err := fs.ReadDir(p.Tree, ".")
	if err != nil {
		return err
	}
	if e := check.Find(root, p.Application.Name); e == nil || !e.IsDir() {
		return nil // layout/application-folder says so
	}
	return scanFolder(p, p.Application.Name, severityToPublish)
}

// severityToPublish judges what is deployed, or lies beside connect.yaml; "" is
// not worth a word.
func severityToPublish(l leak) api.ReportEntryType {
	switch {
	case l.guessed && (l.isExample() || l.isMadeUp()):
		return ""
	case l.isExample(), l.guessed && !l.isEnvironment():
		return api.EntryWarning
	default:
		return api.EntryError
	}
}
