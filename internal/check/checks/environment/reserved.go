package environment

import (
	"fmt"
	"slices"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
)

var reserved = check.Check{
	ID:    "environment/reserved",
	Title: "The code leaves the variables of the platform alone",
	Why: "The platform sets PORT and the K_ variables. It sends requests to the port that it has chosen, so code that " +
		"sets PORT by itself listens where nobody asks, and the deployment fails.",
	Fix:            "Read the variable and leave it as it is; a default for the laptop is process.env.PORT || 8080.",
	RunApplication: runReserved,
}

func runReserved(p *check.Pass) error {
	if !slices.Contains([]string{"service", "event", "job"}, p.Application.Type) {
		return nil
	}
	u, err := usageOf(p)
	if err != nil {
		return err
	}
	for _, w := range u.writes {
		if !slices.Contains(reservedKeys, w.key) || u.isDefault(w) {
			continue
		}
		p.Report(api.Finding{
			Type:    api.EntryWarning,
			Message: fmt.Sprintf("application %q sets %s, which the platform has set", p.Application.Name, w.key),
			File:    w.file,
			Line:    w.line,
			Column:  w.column,
		})
	}
	return nil
}

// near is how many lines before a write, or in its own line, a test of the variable
// makes it one of a default: if (!process.env.PORT) { process.env.PORT = '8080' }.
const near = 2

// isDefault tells whether a variable is set only where it is missing.
func (u *usage) isDefault(w place) bool {
	return slices.ContainsFunc(u.tests, func(t place) bool {
		return t.key == w.key && t.file == w.file && w.line-near <= t.line && t.line <= w.line
	})
}
