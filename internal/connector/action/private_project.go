package action

import (
	"fmt"
	"slices"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/jsonbody"
	"github.com/greenroom-registry/greenroom/internal/problem"
)

// MaxPrivateProjects bounds the projects that may see a private connector.
const MaxPrivateProjects = 1000

// The actions that say which projects may see a private connector. What is so
// already stays so.
var (
	addPrivateProject = withPrivateProject(func(projects []string, project string) []string {
		if slices.Contains(projects, project) {
			return projects
		}
		return append(slices.Clone(projects), project)
	})
	removePrivateProject = withPrivateProject(func(projects []string, project string) []string {
		return slices.DeleteFunc(slices.Clone(projects), func(p string) bool { return p == project })
	})
)

func withPrivateProject(change func(projects []string, project string) []string) func(*jsonbody.Object, field.Rules) func(*Draft) error {
	return func(o *jsonbody.Object, _ field.Rules) func(*Draft) error {
		project, path := o.RequiredString("privateProject", field.Project), o.PathOf("privateProject")
		return func(d *Draft) error {
			if !d.Doc.Private {
				return problem.InvalidState(api.CodeNotPrivate,
					"The connector is public: every project can see it. Publish it without certification to make it private.")
			}
			changed := change(d.Doc.PrivateProjects, project)
			if len(changed) > max(MaxPrivateProjects, len(d.Doc.PrivateProjects)) {
				return problem.InvalidBody([]problem.Field{{
					Path:    path,
					Message: fmt.Sprintf("cannot be added: the draft has %d private projects. Remove one first.", len(d.Doc.PrivateProjects)),
				}})
			}
			d.Doc.PrivateProjects = changed
			return nil
		}
	}
}
