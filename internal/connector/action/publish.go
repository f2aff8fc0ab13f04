package action

import (
	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/jsonbody"
	"github.com/greenroom-registry/greenroom/internal/problem"
)

// publish starts a publish. Whether the state of the draft allows any action at
// all, this one too, was asked before: see the locks.
func publish(o *jsonbody.Object, _ field.Rules) func(*Draft) error {
	certification := o.RequiredBool("certification")
	return func(d *Draft) error {
		if certification && d.Doc.Certified && d.Doc.AlreadyListed && !d.HasChanges() {
			return problem.InvalidState(api.CodeAlreadyCertified,
				"The Connector is certified and listed, and the draft has no changes. Change something before you ask for certification again.")
		}
		d.Doc.Status = api.StatusProcessing
		d.StartPublish = &Publish{Certification: certification}
		return nil
	}
}
