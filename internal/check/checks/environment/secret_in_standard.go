package environment

import (
	"fmt"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/secretname"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
)

var secretInStandard = check.Check{
	ID:    "environment/secret-in-standard",
	Title: "Secrets are in securedConfiguration",
	Why: "Values of standardConfiguration are kept and shown in plain text; those of securedConfiguration are encrypted " +
		"and never shown again. A key that is named like a password, token or private key belongs to the second.",
	Fix: "Move the entry to securedConfiguration, without its default.",
	Run: runSecretInStandard,
}

func runSecretInStandard(p *check.Pass) error {
	if c := p.Spec.GlobalConfiguration; c != nil {
		reportSecrets(p, "inheritAs", "", c.StandardConfiguration, p.Spec.GlobalKeyPositions)
	}
	for i, app := range p.Spec.Applications {
		if app.InMerchantCenter() {
			continue // it may have no securedConfiguration
		}
		reportSecrets(p, fmt.Sprintf("deployAs.%d", i), app.Name, app.Configuration.StandardConfiguration, app.KeyPositions)
	}
	return nil
}

func reportSecrets(p *check.Pass, owner, application string, keys []api.StandardConfigurationKey, positions connectyaml.KeyPositions) {
	for i, k := range keys {
		if !secretname.Is(k.Key) {
			continue
		}
		p.Report(api.Finding{
			Type:        api.EntryWarning,
			Message:     fmt.Sprintf("[%s.configuration.standardConfiguration.%d.key]: %s looks like a secret, but its value is kept in plain text", owner, i, k.Key),
			File:        connectyaml.FileName,
			Line:        positions[k.Key].Line,
			Column:      positions[k.Key].Column,
			Application: application,
		})
	}
}
