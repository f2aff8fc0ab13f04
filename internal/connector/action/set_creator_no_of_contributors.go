package action

import (
	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/jsonbody"
)

func setCreatorNoOfContributors(o *jsonbody.Object, _ field.Rules) func(*Draft) error {
	n := o.RequiredInt("creatorNoOfContributors", 1)
	return func(d *Draft) error {
		d.Doc.Creator.NoOfContributors = n
		return nil
	}
}
