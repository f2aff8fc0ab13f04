package action

import (
	"slices"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/jsonbody"
	"github.com/greenroom-registry/greenroom/internal/problem"
)

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
		project := o.RequiredString("privateProject", field.Project)
		return func(d *Draft) error {
			if !d.Doc.Private {
				return problem.InvalidState(api.CodeNotPrivate,
					"The connector is public: every project can see it. Publish it without certification to make it private.")
			}
			d.Doc.PrivateProjects = change(d.Doc.PrivateProjects, project)
			return nil
		}
	}
}
