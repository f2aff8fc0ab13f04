package secrets

import (
	"io/fs"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
)

var outsideApplications = check.Check{
	ID:    "secrets/outside-applications",
	Title: "No secret is committed in the rest of the repository",
	Why: "What lies at the root of the repository, connect.yaml and .env before all, is published with it, and is " +
		"judged as an application's folder is. Folders that no application is named after are not deployed: what is " +
		"found there is information, since it has leaked to whoever can read the repository all the same.",
	Fix:  howToRepair,
	Data: gitleaksVersion,
	Run:  runOutsideApplications,
}

func runOutsideApplications(p *check.Pass) error {
	root, err := fs.ReadDir(p.Tree, ".")
	if err != nil {
		return err
	}
	applications := map[string]bool{}
	for _, app := range p.Spec.Applications {
		applications[app.Name] = true
	}
	for _, entry := range root {
		switch {
		case !entry.IsDir():
			err = scanFile(p, entry.Name(), entry, severityAtRoot)
		case !applications[entry.Name()]:
			err = scanFolder(p, entry.Name(), severityElsewhere)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// severityAtRoot is that of publishing, save in connect.yaml: a guess there would
// take a default that is meant to be read for a secret.
func severityAtRoot(l leak) api.ReportEntryType {
	if l.guessed && l.file == connectyaml.FileName && !l.isMadeUp() {
		return api.EntryInformation
	}
	return severityToPublish(l)
}

func severityElsewhere(l leak) api.ReportEntryType {
	if severityToPublish(l) == "" {
		return ""
	}
	return api.EntryInformation
}
