package check

import (
	"strings"

	"github.com/greenroom-registry/greenroom/api"
)

// Counts says how many findings there are of each severity, the most severe first:
// "1 error, 2 warnings". It is "" when there are none.
func Counts(findings []api.Finding) string { return strings.Join(severities(findings), ", ") }
