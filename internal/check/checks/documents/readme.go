package documents

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
)

var readme = check.Check{
	ID:    "documents/readme",
	Title: "A README says how to install, deploy or configure the connector",
	Why: "The README is what a reviewer and whoever installs the connector read first. It is looked for at the root, in " +
		".github and in docs. One that names no key of connect.yaml and has no heading or link about installation, " +
		"deployment, configuration, set-up, use or environment variables is information.",
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
	if !d.read || instructions.MatchString(titles(d.text)) || namesKey(p.Spec, d.text) {
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

// namesKey tells whether a text speaks of a key of the configuration, in whatever
// language it is.
func namesKey(spec *connectyaml.Spec, text string) bool {
	keys := []connectyaml.KeyPositions{spec.GlobalKeyPositions}
	for _, app := range spec.Applications {
		keys = append(keys, app.KeyPositions)
	}
	for _, positions := range keys {
		for key := range positions {
			if strings.Contains(text, key) {
				return true
			}
		}
	}
	return false
}
