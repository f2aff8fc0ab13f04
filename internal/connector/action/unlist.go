package action

import (
	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/jsonbody"
)

// unlist takes a certified Connector out of search and listings. What is not
// certified or not listed stays as it is.
func unlist(*jsonbody.Object, field.Rules) func(*Draft) error {
	return func(d *Draft) error {
		if d.Doc.Certified && d.Doc.AlreadyListed {
			d.Doc.AlreadyListed = false
			d.Unlist = true
		}
		return nil
	}
}
