package environment

import (
	"fmt"
	"slices"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/nearest"
)

var undeclared = check.Check{
	ID:    "environment/undeclared",
	Title: "connect.yaml declares the variables that the code reads",
	Why: "Connect sets the variables of connect.yaml, those of the application and those of inheritAs, and nothing else " +
		"beside its own. A variable that no configuration declares is never set, so the code meets an empty value when it " +
		"is deployed. Code that has a default, or tests whether the variable is there, is not meant, and neither are tests.",
	Fix:            "Declare the key under standardConfiguration or securedConfiguration, or give the code a default.",
	RunApplication: runUndeclared,
}

func runUndeclared(p *check.Pass) error {
	if p.Application.Type == "assets" {
		return nil // nothing of it runs on the platform
	}
	u, err := usageOf(p)
	if err != nil {
		return err
	}
	declared := declaredKeys(p.Spec, p.Application)
	for _, place := range u.needed() {
		if slices.Contains(declared, place.key) || isProvided(p, place.key) {
			continue
		}
		help := ""
		if near := nearest.Name(place.key, declared); near != "" {
			help = fmt.Sprintf("Did you mean %s, which connect.yaml declares?", near)
		}
		p.Report(api.Finding{
			Type:    api.EntryWarning,
			Message: fmt.Sprintf("application %q reads %s, which connect.yaml does not declare", p.Application.Name, place.key),
			File:    place.file,
			Line:    place.line,
			Column:  place.column,
			Help:    help,
		})
	}
	return nil
}

// isProvided tells whether a variable is set although no configuration declares it.
func isProvided(p *check.Pass, key string) bool {
	if p.Spec.APIClient != nil && strings.HasPrefix(key, "CTP_") {
		return true
	}
	return isKnown(key) || p.Application.InMerchantCenter() && key == "APPLICATION_URL"
}
