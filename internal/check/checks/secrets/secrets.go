// Package secrets has the checks that look for committed secrets. What a secret
// looks like is the knowledge of gitleaks; how grave one is where it stands is ours.
package secrets

import "github.com/greenroom-registry/greenroom/internal/check"

const howToRepair = "Revoke the secret where it was issued, then take it out of the repository. " +
	"Declare a key under securedConfiguration in connect.yaml, and read it from the environment."

// Checks lists the family.
func Checks() []check.Check {
	return []check.Check{
		committed,
		outsideApplications,
	}
}
