// Package scripts has the checks of the commands that run around a deployment:
// postDeploy and preUndeploy in connect.yaml.
package scripts

import (
	"fmt"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
)

// Checks lists the family.
func Checks() []check.Check {
	return []check.Check{
		missing,
		startsServer,
		packageManager,
	}
}

// hook is a command of connect.yaml that runs around a deployment.
type hook struct {
	name     string // as connect.yaml spells it
	command  string
	position connectyaml.Position
}

// hooks are those that an application has.
func hooks(app *connectyaml.Application) []hook {
	var out []hook
	for _, h := range []hook{
		{"postDeploy", app.PostDeploy, app.PostDeployPosition},
		{"preUndeploy", app.PreUndeploy, app.PreUndeployPosition},
	} {
		if h.command != "" {
			out = append(out, h)
		}
	}
	return out
}

// finding is one about a hook, at its place.
func (h hook) finding(p *check.Pass, severity api.ReportEntryType, message, help string) api.Finding {
	return api.Finding{
		Type:    severity,
		Message: fmt.Sprintf("[deployAs.%d.scripts.%s]: %s", p.Index, h.name, message),
		File:    connectyaml.FileName,
		Line:    h.position.Line,
		Column:  h.position.Column,
		Help:    help,
	}
}
