package action

import (
	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/jsonbody"
	"github.com/greenroom-registry/greenroom/internal/problem"
)

func updatePreviewable(*jsonbody.Object, field.Rules) func(*Draft) error {
	return func(d *Draft) error {
		if d.Doc.IsPreviewable == api.PreviewablePending {
			return problem.InvalidState(api.CodePreviewRequestUnderProcess,
				"A preview request is under process already. Wait until isPreviewable is not pending any more.")
		}
		d.Doc.IsPreviewable = api.PreviewablePending
		d.StartPreview = true
		return nil
	}
}
