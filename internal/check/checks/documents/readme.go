package documents

import (
	"fmt"
	"regexp"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
)

var readme = check.Check{
	ID:    "documents/readme",
	Title: "A README says how to install, deploy or configure the connector",
	Why: "The README is what a reviewer and whoever installs the connector read first. It is looked for at the root, in " +
		".github and in docs. One without a heading or link about installation, deployment, configuration, set-up, " +
		"use or environment variables is information.",
	Fix: "Add a README.md that says what the connector does, which applications it has, and which values it needs.",
	Run: runReadme,
}

var instructions = regexp.MustCompile(`(?i)install|deploy|config|set[ -]?up|getting started|get started|quick[ -]?start|` +
	`usage|how to|environment|prerequisite|requirement|running|guide|documentation|development|konfigur|einricht|instala|despl`)

func runReadme(p *check.Pass) error {
	d, err := find(p.Tree, readmeNames, placesOfDocuments...)
	if err != nil {
		return err
	}
	if d == nil {
		p.Report(api.Finding{
			Type: api.EntryWarning, Message: "the repository has no README", File: "README.md",
		})
		return nil
	}
	if !d.read || instructions.MatchString(titles(d.text)) {
		return nil
	}
	p.Report(api.Finding{
		Type:    api.EntryInformation,
		Message: fmt.Sprintf("%s has no section about installation, deployment or configuration", d.file),
		File:    d.file,
		Line:    1,
		Column:  1,
		Help:    "Add a section \"Configuration\" that explains each key of connect.yaml, and one \"Deployment\" with what has to be there before.",
	})
	return nil
}
