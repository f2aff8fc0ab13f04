package action

import (
	"slices"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/jsonbody"
)

func addCertificationComment(o *jsonbody.Object, _ field.Rules) func(*Draft) error {
	comment := o.RequiredString("comment", field.Comment)
	return func(d *Draft) error {
		d.Doc.CertificationInfo = Comment(d.Doc.CertificationInfo, api.CertificationInfoComment{
			UserID:   d.ProjectKey,
			Datetime: api.Timestamp{Time: d.Now},
			Comment:  comment,
		})
		return nil
	}
}

// Comment returns what was said and the comment after it.
func Comment(said *api.CertificationInfo, c api.CertificationInfoComment) *api.CertificationInfo {
	next := &api.CertificationInfo{}
	if said != nil {
		next.Comments = slices.Clone(said.Comments)
	}
	next.Comments = append(next.Comments, c)
	return next
}
