package action

import (
	"fmt"
	"slices"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/jsonbody"
	"github.com/greenroom-registry/greenroom/internal/problem"
)

// Bounds of the comments that a draft holds. The reasons of rejections have room
// of their own: no creator can fill a draft so that it cannot be rejected.
const (
	MaxComments            = 1000
	MaxCommentsOfRejection = MaxComments + 100
)

func addCertificationComment(o *jsonbody.Object, _ field.Rules) func(*Draft) error {
	comment, path := o.RequiredString("comment", field.Comment), o.PathOf("comment")
	return func(d *Draft) (err error) {
		d.Doc.CertificationInfo, err = Comment(d.Doc.CertificationInfo, api.CertificationInfoComment{
			UserID:   d.ProjectKey,
			Datetime: api.Timestamp{Time: d.Now},
			Comment:  comment,
		}, MaxComments, path)
		return err
	}
}

// Comment returns what was said and the comment after it. When that makes more
// than limit comments, it returns what was said and a *problem.Error for the
// path.
func Comment(said *api.CertificationInfo, c api.CertificationInfoComment, limit int, path string) (*api.CertificationInfo, error) {
	next := &api.CertificationInfo{}
	if said != nil {
		next.Comments = slices.Clone(said.Comments)
	}
	if n := len(next.Comments); n >= limit {
		return said, problem.InvalidBody([]problem.Field{{
			Path: path, Message: fmt.Sprintf("cannot be added: the draft has %d comments, and takes no more.", n),
		}})
	}
	next.Comments = append(next.Comments, c)
	return next, nil
}
